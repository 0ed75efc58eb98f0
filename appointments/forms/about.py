"""About the patient, and who asks for them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import urgency
from appointments.fields import DatePartsField, LineField
from appointments.forms.base import StepForm, choice

ADULT_YEARS = 18
OLDEST_YEARS = 125


class PatientForm(StepForm):
    heading = _("About the patient")
    topic = _("Patient")

    for_whom = choice(
        _("I ask"), words.ForWhom, missing=_("Choose whom the request is for."), short=_("Asked")
    )
    patient_name = LineField(
        label=_("Full name"),
        max_length=120,
        error_messages={"required": _("Write the patient’s name.")},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    date_of_birth = DatePartsField(
        label=_("Date of birth"),
        autocomplete=True,
        error_messages={"required": _("Write the date of birth.")},
    )
    insurance = choice(
        _("Insurance"),
        words.Insurance,
        hint=_("For your cost estimate"),
        missing=_("Choose the answer that fits."),
    )
    patient_name.short = _("Name")  # type: ignore[attr-defined]
    date_of_birth.short = _("Born")  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self["for_whom"].value() == words.ForWhom.HELPED:
            self.fields["patient_name"].widget.attrs["autocomplete"] = "off"
            for box in self.fields["date_of_birth"].widget.widgets:
                box.attrs["autocomplete"] = "off"

    def clean_date_of_birth(self) -> dict[str, int]:
        parts: dict[str, int] = self.cleaned_data["date_of_birth"]
        born = _day(parts)
        if born > self.today:
            raise forms.ValidationError(_("This date is in the future. Check the year."))
        if years_between(born, self.today) > OLDEST_YEARS:
            raise forms.ValidationError(_("This date is very long ago. Check the year."))
        if is_minor(born, self.today) and self.cleaned_data.get("for_whom") == words.ForWhom.SELF:
            raise forms.ValidationError(
                _(
                    "For someone under 18, a parent or guardian has to ask. They choose "
                    "“For my child or someone I help” above, or phone us."
                )
            )
        onset = urgency.onset_range(self.answers, today=self.today)
        if self.answers.get("onset_kind") == words.OnsetKind.DATE and onset and onset[1] < born:
            raise forms.ValidationError(_("This date is after the day it started. Check both dates."))
        return parts

    def shape(self, given: Mapping[str, Any]) -> dict[str, Any]:
        if "date_of_birth" not in given:
            return dict(given)
        return {**given, "date_of_birth": _day(given["date_of_birth"]).isoformat()}

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        initial = super().initial_from(answers)
        if initial.get("date_of_birth"):
            initial["date_of_birth"] = date.fromisoformat(initial["date_of_birth"])
        return initial


class HelperForm(StepForm):
    heading = _("About you")
    topic = _("Helper")
    lead = _("You help the patient. We keep your name apart from theirs.")

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


def _day(parts: Mapping[str, int]) -> date:
    return date(parts["year"], parts["month"], parts["day"])


def years_between(start: date, end: date) -> int:
    """Complete years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def is_minor(born: date, today: date) -> bool:
    """Under 18 on this day."""
    return years_between(born, today) < ADULT_YEARS
