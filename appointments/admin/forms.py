"""What staff fill in to take a step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from appointments import contacts, urgency
from appointments.admin import hours
from appointments.answers import Reach, UrgencyLevel
from appointments.fields import (
    ParagraphField,
    PhoneField,
    refuse_foreign_mailbox,
    refuse_hidden_characters,
)
from appointments.states import QUIET_OUTCOMES, Need, Outcome, Transition

FURTHEST = timedelta(days=730)
OUTCOMES = [("", "---------"), *((outcome.value, outcome.label) for outcome in Outcome)]


A_DAY: dict[str, Any] = {
    "widget": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    "validators": [
        MinValueValidator(date(2000, 1, 1), _("Choose a day from the year 2000 on.")),
        MaxValueValidator(date(2199, 12, 31), _("Choose a day before the year 2200.")),
    ],
    "required": False,
}
"""What a field has that asks for one end of a period."""


class SeenForm(forms.Form):
    """``seen_version`` is the request as the person saw it when they decided."""

    seen_version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})


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
    """The fields that this step of the table needs, and no others.

    ``duplicates`` are the requests it may be closed as a duplicate of. ``meant`` holds a time that was
    warned of, so that pressing the button once more is the answer; another time is warned of anew. While a
    ``visit`` is still ahead, an outcome that nobody tells the patient of is refused.
    """

    outcome = forms.ChoiceField(label=_("Outcome"), choices=OUTCOMES)
    duplicate_of = forms.ChoiceField(
        label=_("Duplicate of"),
        required=False,
        help_text=_("With the outcome Duplicate: the request it repeats. Both stay as they are."),
    )
    scheduled_for = forms.DateTimeField(
        label=_("Date and time"),
        widget=forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    meant = forms.CharField(required=False, widget=forms.HiddenInput)
    field_order = ["outcome", "duplicate_of", "scheduled_for", "reason", "seen_version"]

    def __init__(
        self,
        *args: Any,
        transition: Transition,
        duplicates: Sequence[tuple[str, str]] = (),
        all_are_duplicates: bool = False,
        visit: datetime | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.visit, self.all_are_duplicates = visit, all_are_duplicates
        beside = {Need.OUTCOME: ["outcome", "duplicate_of"], Need.SCHEDULED_FOR: ["scheduled_for", "meant"]}
        for need, names in beside.items():
            for name in names:
                if need not in transition.needs or (name == "duplicate_of" and not duplicates):
                    del self.fields[name]
        if "duplicate_of" in self.fields:
            self.fields["duplicate_of"].choices = [("", _("Not chosen")), *duplicates]  # type: ignore[attr-defined]
        self.fields["reason"].required = Need.REASON in transition.needs
        if Need.SCHEDULED_FOR in transition.needs:
            zone = timezone.get_current_timezone_name().replace("_", " ")
            told = {"zone": zone, "hours": hours.in_words(urgency.rules().hours)}
            self.fields["scheduled_for"].help_text = _("Clinic time (%(zone)s). Hours: %(hours)s") % told

    def clean_scheduled_for(self) -> datetime:
        moment: datetime = self.cleaned_data["scheduled_for"]
        if moment <= timezone.now():
            raise forms.ValidationError(_("This time has passed. Choose one that is still to come."))
        if moment > timezone.now() + FURTHEST:
            raise forms.ValidationError(_("This is more than 2 years ahead. Check the year."))
        return moment

    def clean_outcome(self) -> str:
        outcome: str = self.cleaned_data["outcome"]
        if self.visit and self.visit > timezone.now() and outcome in QUIET_OUTCOMES:
            told = {"when": date_format(localtime(self.visit), "M j, Y, g:i a")}
            said = _(
                "The visit of %(when)s is still ahead. Cancel the date first: the patient hears of it then."
            )
            raise forms.ValidationError(said % told)
        if outcome == Outcome.DUPLICATE and self.all_are_duplicates:
            said = _("Each request it could repeat was closed as a duplicate itself. One of them must go on.")
            raise forms.ValidationError(said)
        return outcome

    def clean_duplicate_of(self) -> int | None:
        chosen: str = self.cleaned_data["duplicate_of"]
        return int(chosen) if chosen else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        meant, moment = cleaned.pop("meant", ""), cleaned.get("scheduled_for")
        if moment is None or meant == moment.isoformat():
            return cleaned
        if unusual := hours.warning(moment, urgency.rules().hours):
            # What was posted cannot be changed; the form shown again holds what was warned of.
            self.data = {**dict(self.data.items()), "meant": moment.isoformat()}
            again = _("Press the button once more if it is meant.")
            self.add_error("scheduled_for", f"{unusual} {again}")
        return cleaned


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


class AssignForm(TriageForm):
    """To whom the request goes. ``colleagues`` are ids and names; nothing chosen gives it back."""

    account = forms.ChoiceField(label=_("Give it to"), required=False)
    field_order = ["account", "reason", "seen_version"]

    def __init__(self, *args: Any, colleagues: Mapping[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(account), name) for account, name in colleagues.items()]
        self.fields["account"].choices = [("", _("Nobody: anyone may take it")), *named]  # type: ignore[attr-defined]
        self.fields["reason"].label = _("Note to your colleague (optional)")

    def clean_account(self) -> int | None:
        chosen: str = self.cleaned_data["account"]
        if chosen == str(self.initial.get("account", "")):
            raise forms.ValidationError(_("That is how it is already. Choose somebody else, or go back."))
        return int(chosen) if chosen else None


class CorrectContactForm(TriageForm):
    """How to reach the patient, as they told it by phone or text. What is stored stands in the boxes."""

    reach = forms.ChoiceField(label=_("Answer by"), choices=Reach.choices)
    email = forms.EmailField(label=_("E-mail address"), max_length=254, required=False)
    phone = PhoneField(label=_("Phone number for texts or calls"), required=False)
    may_leave_message = forms.BooleanField(label=_("We may leave a message"), required=False)
    speaking_hard = forms.BooleanField(label=_("Speaking by phone is hard for the patient"), required=False)
    relay = forms.BooleanField(label=_("Uses a relay service (711)"), required=False)
    field_order = ["reach", "email", "phone", "may_leave_message", "speaking_hard", "relay", "reason"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            self.fields[name].widget.attrs["autocomplete"] = "off"
        self.fields["reason"].required = True
        self.fields["reason"].label = _("How do you know?")

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        refuse_hidden_characters(address)
        refuse_foreign_mailbox(address)
        return contacts.with_ascii_domain(address)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        needed = "email" if cleaned.get("reach") == Reach.EMAIL else "phone"
        if cleaned.get("reach") and not cleaned.get(needed) and needed not in self.errors:
            self.add_error(needed, _("They are to be answered this way: it cannot be empty."))
        asked = [name for name in self.fields if name not in ("reason", "seen_version")]
        if not self.errors and all(cleaned[name] == self.initial.get(name) for name in asked):
            raise forms.ValidationError(_("Nothing is changed yet. Correct what is wrong, or go back."))
        return cleaned


class NoteForm(forms.Form):
    text = ParagraphField(
        label=_("Note for colleagues"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
