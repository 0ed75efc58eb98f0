"""What staff say before anything leaves: for what, and in which shape."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.admin.forms import A_DAY
from appointments.fields import LineField
from appointments.models import Export

SHAPES = {
    Export.Shape.CSV: _("CSV file, for other programs"),
    Export.Shape.TEXT: _("Text for spreadsheets, which Excel opens as a table"),
    Export.Shape.FHIR: _("FHIR R4 bundle, for record systems"),
}


class PurposeForm(forms.Form):
    """Why somebody takes patients' data out of the site."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})

    purpose = forms.ChoiceField(
        label=_("Purpose"),
        choices=[("", "---------"), *Export.Purpose.choices],
        error_messages={"required": _("Choose what it is for. Nothing leaves without a purpose.")},
    )
    purpose_note = LineField(
        label=_("More about the purpose (optional)"),
        max_length=300,
        required=False,
        help_text=_("For whoever reviews the exports, such as who asked for it. No health details."),
        widget=forms.TextInput({"autocomplete": "off"}),
    )


class SheetForm(PurposeForm):
    with_notes = forms.BooleanField(label=_("Print the notes of colleagues too"), required=False)


class ExportForm(PurposeForm):
    """``shapes`` are those that the person may export."""

    shape = forms.ChoiceField(
        label=_("Shape"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a shape.")},
    )
    field_order = ["shape", "purpose", "purpose_note"]

    def __init__(self, *args: Any, shapes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [(shape, SHAPES[Export.Shape(shape)]) for shape in shapes]
        self.fields["shape"].choices = choices  # type: ignore[attr-defined]
        self.fields["shape"].initial = shapes[0]


class ManyForm(ExportForm):
    """Of many requests, those of a period."""

    first_day = forms.DateField(label=_("Received from (optional)"), **A_DAY)
    last_day = forms.DateField(
        label=_("Received until (optional)"),
        help_text=_("The first and the last day count too."),
        **A_DAY,
    )
    field_order = ["shape", "first_day", "last_day", "purpose", "purpose_note"]

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        first, last = given.get("first_day"), given.get("last_day")
        if first and last and last < first:
            self.add_error("last_day", _("The last day is before the first. Change one of them."))
        return given
