"""The periods of the front page and their days, in words: with the year wherever it could be another."""

from __future__ import annotations

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext

from appointments import statistics, urgency
from appointments.statistics import Period, Slot


def periods(shown: Period) -> list[tuple[str, str, bool]]:
    """The periods to choose from: code, words, and whether it is the one shown."""
    labels = {code: gettext("%(days)s days") % {"days": code} for code in ("7", "30", "90")}
    labels["12m"] = gettext("12 months")
    return [(code, labels[code], code == shown.code) for code in statistics.PERIODS]


def days_of(shown: Period) -> str:
    """The period as dates, with the year."""
    return between(shown.slots[0].first, shown.slots[-1].last)


def between(first: date, last: date) -> str:
    return gettext("%(first)s to %(last)s") % {"first": _day(first), "last": _day(last)}


def slot_name(slot: Slot, shown: Period) -> str:
    """The day, or the days, of a slot; the one that runs is not over."""
    name = between(slot.first, slot.last) if slot.first != slot.last else _day(slot.first)
    return gettext("%(days)s (so far)") % {"days": name} if slot == shown.slots[-1] else name


def under(shown: Period) -> dict[int, list[str]]:
    """The words under some of the columns, few enough for a phone."""
    firsts = [slot.first for slot in shown.slots]
    if len(firsts) <= 7:
        return {place: [date_format(day, "D"), date_format(day, "j")] for place, day in enumerate(firsts)}
    if shown.by_week:
        quarters = [place for place, day in enumerate(firsts) if day.month in (1, 4, 7, 10) and day.day <= 7]
        return {place: [date_format(firsts[place], "M j"), f"{firsts[place].year}"] for place in quarters}
    mondays = [place for place, day in enumerate(firsts) if day.weekday() == 0]
    every = 1 if len(mondays) < 6 else 3
    return {place: [date_format(firsts[place], "M j")] for place in mondays[::-every]}


def _day(day: date) -> str:
    return date_format(day, "D, M j, Y")


def zone_name() -> str:
    """The clinic's time zone."""
    return str(urgency.rules().hours.time_zone).replace("_", " ")
