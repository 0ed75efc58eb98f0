"""The clinic's calendar: which day it is there, and by when a request is to be answered.

Opening hours are wall-clock times in the clinic's time zone; hours are counted in UTC, so that a change to
or from daylight saving neither adds nor takes an hour. Every result is an aware datetime in UTC.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from appointments.urgency_rules import ClinicHours, Level, RuleSet


def clinic_today(now: datetime, time_zone: ZoneInfo) -> date:
    """The calendar day in the clinic at this instant."""
    return _aware(now).astimezone(time_zone).date()


def respond_by(received_at: datetime, level: Level, ruleset: RuleSet) -> datetime:
    """By when a request that arrived at this instant is to be answered.

    Same day counts opening hours only. Soon and routine end at close of business on the nth working day
    after the arrival; an arrival outside the opening hours counts as the next opening. An emergency, which
    only a person can assign (the form never stores one), is due at once.
    """
    received_at = _aware(received_at).astimezone(UTC)
    match level:
        case Level.EMERGENCY:
            return received_at
        case Level.SAME_DAY:
            return _after_open_hours(received_at, ruleset.targets.same_day_clinic_hours, ruleset.hours)
        case Level.SOON:
            return _after_working_days(received_at, ruleset.targets.soon_working_days, ruleset.hours)
        case Level.ROUTINE:
            return _after_working_days(received_at, ruleset.targets.routine_working_days, ruleset.hours)


def is_open_at(moment: datetime, hours: ClinicHours) -> bool:
    """Whether the clinic is open at this instant; at closing time it is not."""
    day = clinic_today(moment, hours.time_zone)
    opens, closes = _opening(day, hours)
    return hours.is_open_on(day) and opens <= moment < closes


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time without a time zone")
    return moment


def _opening(day: date, hours: ClinicHours) -> tuple[datetime, datetime]:
    opens = datetime.combine(day, hours.opens, hours.time_zone).astimezone(UTC)
    return opens, datetime.combine(day, hours.closes, hours.time_zone).astimezone(UTC)


def _next_working_day(day: date, hours: ClinicHours) -> date:
    day += timedelta(days=1)
    while not hours.is_open_on(day):
        day += timedelta(days=1)
    return day


def _first_open_moment(received_at: datetime, hours: ClinicHours) -> tuple[datetime, date]:
    """The arrival, or the next opening where the clinic is closed (as it is at closing time), and its day."""
    day = clinic_today(received_at, hours.time_zone)
    opens, closes = _opening(day, hours)
    if hours.is_open_on(day) and received_at < closes:
        return max(received_at, opens), day
    day = _next_working_day(day, hours)
    return _opening(day, hours)[0], day


def _after_open_hours(received_at: datetime, count: int, hours: ClinicHours) -> datetime:
    moment, day = _first_open_moment(received_at, hours)
    left = timedelta(hours=count)
    while moment + left > (closes := _opening(day, hours)[1]):
        left -= closes - moment
        day = _next_working_day(day, hours)
        moment = _opening(day, hours)[0]
    return moment + left


def _after_working_days(received_at: datetime, count: int, hours: ClinicHours) -> datetime:
    _, day = _first_open_moment(received_at, hours)
    for _ in range(count):
        day = _next_working_day(day, hours)
    return _opening(day, hours)[1]


def midnight(day: date, time_zone: ZoneInfo) -> datetime:
    """When this day begins in the clinic: a day of 23 or 25 hours begins and ends at midnight too."""
    return datetime.combine(day, time(), time_zone).astimezone(UTC)


def openings(first: date, last: date, hours: ClinicHours) -> list[tuple[datetime, datetime]]:
    """When the clinic opens and closes, on each working day from the first day to the last."""
    days = (first + timedelta(days=number) for number in range((last - first).days + 1))
    return [_opening(day, hours) for day in days if hours.is_open_on(day)]
