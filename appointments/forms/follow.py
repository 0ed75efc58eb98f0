"""What the patient may change by the private link, and the wish for a new one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.fields import LineField, PhoneField, refuse_foreign_mailbox
from appointments.forms.base import StepForm
from appointments.forms.contact import ContactForm
from appointments.forms.times import TIMES, TimesForm
from appointments.partly_hidden import email_hidden, phone_hidden


class SeenVersionField(forms.IntegerField):
    """The request as its page was when it was opened; what is no number is a page of long ago."""

    widget = forms.HiddenInput

    def clean(self, value: Any) -> int:
        try:
            return super().clean(value) or 0
        except ValidationError:
            return 0


class SeenForm(StepForm):
    """A form on a request that others may change at the same time.

    ``asked`` names the questions it keeps of the step that it is made from.
    """

    asked: ClassVar[tuple[str, ...]] = ()
    seen_version = SeenVersionField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.fields.keys() - {*self.asked, "seen_version"}:
            del self.fields[name]


class WithdrawForm(SeenForm):
    heading = _("Withdraw your request?")


class ChangeContactForm(SeenForm, ContactForm):
    """The contact questions again. ``answers`` hold what is stored; an address left empty stays as it is.

    Of the stored addresses only a part is shown: whoever came by the link may not know them.
    """

    heading = _("Change how we reach you")
    lead = _("An address or number that we have stays, if you leave its box empty.")
    folds = ()  # type: ignore[assignment]
    asked = ("reach", "email", "email_answer", "phone", "may_leave_message", "speaking_hard", "relay")
    kept = {"email": email_hidden, "phone": phone_hidden}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, hidden in self.kept.items():
            if self.answers[name]:
                now = {"address": hidden(self.answers[name])}
                self.fields[name].help_text = _("Now: %(address)s. Leave it empty to keep it.") % now

    def clean_email(self) -> str:
        return super().clean_email() or str(self.answers["email"])

    def clean_phone(self) -> str:
        return str(self.cleaned_data["phone"] or self.answers["phone"])

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in super().initial_from(answers).items() if name not in cls.kept}


class ChangeTimesForm(SeenForm, TimesForm):
    """The preferred half-days again, those that are over left out."""

    heading = _("Change the times that suit you")
    lead = _("Up to 3 half-days. We try to match one of them. Leave all empty if any time suits you.")
    asked = tuple(f"time_{number}" for number in TIMES)

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        """``answers`` say too which day it is."""
        ahead = [time for time in answers["times"] if time["date"] > answers["today"].isoformat()]
        return super().initial_from({"times": ahead})


class NewLinkForm(StepForm):
    heading = _("Get your private link")

    contact = LineField(
        label=_("E-mail address or phone number"),
        help_text=_("The one you gave us in your request"),
        max_length=254,
        error_messages={"required": _("Write the e-mail address or the phone number you gave us.")},
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
    )

    def clean_contact(self) -> str:
        """An e-mail address, or a phone number as E.164."""
        contact: str = self.cleaned_data["contact"]
        refuse_foreign_mailbox(contact)
        as_what = forms.EmailField(max_length=254) if "@" in contact else PhoneField()
        try:
            return str(as_what.clean(contact))
        except ValidationError as error:
            raise ValidationError(
                _("Write a whole e-mail address like name@example.org, or a phone number like 216-555-0123.")
            ) from error
