"""The words of what leaves: for each coded question its answers, in the language of the clinic."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings

from appointments import answers, urgency
from appointments.models import AppointmentRequest
from services.models import Goal, Location, Person

LISTS: dict[str, Any] = {
    "eye_signs": answers.EyeSign.choices,
    "ear_signs": answers.EarSign.choices,
    "history": answers.History.choices,
    "goals": [*Goal.choices, *answers.OtherGoal.choices],
}


@dataclass(frozen=True)
class Words:
    """Looked up once for an export, not once for each of its requests. Make it in the language it is for."""

    labels: dict[str, dict[str, str]] = field(default_factory=lambda: _labels())
    reasons: dict[str, str] = field(default_factory=lambda: _reasons())
    titles: dict[str, dict[str, str]] = field(default_factory=lambda: _titles())

    def label(self, name: str, code: str) -> str:
        """The answer as people read it; a code that no longer exists as it is."""
        return self.labels[name].get(code, code) if code else ""


def heading(name: str) -> str:
    """A question in words."""
    return str(AppointmentRequest._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]


def onset_date(request: AppointmentRequest) -> str:
    """As much of the day it started as is known: 2022, 2022-03 or 2022-03-14; empty where nothing is."""
    if request.onset_year is None:
        return ""
    if request.onset_month is None:
        return f"{request.onset_year:04}"
    try:
        return date(request.onset_year, request.onset_month, request.onset_day or 0).isoformat()
    except ValueError:  # no day is known, or the month has no such day
        return f"{request.onset_year:04}-{request.onset_month:02}"


def _labels() -> dict[str, dict[str, str]]:
    coded = {each.name: each.choices for each in AppointmentRequest._meta.concrete_fields if each.choices}
    return {
        name: {str(code): str(label) for code, label in choices}
        for name, choices in {**coded, **LISTS}.items()
    }


def _reasons() -> dict[str, str]:
    return {rule.code: rule.reason_text(settings.LANGUAGE_CODE) for rule in urgency.rules().rules}


def _titles() -> dict[str, dict[str, str]]:
    kinds: dict[str, Any] = {"place": Location, "person": Person}
    return {
        name: {page.slug: page.text.title for page in kind.objects.in_language(settings.LANGUAGE_CODE)}
        for name, kind in kinds.items()
    }
