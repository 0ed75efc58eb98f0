"""About the patient, who asks for them, and how to reach them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import urgency
from appointments.fields import (
    DatePartsField,
    LineField,
    PhoneField,
    phone_as_written,
    refuse_hidden_characters,
)
from appointments.forms.base import StepForm, choice
from services.models import US_STATES

ADULT_YEARS = 18
OLDEST_YEARS = 125


class WhoForm(StepForm):
    heading = _("Who is this request for?")

    for_whom = choice(
        _("I am asking"),
        words.ForWhom,
        hint=_("For someone under 18, a parent or guardian asks."),
        missing=_("Choose whom the request is for."),
        short=_("Request for"),
    )


class PatientForm(StepForm):
    heading = _("About the patient")

    patient_name = LineField(
        label=_("Patient’s full name"),
        max_length=120,
        error_messages={"required": _("Write the patient’s name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    date_of_birth = DatePartsField(
        label=_("Date of birth"),
        help_text=_("For example 3 14 1961"),
        autocomplete=True,
        error_messages={"required": _("Write the date of birth.")},
    )
    state = forms.ChoiceField(
        label=_("State the patient is in now"),
        help_text=_("We may treat by video only in some states."),
        choices=[("", _("Choose a state")), *US_STATES.items()],
        error_messages={
            "required": _("Choose a state."),
            "invalid_choice": _("Choose one of the states shown."),
        },
    )
    insurance = choice(
        _("Insurance"),
        words.Insurance,
        hint=_("So that we can send you a cost estimate. It does not change how soon we answer."),
        missing=_("Choose the answer that fits."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.answers.get("for_whom") == words.ForWhom.HELPED:
            self.fields["patient_name"].widget.attrs["autocomplete"] = "off"
            for box in self.fields["date_of_birth"].widget.widgets:
                box.attrs["autocomplete"] = "off"

    def clean_date_of_birth(self) -> dict[str, int]:
        parts: dict[str, int] = self.cleaned_data["date_of_birth"]
        born = date(parts["year"], parts["month"], parts["day"])
        if born > self.today:
            raise forms.ValidationError(_("This date is in the future. Check the year."))
        if years_between(born, self.today) > OLDEST_YEARS:
            raise forms.ValidationError(_("This date is very long ago. Check the year."))
        if is_minor(born, self.today) and self.answers.get("for_whom") == words.ForWhom.SELF:
            raise forms.ValidationError(
                _(
                    "For someone under 18, a parent or guardian has to ask. "
                    "Go back one page and choose “For someone I help”, or phone us."
                )
            )
        onset = urgency.onset_range(self.answers, today=self.today)
        if self.answers.get("onset_kind") == words.OnsetKind.DATE and onset and onset[1] < born:
            raise forms.ValidationError(_("This date is after the day it started. Check both dates."))
        return parts

    def stored(self) -> dict[str, Any]:
        parts = self.cleaned_data["date_of_birth"]
        born = date(parts["year"], parts["month"], parts["day"])
        return {**self.cleaned_data, "date_of_birth": born.isoformat()}

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        initial = super().initial_from(answers)
        if initial.get("date_of_birth"):
            initial["date_of_birth"] = date.fromisoformat(initial["date_of_birth"])
        return initial


class HelperForm(StepForm):
    heading = _("About you, who help")
    lead = _("We keep your name apart from the patient’s.")

    helper_name = LineField(
        label=_("Your full name"),
        max_length=120,
        error_messages={"required": _("Write your name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    helper_relation = LineField(
        label=_("How do you know the patient?"),
        help_text=_("For example: daughter, friend, social worker"),
        max_length=60,
        error_messages={"required": _("Write how you know the patient.")},
    )
    helper_authority = choice(
        _("Why may you ask for the patient?"),
        words.Authority,
        missing=_("Choose why you may ask for the patient."),
        short=_("May ask because"),
    )

    @classmethod
    def applies(cls, answers: Mapping[str, Any]) -> bool:
        return answers.get("for_whom") == words.ForWhom.HELPED

    def clean_helper_authority(self) -> str:
        authority: str = self.cleaned_data["helper_authority"]
        born = self.answers.get("date_of_birth")
        of_age = not born or not is_minor(date.fromisoformat(born), self.today)
        if not of_age and authority not in (words.Authority.PARENT, words.Authority.GUARDIAN):
            raise forms.ValidationError(
                _("The patient is under 18: only a parent or legal guardian can ask. Others please phone us.")
            )
        return authority


class ContactForm(StepForm):
    heading = _("How can we reach you?")
    lead = _("Choose what is easiest for you. You never have to give a phone number.")

    reach = choice(
        _("Best way to reach you"),
        words.Reach,
        missing=_("Choose how we can reach you."),
        short=_("Reach by"),
    )
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        error_messages={"invalid": _("Write the whole address, like name@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = PhoneField(
        label=_("Phone number"),
        help_text=_("For a text message or a call"),
        required=False,
    )
    email.conditional = phone.conditional = True  # type: ignore[attr-defined]
    speaking_hard = forms.BooleanField(label=_("Speaking by phone is hard for me now"), required=False)
    relay = forms.BooleanField(label=_("I use a relay service (711)"), required=False)
    may_leave_message = forms.BooleanField(label=_("You may leave me a message"), required=False)

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        refuse_hidden_characters(address)
        return address

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        reach = cleaned.get("reach")
        if reach == words.Reach.EMAIL and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write your e-mail address, or choose another way."))
        by_phone = reach in (words.Reach.TEXT, words.Reach.PHONE)
        if by_phone and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Write your phone number, or choose e-mail."))
        return cleaned

    def shown(self, name: str, value: Any) -> str:
        return phone_as_written(value) if name == "phone" else super().shown(name, value)


def years_between(start: date, end: date) -> int:
    """Complete years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def is_minor(born: date, today: date) -> bool:
    """Under 18 on this day."""
    return years_between(born, today) < ADULT_YEARS
