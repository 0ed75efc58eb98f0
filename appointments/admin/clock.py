"""The clock since the onset: how many months, which marks are behind, which comes next and when.

Months are calendar months on the clinic's calendar. Where only the month or the year is known the onset is
a stretch of days, and so is everything counted from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext

from appointments import answers as words
from appointments import lifecycle, urgency
from appointments.forms.base import date_shown
from appointments.models import AppointmentRequest

SPAN = 30
"""How many months the drawn scale holds; what is longer ago stands at its end."""

LONG_AGO = 36
"""From how many months on years are said too."""

ONSET_ANSWERS = ("onset_kind", "onset_year", "onset_month", "onset_day", "date_of_birth")


@dataclass(frozen=True, slots=True)
class Mark:
    """One of the marks: when it is reached, and whether it is ``behind``, perhaps ``near``, or ``ahead``."""

    months: int
    when: str
    state: str
    said: str


@dataclass(frozen=True, slots=True)
class Clock:
    """``started`` and ``ago`` in words; ``since`` and ``until`` the months on the scale, None without one."""

    started: str
    ago: str
    comes: str
    marks: list[Mark]
    since: int | None
    until: int | None
    warning: str

    @property
    def beyond(self) -> bool:
        """Whether all of it lies beyond the drawn scale."""
        return self.since is not None and self.since >= SPAN


def clock(request: AppointmentRequest) -> Clock:
    """The clock of this request today."""
    today = lifecycle.today()
    given = {name: getattr(request, name) for name in ONSET_ANSWERS}
    possible = urgency.onset_range(given, today=today)
    if possible is None:
        started = str(words.OnsetKind(request.onset_kind).label)
        return Clock(started, "", "", [], None, None, _warning(request))
    first, last = possible
    most, least = urgency.months_between(first, today), urgency.months_between(last, today)
    return Clock(
        started=_started(request),
        ago=_months_ago(least, most),
        comes=_comes(first, last, today),
        marks=_marks(first, last, today),
        since=min(least, SPAN),
        until=min(most, SPAN),
        warning=_warning(request),
    )


def _started(request: AppointmentRequest) -> str:
    if request.onset_kind != words.OnsetKind.DATE:
        return str(words.OnsetKind(request.onset_kind).label)
    return date_shown({"year": request.onset_year, "month": request.onset_month, "day": request.onset_day})


def _months_ago(least: int, most: int) -> str:
    if most == 0:
        return gettext("less than 1 month ago")
    if least != most:
        months = gettext("%(least)s to %(most)s months ago") % {"least": least, "most": most}
    else:
        months = ngettext("%(months)s month ago", "%(months)s months ago", most) % {"months": most}
    if least < LONG_AGO:
        return months
    years = least // 12
    return gettext("%(months)s, more than %(years)s years") % {"months": months, "years": years}


def _comes(first: date, last: date, today: date) -> str:
    """The mark that comes next, counted from the earliest day on which it may have begun."""
    marks = urgency.onset_marks(first, today)
    if marks.next_mark is None or marks.next_mark_on is None:
        return gettext("All marks are behind.")
    days = (marks.next_mark_on - today).days
    when = _between(marks.next_mark_on, urgency.mark_days(last)[marks.next_mark])
    counted = ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}
    if first != last:
        counted = gettext("%(counted)s at the earliest") % {"counted": counted}
    told = {"mark": marks.next_mark, "when": when, "counted": counted}
    return gettext("Next: %(mark)s months, %(when)s (%(counted)s).") % told


def _marks(first: date, last: date, today: date) -> list[Mark]:
    marks = []
    earliest, latest = urgency.mark_days(first), urgency.mark_days(last)
    for months, day in earliest.items():
        state = "behind" if latest[months] <= today else "near" if day <= today else "ahead"
        said = {"behind": gettext("passed"), "near": gettext("perhaps passed"), "ahead": gettext("to come")}
        marks.append(Mark(months, _between(day, latest[months]), state, said[state]))
    return marks


def _between(first: date, last: date) -> str:
    """One day, or from the first to the last day that it may be."""
    if first == last:
        return date_format(first, "M j, Y")
    begins = "M j" if first.year == last.year else "M j, Y"
    days = {"first": date_format(first, begins), "last": date_format(last, "M j, Y")}
    return gettext("%(first)s to %(last)s") % days


def _warning(request: AppointmentRequest) -> str:
    if request.nerve_cut == words.YesNoUnsure.YES:
        return gettext("Nerve known to be cut or removed.")
    hurt = request.cause in (words.Cause.INJURY, words.Cause.OPERATION)
    if request.nerve_cut == words.YesNoUnsure.UNSURE and hurt:
        return gettext("The nerve may be cut: the patient is not sure, after an injury or an operation.")
    if request.nerve_cut == words.YesNoUnsure.UNSURE:
        return gettext("The nerve may be cut: the patient is not sure.")
    return ""
