"""Whether a place is open at a moment, by the sign on its door: wall-clock times in its own time zone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Span:
    """When it is open on one day of the week (Monday is 0); it closes on the day it opens."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True)
class Opening:
    """Open until, or closed until: ``changes_at`` is wall-clock time there."""

    is_open: bool
    changes_at: datetime
    is_today: bool

    @property
    def day(self) -> date:
        return self.changes_at.date()

    @property
    def time(self) -> time:
        return self.changes_at.time()


def opening_at(moment: datetime, spans: Iterable[Span], zone: ZoneInfo) -> Opening | None:
    """What holds at this instant; None for a place that never opens.

    When clocks are set back, the repeated hour counts as open both times; an opening time that clocks skip
    is when they have skipped it.
    """
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    here = moment.astimezone(zone)
    by_day = {span.weekday: span for span in spans}
    today = by_day.get(here.weekday())
    if today and today.opens <= here.time() < today.closes:
        return Opening(True, _then(here, 0, today.closes), is_today=True)
    for days in range(8):
        span = by_day.get((here.weekday() + days) % 7)
        if span and (days or here.time() < span.opens):
            return Opening(False, _then(here, days, span.opens), is_today=not days)
    return None


def _then(here: datetime, days: int, clock: time) -> datetime:
    """That time on a later day, or today: in the hour that clocks repeat, the time that is still to come."""
    then = datetime.combine(here.date() + timedelta(days=days), clock, here.tzinfo)
    return then if days else then.replace(fold=here.fold)
