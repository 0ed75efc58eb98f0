"""What the front page of the admin shows in numbers: named reads, each one statement, none over the whole
table.

Days are the clinic's: what belongs to which is told by the instants at which they begin, so that midnight and
daylight saving are right. A wait runs from the arrival, or from when it began anew (``waiting_anew_since``).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import accumulate

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import Count, DateTimeField, F, Func, IntegerField, Q, Sum, Value
from django.db.models.functions import Coalesce

from appointments import clinic_time, urgency
from appointments.answers import UrgencyLevel
from appointments.models import AppointmentRequest, EmergencyStop
from appointments.querysets import RequestQuerySet
from appointments.urgency_rules import RuleSet

PERIODS = {"7": 7, "30": 30, "90": 90, "12m": 365}
"""The codes of the periods, and about how many days each has."""
USUAL = "30"
WEEKS_OF_THE_YEAR = 52

AGES = (30, 14, 7, 3, 1, 0)
"""How many days ago the stretches of waiting begin, the longest first; before the first is one more."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A day of the clinic, or some days running; ``begins`` is the midnight before ``first``."""

    first: date
    last: date
    begins: datetime


@dataclass(frozen=True, slots=True)
class Period:
    """The days, or weeks, that a chart shows; the last slot is the one that runs. ``ends`` is after it."""

    code: str
    slots: list[Slot]
    ends: datetime

    @property
    def by_week(self) -> bool:
        return self.code == "12m"


@dataclass(frozen=True, slots=True)
class Standing:
    """How many requests are open, and of those how many are whose, or over their target unanswered."""

    open: int
    mine: int
    nobodys: int
    overdue: int


@dataclass(frozen=True, slots=True)
class Waits:
    """What became of the requests of one urgency. ``half`` and ``nine_in_ten`` are clinic hours until the
    first contact: as long, or less, half of those answered waited, and nine in ten."""

    in_time: int = 0
    late: int = 0
    waiting: int = 0
    overdue: int = 0
    closed: int = 0
    half: float | None = None
    nine_in_ten: float | None = None

    @property
    def answered(self) -> int:
        return self.in_time + self.late

    @property
    def share_in_time(self) -> float | None:
        """Of those whose target is behind them or who were answered; None where there are none."""
        judged = self.answered + self.overdue
        return self.in_time / judged if judged else None


class Slots(Func):
    """In which of the stretches that begin at these instants a column lies; 0 is before the first."""

    function = "width_bucket"
    output_field = IntegerField()

    def __init__(self, column: object, begins: list[datetime]) -> None:
        super().__init__(column, Value(begins, output_field=ArrayField(DateTimeField())))


SINCE = Coalesce("waiting_anew_since", "received_at")


def period(code: str, now: datetime) -> Period:
    """The period of this code, up to today; for any other code the usual one."""
    code = code if code in PERIODS else USUAL
    zone = urgency.rules().hours.time_zone
    today = clinic_time.clinic_today(now, zone)
    step, count = (7, WEEKS_OF_THE_YEAR + 1) if code == "12m" else (1, PERIODS[code])
    newest = today - timedelta(days=today.weekday()) if step == 7 else today
    firsts = [newest - timedelta(days=step * back) for back in reversed(range(count))]
    slots = [
        Slot(first, min(today, first + timedelta(days=step - 1)), clinic_time.midnight(first, zone))
        for first in firsts
    ]
    return Period(code, slots, clinic_time.midnight(today + timedelta(days=1), zone))


def arrivals(shown: Period) -> list[Counter[str]]:
    """For each slot how many requests arrived, by urgency."""
    begins = [slot.begins for slot in shown.slots]
    arrived = AppointmentRequest.objects.filter(received_at__gte=begins[0], received_at__lt=shown.ends)
    counted = arrived.order_by().values(slot=Slots("received_at", begins), level=F("urgency"))
    found: list[Counter[str]] = [Counter() for _slot in begins]
    for row in counted.annotate(count=Count("*")):
        found[row["slot"] - 1][row["level"]] = row["count"]
    return found


WAITS = """
WITH clinic AS MATERIALIZED (
    SELECT %(opens)s::timestamptz[] AS opens, %(closes)s::timestamptz[] AS closes,
           %(passed)s::interval[] AS passed
), asked AS (
    SELECT urgency, first_contact_at AS reached, coalesce(waiting_anew_since, received_at) AS since,
           CASE WHEN first_contact_at <= respond_by THEN 'in_time'
                WHEN first_contact_at > respond_by THEN 'late'
                WHEN status = 'closed' THEN 'closed'
                WHEN respond_by > %(now)s THEN 'waiting' ELSE 'overdue' END AS fate
    FROM appointments_appointmentrequest
    WHERE received_at >= %(begins)s AND received_at < %(ends)s
), placed AS (
    SELECT urgency, fate, reached, since, width_bucket(reached, opens) AS reached_in,
           width_bucket(since, opens) AS since_in, opens, closes, passed
    FROM asked, clinic OFFSET 0
)
SELECT urgency, fate, ceil(date_part('epoch',
           coalesce(passed[reached_in] + (least(reached, closes[reached_in]) - opens[reached_in]), '0')
           - coalesce(passed[since_in] + (least(since, closes[since_in]) - opens[since_in]), '0')
       ) / 360)::int AS tenths, count(*)
FROM placed GROUP BY urgency, fate, tenths
"""
"""Counted by tenths of a clinic hour, begun ones whole: a histogram needs no sorting of each wait.

``passed`` is for how long the clinic had been open before each of its openings; where a moment lies before
the first of them, nothing had passed. OFFSET 0 keeps the two searches from being repeated.
"""


