"""The numbers of the front page, by the clinic's day and the clinic's hours."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments import statistics, urgency
from appointments.answers import UrgencyLevel
from appointments.models import EmergencyStop
from appointments.statistics import Standing, Waits
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED

SAME_DAY, SOON, ROUTINE = UrgencyLevel
TUESDAY = datetime(2026, 6, 16, 12, 0, tzinfo=UTC)
"""Eight in the morning: the clinic opens, until 21:00 UTC."""


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def arrived(text: str, **changes: Any) -> None:
    moment = at(text)
    a_request(received_at=moment, respond_by=moment + timedelta(days=7), **changes)


class TestPeriods:
    @pytest.mark.parametrize(
        ("code", "count", "first"),
        [
            ("7", 7, date(2026, 6, 10)),
            ("30", 30, date(2026, 5, 18)),
            ("90", 90, date(2026, 3, 19)),
            ("12m", 53, date(2025, 6, 16)),
        ],
    )
    def test_it_ends_today_and_has_so_many_days_or_weeks(self, code: str, count: int, first: date) -> None:
        shown = statistics.period(code, NOW)
        assert (len(shown.slots), shown.slots[0].first, shown.slots[-1].last) == (count, first, NOW.date())
        assert shown.ends == at("2026-06-17T04:00")

    @pytest.mark.parametrize("code", ["", "0", "31", "-7", "12M", "7 OR 1=1", "\x00", "٣٠", "9" * 5000])
    def test_for_nonsense_it_is_the_usual_one(self, code: str) -> None:
        assert statistics.period(code, NOW) == statistics.period("30", NOW)

    def test_before_midnight_at_the_clinic_it_is_still_yesterday(self) -> None:
        assert statistics.period("7", at("2026-06-17T03:59")).slots[-1].last == date(2026, 6, 16)
        assert statistics.period("7", at("2026-06-17T04:00")).slots[-1].last == date(2026, 6, 17)

    @pytest.mark.parametrize(
        ("now", "day", "begins", "hours"),
        [
            ("2026-03-10T15:00", date(2026, 3, 8), "2026-03-08T05:00", 23),
            ("2026-11-03T15:00", date(2026, 11, 1), "2026-11-01T04:00", 25),
        ],
    )
    def test_days_of_23_and_25_hours_begin_at_midnight(
        self, now: str, day: date, begins: str, hours: int
    ) -> None:
        slots = statistics.period("7", at(now)).slots
        place = [slot.first for slot in slots].index(day)
        assert slots[place].begins == at(begins)
        assert slots[place + 1].begins - slots[place].begins == timedelta(hours=hours)


@pytest.mark.django_db
class TestArrivals:
    def test_each_counts_on_the_day_of_the_clinic_by_its_urgency(self) -> None:
        for text in ("2026-06-16T03:59:59", "2026-06-16T04:00:00", "2026-06-16T14:00", "2026-06-10T04:00"):
            arrived(text)
        arrived("2026-06-16T14:00", urgency="same_day", computed_urgency="same_day")
        arrived("2026-06-10T03:59:59")
        counts = statistics.arrivals(statistics.period("7", NOW))
        assert counts[0] == {"routine": 1} and counts[5] == {"routine": 1}
        assert counts[6] == {"routine": 2, "same_day": 1}
        assert sum(counts, Counter[str]()).total() == 5

    def test_across_the_change_of_the_clock(self) -> None:
        for text in (
            "2026-11-01T03:59", "2026-11-01T04:00", "2026-11-01T05:30", "2026-11-01T06:30",
            "2026-11-02T04:59", "2026-11-02T05:00",
        ):  # fmt: skip
            arrived(text)
        counts = statistics.arrivals(statistics.period("7", at("2026-11-03T15:00")))
        assert [count.total() for count in counts] == [0, 0, 0, 1, 4, 1, 0]

    def test_weeks_begin_on_monday(self) -> None:
        for text in ("2026-06-15T03:59", "2026-06-15T04:00", "2026-06-16T15:00", "2025-06-16T04:00"):
            arrived(text)
        counts = statistics.arrivals(statistics.period("12m", NOW))
        assert [count.total() for count in (counts[0], *counts[-2:])] == [1, 1, 2]


def waits_of(level: UrgencyLevel, code: str = "30", now: datetime = NOW) -> Waits:
    return statistics.waits(statistics.period(code, now), now)[level]


@pytest.mark.django_db
class TestWaits:
    def reached(self, received: datetime, reached: datetime, **changes: Any) -> None:
        given = {"respond_by": received + timedelta(days=1), "status": "contacted", **changes}
        a_request(received_at=received, first_contact_at=reached, **given)

    @pytest.mark.parametrize(
        ("received", "reached", "hours"),
        [
            ("2026-06-15T14:00", "2026-06-15T15:30", 1.5),
            # The afternoon's last hour, and the first of the next morning.
            ("2026-06-15T20:00", "2026-06-16T13:00", 2.0),
            # From Friday's closing, over the weekend, to Monday's opening.
            ("2026-06-12T21:00", "2026-06-15T12:00", 0.0),
            # Juneteenth is closed, and Memorial Day before it.
            ("2026-05-22T20:30", "2026-05-26T12:30", 1.0),
            # At night to the same night.
            ("2026-06-16T01:00", "2026-06-16T05:00", 0.0),
            # Before the first opening of the period to after it: Monday, May 18.
            ("2026-05-18T05:00", "2026-05-18T13:00", 1.0),
            # A begun tenth counts as whole, so that "within" is true.
            ("2026-06-15T14:00", "2026-06-15T14:00:01", 0.1),
        ],
    )
    def test_only_the_hours_when_the_clinic_is_open_count(
        self, received: str, reached: str, hours: float
    ) -> None:
        self.reached(at(received), at(reached))
        assert waits_of(ROUTINE).half == waits_of(ROUTINE).nine_in_ten == hours

    def test_a_working_day_is_as_long_across_the_change_of_the_clock(self) -> None:
        # Friday noon to Monday noon; the Sunday between has 25 hours.
        self.reached(at("2026-10-30T16:00"), at("2026-11-02T17:00"))
        assert waits_of(ROUTINE, now=at("2026-11-03T15:00")).half == 9.0

    def test_half_and_nine_in_ten(self) -> None:
        for tenth in range(1, 11):
            self.reached(TUESDAY - timedelta(days=1), TUESDAY - timedelta(days=1, hours=-tenth / 2))
        found = waits_of(ROUTINE)
        assert (found.half, found.nine_in_ten, found.answered) == (2.5, 4.5, 10)

    def test_what_was_opened_again_counts_from_there(self) -> None:
        again = TUESDAY - timedelta(days=1)
        self.reached(again - timedelta(days=7), again + timedelta(hours=1), waiting_anew_since=again)
        assert waits_of(ROUTINE).half == 1.0

    def test_what_became_of_each(self) -> None:
        received, due = NOW - timedelta(days=4), NOW - timedelta(days=2)
        same_day = {"urgency": "same_day", "computed_urgency": "same_day", "received_at": received}
        a_request(first_contact_at=due, respond_by=due, **same_day)
        a_request(first_contact_at=due + timedelta(seconds=1), respond_by=due, **same_day)
        a_request(first_contact_at=due + timedelta(hours=1), respond_by=due, **same_day, **CLOSED)
        a_request(respond_by=NOW, **same_day)
        a_request(respond_by=NOW + timedelta(seconds=1), **same_day)
        a_request(respond_by=due, **same_day, **CLOSED)
        a_request(respond_by=NOW, **{**same_day, "received_at": NOW - timedelta(days=31)})
        found = waits_of(SAME_DAY)
        told = (found.in_time, found.late, found.overdue, found.waiting, found.closed)
        assert told == (1, 2, 1, 1, 1)
        assert found.share_in_time == 1 / 4
        assert waits_of(SOON) == Waits() and waits_of(SOON).share_in_time is None

    def test_a_period_in_which_the_clinic_never_opened(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("appointments.clinic_time.openings", lambda *_period: [])
        self.reached(TUESDAY - timedelta(days=1), TUESDAY)
        assert waits_of(ROUTINE).half == 0.0

    def test_targets_in_clinic_hours(self) -> None:
        told = [statistics.target_hours(level, urgency.rules()) for level in UrgencyLevel]
        assert told == [2, 18, 45]


@pytest.mark.django_db
class TestOpen:
    def test_by_age_in_days_of_the_clinic(self) -> None:
        for text in (
            "2026-06-16T04:00", "2026-06-16T03:59", "2026-06-15T04:00", "2026-06-15T03:59",
            "2026-06-13T04:00", "2026-06-13T03:59", "2026-06-09T04:00", "2026-06-09T03:59",
            "2026-06-02T04:00", "2026-06-02T03:59", "2026-05-17T04:00", "2026-05-17T03:59",
        ):  # fmt: skip
            arrived(text)
        arrived("2026-05-01T12:00", waiting_anew_since=NOW)
        arrived("2026-05-01T12:00", first_contact_at=NOW, status="contacted")
        arrived("2026-05-01T12:00", **CLOSED)
        assert statistics.open_by_age(NOW) == [(1, 1), (2, 0), (2, 0), (2, 0), (2, 0), (2, 0), (2, 0)]

    def test_by_status_and_place(self) -> None:
        a_request(place="east")
        a_request(place="east", status="in_review")
        a_request()
        a_request(place="west", **CLOSED)
        assert statistics.open_by_status() == {"new": 2, "in_review": 1}
        assert list(statistics.open_by_place().items()) == [("east", 2), ("", 1)]

    def test_whose_they_are_and_what_is_overdue(self) -> None:
        me, colleague = staff(), staff()
        a_request(assigned_to=me, respond_by=NOW, received_at=NOW - timedelta(days=1))
        a_request(assigned_to=colleague, respond_by=NOW, received_at=NOW - timedelta(days=1))
        a_request(respond_by=NOW + timedelta(seconds=1))
        a_request(
            status="contacted", first_contact_at=NOW, respond_by=NOW, received_at=NOW - timedelta(days=1)
        )
        a_request(assigned_to=me, **CLOSED)
        assert statistics.standing(me.pk, NOW) == Standing(open=4, mine=1, nobodys=2, overdue=2)


@pytest.mark.django_db
def test_emergency_stops_are_summed_over_the_days_of_the_period() -> None:
    for day, count in [(9, 100), (10, 2), (16, 3), (17, 100)]:
        EmergencyStop.objects.create(day=date(2026, 6, day), count=count)
    assert statistics.emergency_stops(statistics.period("7", NOW)) == 5


@pytest.mark.django_db
def test_each_read_is_one_statement() -> None:
    shown = statistics.period("30", NOW)
    with CaptureQueriesContext(connection) as queries:
        statistics.arrivals(shown)
        statistics.waits(shown, NOW)
        statistics.open_by_age(NOW)
        statistics.open_by_status()
        statistics.open_by_place()
        statistics.standing(1, NOW)
        statistics.emergency_stops(shown)
    assert len(queries) == 7
