"""What staff fill in to take a step."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from appointments.answers import UrgencyLevel
from appointments.fields import ParagraphField
from appointments.states import Need, Outcome, Transition

FURTHEST = timedelta(days=730)
OUTCOMES = [("", "---------"), *((outcome.value, outcome.label) for outcome in Outcome)]


class SeenForm(forms.Form):
    """``seen_version`` is the request as the person saw it when they decided."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)


class TriageForm(SeenForm):
    """A decision that may hold a reason."""

    reason = ParagraphField(
        label=_("Reason or note"),
        max_length=2000,
        required=False,
        help_text=_("For colleagues. The patient does not see it."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class TakeStepForm(TriageForm):
    """The fields that this step of the table needs, and no others."""

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    scheduled_for = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    field_order = ["outcome", "scheduled_for", "reason", "seen_version"]

    def __init__(self, *args: Any, transition: Transition, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for need in (Need.OUTCOME, Need.SCHEDULED_FOR):
            if need not in transition.needs:
                del self.fields[need]
        self.fields["reason"].required = Need.REASON in transition.needs
        if Need.SCHEDULED_FOR in transition.needs:
            zone = timezone.get_current_timezone_name().replace("_", " ")
            self.fields["scheduled_for"].help_text = _("Clinic time (%(zone)s)") % {"zone": zone}

    def clean_scheduled_for(self) -> datetime:
        moment: datetime = self.cleaned_data["scheduled_for"]
        if moment <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Choose one that is still to come."))
        if moment > timezone.now() + FURTHEST:
            raise forms.ValidationError(_("This is more than 2 years ahead. Check the year."))
        return moment


class UrgencyForm(TriageForm):
    level = forms.ChoiceField(label=_("Urgency"), choices=UrgencyLevel.choices)
    field_order = ["level", "reason", "seen_version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"].required = True

    def clean_level(self) -> str:
        level: str = self.cleaned_data["level"]
        if level == self.initial.get("level"):
            raise forms.ValidationError(_("This is the urgency it has already. Choose another, or go back."))
        return level


class HoldForm(forms.Form):
    """Why a request is kept from deletion, or no longer is; two who agree need no version of the request."""

    reason = ParagraphField(
        label=_("Reason"),
        max_length=2000,
        help_text=_("For colleagues. It is kept with the request."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class NoteForm(forms.Form):
    text = ParagraphField(
        label=_("Note for colleagues"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