def waits(shown: Period, now: datetime) -> dict[UrgencyLevel, Waits]:
    """What became of the requests that arrived in this period, and how long they waited for first contact."""
    begins = shown.slots[0].begins
    with connection.cursor() as cursor:
        cursor.execute(WAITS, {**_clinic_hours(shown, now), "begins": begins, "ends": shown.ends, "now": now})
        rows = cursor.fetchall()
    found = {}
    for level in UrgencyLevel:
        fates, tenths = Counter[str](), Counter[int]()
        for _level, fate, waited, count in (row for row in rows if row[0] == level):
            fates[fate] += count
            if fate in ("in_time", "late"):
                tenths[waited] += count
        found[level] = Waits(**fates, half=_within(tenths, 0.5), nine_in_ten=_within(tenths, 0.9))
    return found


def _within(tenths: Counter[int], share: float) -> float | None:
    """Within how many hours this share of them was reached, in tenths; None where nobody was."""
    reached = 0
    for waited, count in sorted(tenths.items()):
        reached += count
        if reached >= share * tenths.total():
            return waited / 10
    return None


def _clinic_hours(shown: Period, now: datetime) -> dict[str, list[datetime] | list[timedelta]]:
    """The openings of the period, as the arrays of ``WAITS``."""
    hours = urgency.rules().hours
    last = clinic_time.clinic_today(now, hours.time_zone)
    openings = clinic_time.openings(shown.slots[0].first, last, hours)
    lengths = [closes - opens for opens, closes in openings]
    return {
        "opens": [opens for opens, _closes in openings],
        "closes": [closes for _opens, closes in openings],
        "passed": [*accumulate(lengths, initial=timedelta())][: len(openings)],
    }


def target_hours(level: UrgencyLevel, rules: RuleSet) -> float:
    """The target in clinic hours; one in working days ends at closing time, so it allows at least these."""
    day = datetime.combine(date.min, rules.hours.closes) - datetime.combine(date.min, rules.hours.opens)
    return {
        UrgencyLevel.SAME_DAY: float(rules.targets.same_day_clinic_hours),
        UrgencyLevel.SOON: rules.targets.soon_working_days * day / timedelta(hours=1),
        UrgencyLevel.ROUTINE: rules.targets.routine_working_days * day / timedelta(hours=1),
    }[level]


def open_by_age(now: datetime) -> list[tuple[int, int]]:
    """For each stretch of waiting, the longest first, how many have no answer yet, and how many have one."""
    zone = urgency.rules().hours.time_zone
    today = clinic_time.clinic_today(now, zone)
    begins = [clinic_time.midnight(today - timedelta(days=days), zone) for days in AGES]
    answered = Count("pk", filter=Q(is_answered=True))
    counted = _open().values(slot=Slots(SINCE, begins)).annotate(count=Count("*"), answered=answered)
    found = [(0, 0)] * (len(AGES) + 1)
    for row in counted:
        found[row["slot"]] = (row["count"] - row["answered"], row["answered"])
    return found


def open_by_status() -> dict[str, int]:
    """How many requests are open in each status that has any."""
    return dict(_open().values_list("status").annotate(count=Count("*")))


def open_by_place() -> dict[str, int]:
    """How many open requests ask for each place, the most first; the empty place is no preference."""
    return dict(_open().values_list("place").annotate(count=Count("*")).order_by("-count", "place"))


def standing(account: int, now: datetime) -> Standing:
    """What is open, for one member of staff."""
    overdue = Q(is_answered=False, respond_by__lte=now)
    return Standing(
        **_open().aggregate(
            open=Count("*"),
            mine=Count("pk", filter=Q(assigned_to=account)),
            nobodys=Count("pk", filter=Q(assigned_to=None)),
            overdue=Count("pk", filter=overdue),
        )
    )


def emergency_stops(shown: Period) -> int:
    """How many forms ended at an emergency sign; nothing else is kept of them."""
    first, last = shown.slots[0].first, shown.slots[-1].last
    stops = EmergencyStop.objects.filter(day__range=(first, last))
    return int(stops.aggregate(count=Sum("count"))["count"] or 0)


def _open() -> RequestQuerySet:
    return AppointmentRequest.objects.open().order_by()
