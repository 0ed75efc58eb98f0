"""By when a request is to be answered: opening hours, holidays, daylight saving."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from appointments.clinic_time import clinic_today, is_open_at, midnight, openings, respond_by
from appointments.urgency_file import rules
from appointments.urgency_rules import Level

NEW_YORK = ZoneInfo("America/New_York")
STORED_LEVELS = (Level.SAME_DAY, Level.SOON, Level.ROUTINE)


def due(arrival: str, level: Level) -> str:
    """Both in the clinic's wall-clock time."""
    received_at = datetime.fromisoformat(arrival).replace(tzinfo=NEW_YORK)
    result = respond_by(received_at, level, rules())
    assert result.tzinfo is UTC
    return result.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M:%S")


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        ("2026-11-23 08:00", "2026-11-23 10:00:00"),
        ("2026-11-23 07:59:59", "2026-11-23 10:00:00"),
        ("2026-11-23 00:00", "2026-11-23 10:00:00"),
        ("2026-11-23 14:59:59", "2026-11-23 16:59:59"),
        ("2026-11-23 15:00", "2026-11-23 17:00:00"),
        ("2026-11-23 15:00:01", "2026-11-24 08:00:01"),
        ("2026-11-23 16:30", "2026-11-24 09:30:00"),
        ("2026-11-23 17:00", "2026-11-24 10:00:00"),
        ("2026-11-23 23:59:59", "2026-11-24 10:00:00"),
        ("2026-11-20 16:00", "2026-11-23 09:00:00"),
        ("2026-11-21 12:00", "2026-11-23 10:00:00"),
        ("2026-11-25 16:30", "2026-11-27 09:30:00"),
        ("2026-11-26 09:00", "2026-11-27 10:00:00"),
        ("2026-07-02 16:00", "2026-07-06 09:00:00"),
        ("2026-12-31 17:00", "2027-01-04 10:00:00"),
        ("2026-03-06 16:30", "2026-03-09 09:30:00"),
        ("2026-10-30 16:30", "2026-11-02 09:30:00"),
    ],
)
def test_same_day_is_two_opening_hours(arrival: str, expected: str) -> None:
    assert due(arrival, Level.SAME_DAY) == expected


@pytest.mark.parametrize(
    ("arrival", "soon", "routine"),
    [
        ("2026-11-16 10:00", "2026-11-18 17:00:00", "2026-11-23 17:00:00"),
        ("2026-11-16 06:00", "2026-11-18 17:00:00", "2026-11-23 17:00:00"),
        ("2026-11-16 16:59:59", "2026-11-18 17:00:00", "2026-11-23 17:00:00"),
        ("2026-11-16 17:00", "2026-11-19 17:00:00", "2026-11-24 17:00:00"),
        ("2026-11-21 12:00", "2026-11-25 17:00:00", "2026-12-01 17:00:00"),
        ("2026-11-24 10:00", "2026-11-27 17:00:00", "2026-12-02 17:00:00"),
        ("2026-11-26 10:00", "2026-12-01 17:00:00", "2026-12-04 17:00:00"),
        ("2026-12-24 18:00", "2026-12-30 17:00:00", "2027-01-05 17:00:00"),
        ("2027-12-30 10:00", "2028-01-04 17:00:00", "2028-01-07 17:00:00"),
        ("2026-03-06 10:00", "2026-03-10 17:00:00", "2026-03-13 17:00:00"),
        ("2026-10-30 10:00", "2026-11-03 17:00:00", "2026-11-06 17:00:00"),
        ("2028-02-28 10:00", "2028-03-01 17:00:00", "2028-03-06 17:00:00"),
    ],
)
def test_soon_and_routine_end_with_a_working_day(arrival: str, soon: str, routine: str) -> None:
    assert (due(arrival, Level.SOON), due(arrival, Level.ROUTINE)) == (soon, routine)


def test_close_of_business_follows_the_clocks() -> None:
    before = respond_by(datetime(2026, 10, 28, 14, tzinfo=UTC), Level.SOON, rules())
    after = respond_by(datetime(2026, 10, 30, 14, tzinfo=UTC), Level.SOON, rules())
    assert before == datetime(2026, 10, 30, 21, tzinfo=UTC)
    assert after == datetime(2026, 11, 3, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arrival", "expected"),
    [
        (datetime(2026, 3, 8, 6, 30, tzinfo=UTC), datetime(2026, 3, 8, 8, 30, tzinfo=UTC)),
        (datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 7, 30, tzinfo=UTC)),
    ],
)
def test_a_clinic_open_at_night_counts_real_hours_over_the_change(
    arrival: datetime, expected: datetime
) -> None:
    always = replace(
        rules(),
        hours=replace(rules().hours, days=frozenset(range(7)), opens=time(0), closes=time(23), closed_on={}),
    )
    assert respond_by(arrival, Level.SAME_DAY, always) == expected


def test_a_clinic_elsewhere_keeps_its_own_days_and_hours() -> None:
    """Not those of this computer, nor of this site's own time zone, where it is the next day already."""
    honolulu = ZoneInfo("Pacific/Honolulu")
    late = replace(rules().hours, time_zone=honolulu, closes=time(23), closed_on={})
    there = replace(rules(), hours=late)
    arrival = datetime(2026, 11, 23, 20, tzinfo=honolulu)
    assert clinic_today(arrival, honolulu) == date(2026, 11, 23)
    assert respond_by(arrival, Level.SAME_DAY, there) == datetime(2026, 11, 23, 22, tzinfo=honolulu)
    assert respond_by(arrival, Level.SOON, there) == datetime(2026, 11, 25, 23, tzinfo=honolulu)
    early = datetime(2026, 11, 23, 2, tzinfo=honolulu)
    assert respond_by(early, Level.SAME_DAY, there) == datetime(2026, 11, 23, 10, tzinfo=honolulu)


