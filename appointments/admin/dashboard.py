"""The figures of the front page: each a chart and the table of the same numbers, in words for staff."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.utils.formats import number_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from appointments import statistics, urgency
from appointments.admin import charts
from appointments.admin.charts import Reached, Row, Words
from appointments.admin.periods import slot_name, under, zone_name
from appointments.answers import UrgencyLevel
from appointments.states import OPEN
from appointments.statistics import Period, Waits
from services.models import Location

PATTERNS = ("solid", "hatch", "dots", "pale")
Cells = list[str]


@dataclass(frozen=True, slots=True)
class Figure:
    """One chart with its table; ``empty`` is said instead where there is nothing to draw."""

    code: str
    heading: str
    empty: str = ""
    drawing: SafeString = SafeString("")
    legend: list[tuple[SafeString, str]] = field(default_factory=list)
    columns: Cells = field(default_factory=list)
    rows: list[Cells] = field(default_factory=list)
    note: str = ""
    wide: bool = False


def arrivals(shown: Period) -> Figure:
    """How many requests arrived on each day, or in each week, by urgency."""
    heading = gettext("Arrivals by week") if shown.by_week else gettext("Arrivals by day")
    counts = statistics.arrivals(shown)
    total = sum(counts, Counter[str]())
    if not total:
        return Figure("arrivals", heading, gettext("No request arrived in this time."), wide=True)
    levels = list(UrgencyLevel)
    most = max(range(len(counts)), key=lambda place: counts[place].total())
    told = [
        ngettext("%(count)s request arrived", "%(count)s requests arrived", total.total())
        % {"count": number(total.total())},
        *(_told(level.label, total[level]) for level in levels),
        _told(
            gettext("the most, %(when)s") % {"when": slot_name(shown.slots[most], shown)},
            counts[most].total(),
        ),
    ]
    parts = [tuple(count[level] for level in levels) for count in counts]
    words = Words("arrivals", heading, "; ".join(told))
    return Figure(
        "arrivals",
        heading,
        drawing=charts.columns(words, parts, under(shown), PATTERNS[:3]),
        legend=_legend(str(level.label) for level in levels),
        columns=[
            gettext("Week") if shown.by_week else gettext("Day"),
            *(str(level.label) for level in levels),
            gettext("All"),
        ],
        rows=[
            [slot_name(slot, shown), *map(number, part), number(sum(part))]
            for slot, part in zip(reversed(shown.slots), reversed(parts), strict=True)
        ],
        note=gettext("Days are the clinic's, from midnight to midnight (%(zone)s).") % {"zone": zone_name()},
        wide=True,
    )


def first_contact(waits: dict[UrgencyLevel, Waits]) -> Figure:
    """How long those who were reached had waited, against the target."""
    heading = gettext("Time to first contact, against the target")
    if not any(each.answered for each in waits.values()):
        empty = gettext("None of the requests of this time has been answered yet.")
        return Figure("first-contact", heading, empty)
    names = [gettext("Target"), gettext("Half within"), gettext("9 in 10 within"), gettext("Answered")]
    told = {
        level: [_target(level), _hours(each.half), _hours(each.nine_in_ten), number(each.answered)]
        for level, each in waits.items()
    }
    words = Words("first-contact", heading, _by_level(names, told))
    rows = [_reached(level, each) for level, each in waits.items()]
    return Figure(
        "first-contact",
        heading,
        drawing=charts.against_target(words, rows, gettext("Target")),
        legend=_legend([gettext("half waited no longer"), gettext("9 in 10 waited no longer")]),
        columns=["", *(str(level.label) for level in told)],
        rows=_turned(names, told),
        note=gettext(
            "In clinic hours: only the time when the clinic is open counts. A target in working days ends at "
            "closing time, so it is drawn at the hours it allows at least. Counted from the arrival, or from "
            "when the request was opened again."
        ),
    )


def _reached(level: UrgencyLevel, waits: Waits) -> Reached:
    target = statistics.target_hours(level, urgency.rules())
    if waits.half is None or waits.nine_in_ten is None:
        return Reached(str(level.label), gettext("nobody yet"), None, None)
    value = gettext("half %(half)s, 9 in 10 %(nine)s")
    return Reached(
        str(level.label),
        value % {"half": _hours(waits.half), "nine": _hours(waits.nine_in_ten)},
        waits.half / target,
        waits.nine_in_ten / target,
    )


def in_time(waits: dict[UrgencyLevel, Waits]) -> Figure:
    """What became of the requests: answered within their target, later, or not yet."""
    heading = gettext("Answered in time")
    names = [
        gettext("In time"),
        gettext("Late"),
        gettext("Not yet, overdue"),
        gettext("Not yet, in time"),
    ]
    parts = {level: (each.in_time, each.late, each.overdue, each.waiting) for level, each in waits.items()}
    if not any(map(sum, parts.values())):
        return Figure("in-time", heading, gettext("There is nothing to answer in this time."))
    shares = {level: _percent(each.share_in_time) for level, each in waits.items()}
    told = {
        level: [*map(number, parts[level]), number(each.closed), shares[level]]
        for level, each in waits.items()
    }
    every = [*names, gettext("Closed without"), gettext("Share in time")]
    words = Words("in-time", heading, _by_level(every, told))
    bars = [Row(str(level.label), shares[level], part) for level, part in parts.items()]
    return Figure(
        "in-time",
        heading,
        drawing=charts.bars(words, bars, PATTERNS, of_each=True),
        legend=_legend(names),
        columns=["", *(str(level.label) for level in told)],
        rows=_turned(every, told),
        note=gettext(
            "The share leaves out who is not answered yet and still within the target, and what was closed "
            "without an answer."
        ),
    )


def _turned(names: list[str], told: dict[UrgencyLevel, Cells]) -> list[Cells]:
    """A row for each name: urgencies side by side fit on a phone."""
    return [[name, *cells] for name, *cells in zip(names, *told.values(), strict=True)]


def _by_level(names: list[str], told: dict[UrgencyLevel, Cells]) -> str:
    """The same in a sentence for who cannot see the drawing."""
    return "; ".join(
        f"{level.label}: " + ", ".join(f"{name} {cell}" for name, cell in zip(names, cells, strict=True))
        for level, cells in told.items()
    )


def open_by_age(now: datetime) -> Figure:
    """Since when the open requests have waited."""
    heading = gettext("Open, by how long they have waited")
    labels = [gettext("No answer yet"), gettext("Answered")]
    pairs = list(zip(_ages(), statistics.open_by_age(now), strict=True))
    note = gettext("By days of the clinic's calendar, since the arrival or since it was opened again.")
    return _bars("open-age", heading, gettext("Waited"), labels, pairs, note)


def open_by_status() -> Figure:
    counts = statistics.open_by_status()
    pairs = [(str(status.label), (counts.get(status, 0),)) for status in OPEN]
    return _bars("open-status", gettext("Open, by status"), gettext("Status"), [gettext("Open")], pairs)


def open_by_place() -> Figure:
    """By the place that was asked for, in its own name where it has a page."""
    pages = Location.objects.in_language(settings.LANGUAGE_CODE)
    titles = {page.slug: page.text.short_title for page in pages} | {"": gettext("No preference")}
    pairs = [(titles.get(code, code), (count,)) for code, count in statistics.open_by_place().items()]
    return _bars("open-place", gettext("Open, by place"), gettext("Place"), [gettext("Open")], pairs)


def _bars(
    code: str,
    heading: str,
    what: str,
    labels: list[str],
    pairs: Sequence[tuple[str, tuple[int, ...]]],
    note: str = "",
) -> Figure:
    if not any(sum(parts) for _label, parts in pairs):
        return Figure(code, heading, gettext("No request is open."))
    told = "; ".join(f"{label}: {', '.join(map(_told, labels, parts))}" for label, parts in pairs)
    rows = [Row(label, number(sum(parts)), parts) for label, parts in pairs]
    together = [gettext("All")] if len(labels) > 1 else []
    return Figure(
        code,
        heading,
        drawing=charts.bars(Words(code, heading, told), rows, PATTERNS[: len(labels)]),
        legend=_legend(labels) if len(labels) > 1 else [],
        columns=[what, *labels, *together],
        rows=[
            [label, *map(number, parts), *([number(sum(parts))] if together else [])]
            for label, parts in pairs
        ],
        note=note,
    )


def _ages() -> list[str]:
    """The stretches of ``statistics.AGES``, the longest first."""
    starts = [None, *statistics.AGES]
    return [_age(start, end) for start, end in zip(starts, [*statistics.AGES, -1], strict=True)]


def _age(longest: int | None, end: int) -> str:
    if longest is None:
        return gettext("More than %(days)s days") % {"days": end}
    if longest == 0:
        return gettext("Today")
    if longest == 1:
        return gettext("Yesterday")
    return gettext("%(first)s to %(last)s days") % {"first": end + 1, "last": longest}


def _legend(labels: Iterable[str]) -> list[tuple[SafeString, str]]:
    return [(charts.swatch(pattern), label) for pattern, label in zip(PATTERNS, labels, strict=False)]


def _told(label: object, count: int) -> str:
    return f"{label} {number(count)}"


def number(count: float) -> str:
    """With its thousands apart."""
    return number_format(count, use_l10n=True, force_grouping=True)


def _hours(waited: float | None) -> str:
    return "–" if waited is None else gettext("%(hours)s h") % {"hours": number(waited)}


def _percent(share: float | None) -> str:
    """Rounded down: 100% is said of all alone."""
    return "–" if share is None else gettext("%(share)s%%") % {"share": int(share * 100)}


def _target(level: UrgencyLevel) -> str:
    targets = urgency.rules().targets
    days = {UrgencyLevel.SOON: targets.soon_working_days, UrgencyLevel.ROUTINE: targets.routine_working_days}
    if level in days:
        return ngettext("%(count)s working day", "%(count)s working days", days[level]) % {
            "count": days[level]
        }
    hours = targets.same_day_clinic_hours
    return ngettext("%(count)s clinic hour", "%(count)s clinic hours", hours) % {"count": hours}
