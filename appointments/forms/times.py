"""Preferred half-days: the question, and its answer in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import urgency
from appointments.fields import PartsWidget
from appointments.forms.base import StepForm
from clinic_site.moments import day as in_words

FURTHEST_DAYS = 120
TIMES = (1, 2, 3)


class HalfDayWidget(PartsWidget):
    """A day and a half of it."""

    template_name = "clinic/widgets/half_day.html"

    def __init__(self) -> None:
        super().__init__(
            {
                "date": forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
                "half": forms.Select(choices=words.HalfDay.choices),
            }
        )

    def decompress(self, value: Any) -> list[Any]:
        return [value["date"], value["half"]] if value else [None, None]


class HalfDayField(forms.MultiValueField):
    """A preferred half-day, as ``{"date": "2026-12-01", "half": "am"}``.

    There are several on a page: the summary of errors says which one is meant.
    """

    one_of_several = True

    def __init__(self, **kwargs: Any) -> None:
        fields = [
            forms.DateField(
                required=False,
                error_messages={"invalid": _("This is not a date. Write it like 2026-12-01.")},
            ),
            forms.ChoiceField(
                choices=words.HalfDay.choices,
                required=False,
                error_messages={"invalid_choice": _("Choose morning or afternoon.")},
            ),
        ]
        super().__init__(
            fields=fields, require_all_fields=False, required=False, widget=HalfDayWidget(), **kwargs
        )

    def compress(self, data_list: list[Any]) -> dict[str, str] | None:
        if not data_list or not data_list[0]:
            return None
        return {"date": data_list[0].isoformat(), "half": data_list[1] or words.HalfDay.AM.value}


class TimesForm(StepForm):
    """Up to three half-days, from tomorrow on."""

    time_1 = HalfDayField(label=_("First choice"))
    time_2 = HalfDayField(label=_("Second choice"))
    time_3 = HalfDayField(label=_("Third choice"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in TIMES:
            day_input = self.fields[f"time_{number}"].widget.widgets[0]
            day_input.attrs.update(min=self._first_day.isoformat(), max=self._last_day.isoformat())

    @property
    def _first_day(self) -> date:
        return self.today + timedelta(days=1)

    @property
    def _last_day(self) -> date:
        return self.today + timedelta(days=FURTHEST_DAYS)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        self._check_times(cleaned)
        return cleaned

    def _check_times(self, cleaned: Mapping[str, Any]) -> None:
        seen: list[dict[str, str]] = []
        for number in TIMES:
            time = cleaned.get(f"time_{number}")
            if not time:
                continue
            problem = self._problem(date.fromisoformat(time["date"]))
            if problem is None and time in seen:
                problem = _("You chose this half-day twice. Choose another, or leave it empty.")
            if problem is not None:
                self.add_error(f"time_{number}", problem)
            seen.append(time)

    def _problem(self, day: date) -> Any:
        if day < self.today:
            return _("%(day)s is in the past. Choose a later day.") % {"day": in_words(day)}
        if not self._first_day <= day <= self._last_day:
            return _("Choose a day from %(first)s to %(last)s.") % {
                "first": date_format(self._first_day),
                "last": date_format(self._last_day),
            }
        hours = urgency.rules().hours
        if day in hours.closed_on:
            return _("%(day)s is a holiday, and we are closed. Choose another day.") % {"day": in_words(day)}
        if not hours.is_open_on(day):
            return _("We are closed on %(day)s. Choose a day from Monday to Friday.") % {"day": in_words(day)}
        return None

    def shape(self, given: Mapping[str, Any]) -> dict[str, Any]:
        kept = {key: value for key, value in given.items() if not key.startswith("time_")}
        times = [given.get(f"time_{number}") for number in TIMES]
        return {**kept, "times": [time for time in times if time]}

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        times = answers.get("times", [])
        return super().initial_from(answers) | {
            f"time_{number}": time for number, time in zip(TIMES, times, strict=False)
        }

    def shown(self, name: str, value: Any) -> str:
        return half_day_shown(value) if name.startswith("time_") else super().shown(name, value)


def half_day_shown(time: Mapping[str, str]) -> str:
    """A preferred half-day in words."""
    day = in_words(date.fromisoformat(time["date"]))
    return f"{day}, {words.HalfDay(time['half']).label}"