def test_an_emergency_is_due_at_once() -> None:
    arrival = datetime(2026, 11, 22, 3, 0, tzinfo=NEW_YORK)
    result = respond_by(arrival, Level.EMERGENCY, rules())
    assert (result, result.tzinfo) == (arrival, UTC)


def test_a_time_without_a_zone_is_refused() -> None:
    naive = datetime(2026, 11, 22, 3, 0)
    with pytest.raises(ValueError, match="^a time without a time zone$"):
        respond_by(naive, Level.SOON, rules())
    with pytest.raises(ValueError, match="^a time without a time zone$"):
        clinic_today(naive, NEW_YORK)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 8, 4, 59, 59, tzinfo=UTC), date(2026, 3, 7)),
        (datetime(2026, 3, 9, 3, 59, 59, tzinfo=UTC), date(2026, 3, 8)),
        (datetime(2026, 3, 9, 4, 0, tzinfo=UTC), date(2026, 3, 9)),
        (datetime(2026, 11, 2, 4, 59, 59, tzinfo=UTC), date(2026, 11, 1)),
        (datetime(2026, 11, 2, 5, 0, tzinfo=UTC), date(2026, 11, 2)),
        (datetime(2026, 11, 22, 23, 0, tzinfo=ZoneInfo("America/Los_Angeles")), date(2026, 11, 23)),
    ],
)
def test_today_is_the_day_in_the_clinic(now: datetime, expected: date) -> None:
    assert clinic_today(now, NEW_YORK) == expected


arrivals = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))


@given(arrival=arrivals, level=st.sampled_from(STORED_LEVELS))
@example(arrival=datetime(2026, 3, 8, 7, 0, tzinfo=UTC), level=Level.SAME_DAY)
@example(arrival=datetime(2026, 11, 1, 6, 0, tzinfo=UTC), level=Level.SAME_DAY)
def test_an_answer_is_due_while_the_clinic_is_open_or_closes(arrival: datetime, level: Level) -> None:
    result = respond_by(arrival, level, rules()).astimezone(NEW_YORK)
    hours = rules().hours
    assert hours.is_open_on(result.date())
    assert hours.opens <= result.time() <= hours.closes
    assert result > arrival


@given(
    arrival=arrivals,
    later=st.timedeltas(timedelta(0), timedelta(days=20)),
    level=st.sampled_from(STORED_LEVELS),
)
def test_who_came_later_is_never_due_earlier(arrival: datetime, later: timedelta, level: Level) -> None:
    assert respond_by(arrival, level, rules()) <= respond_by(arrival + later, level, rules())


@given(arrival=arrivals)
def test_more_urgent_is_never_due_later(arrival: datetime) -> None:
    times = [respond_by(arrival, level, rules()) for level in Level]
    assert times == sorted(times)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-11-23 08:00", True), ("2026-11-23 07:59:59", False), ("2026-11-23 16:59:59", True),
        ("2026-11-23 17:00", False), ("2026-11-21 12:00", False), ("2026-11-26 12:00", False),
    ],
)  # fmt: skip
def test_it_is_open_from_opening_until_closing_on_working_days(moment: str, is_open: bool) -> None:
    here = datetime.fromisoformat(moment).replace(tzinfo=NEW_YORK)
    assert is_open_at(here, rules().hours) is is_open
    assert is_open_at(here.astimezone(ZoneInfo("Asia/Tokyo")), rules().hours) is is_open


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 8), "2026-03-08T05:00"), (date(2026, 3, 9), "2026-03-09T04:00"),
        (date(2026, 11, 1), "2026-11-01T04:00"), (date(2026, 11, 2), "2026-11-02T05:00"),
    ],
)  # fmt: skip
def test_a_day_begins_at_the_clinic_s_midnight_whatever_the_clocks_do(day: date, begins: str) -> None:
    told = midnight(day, NEW_YORK)
    assert (told, told.tzinfo) == (datetime.fromisoformat(begins).replace(tzinfo=UTC), UTC)


def test_openings_are_those_of_the_working_days_both_ends_included() -> None:
    """From a Wednesday over Thanksgiving and a weekend to a Monday."""
    told = openings(date(2026, 11, 25), date(2026, 11, 30), rules().hours)
    local = [
        (f"{begin.astimezone(NEW_YORK):%a %H:%M}", f"{end.astimezone(NEW_YORK):%H:%M}") for begin, end in told
    ]
    assert local[0] == ("Wed 08:00", "17:00") and local[-1] == ("Mon 08:00", "17:00")
    days = [each[0][:3] for each in local]
    assert "Thu" not in days and "Sat" not in days and "Sun" not in days
    assert openings(date(2026, 11, 30), date(2026, 11, 25), rules().hours) == []


def test_a_clinic_elsewhere_opens_and_begins_its_days_by_its_own_clock() -> None:
    """Not by the computer's: on Friday evening in Honolulu it is Saturday in New York."""
    tokyo, honolulu = ZoneInfo("Asia/Tokyo"), ZoneInfo("Pacific/Honolulu")
    assert midnight(date(2026, 11, 23), tokyo) == datetime(2026, 11, 22, 15, tzinfo=UTC)
    late = replace(rules().hours, time_zone=honolulu, opens=time(8), closes=time(23))
    assert is_open_at(datetime(2026, 11, 20, 22, tzinfo=honolulu), late)
