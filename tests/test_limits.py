"""Limits: counted one by one whoever comes at once, naming nobody, and over when their time is."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import limits
from appointments.models import AppointmentRequest, Attempt, Message, RequestDraft
from tests.builders import NOW, a_draft, submit
from tests.test_lifecycle_submit import at_once


@pytest.fixture
def three_an_hour(settings: Settings) -> None:
    settings.LIMITS = {**settings.LIMITS, "draft_by_address": (3, 3600), "request_by_contact": (3, 86400)}


def let_through(times: int, value: str = "192.0.2.1", name: str = "draft_by_address") -> int:
    passed = 0
    for _ in range(times):
        try:
            limits.count(name, value)
            passed += 1
        except limits.Limited:
            pass
    return passed


@pytest.mark.django_db
@pytest.mark.usefixtures("three_an_hour")
class TestCounting:
    def test_so_many_get_through_and_no_more(self) -> None:
        assert [let_through(1) for _ in range(5)] == [1, 1, 1, 0, 0]

    def test_each_address_and_each_thing_is_counted_apart(self) -> None:
        assert let_through(4) == 3
        assert let_through(4, "192.0.2.2") == 3
        assert let_through(4, name="request_by_contact") == 3

    def test_it_says_when_to_try_again_and_lets_through_then(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW + timedelta(minutes=20), tick=False)
        let_through(3)
        with pytest.raises(limits.Limited) as refused:
            limits.count("draft_by_address", "192.0.2.1")
        assert refused.value.again_at == NOW + timedelta(hours=1)
        assert refused.value.seconds == 40 * 60
        time_machine.move_to(refused.value.again_at - timedelta(seconds=1), tick=False)
        assert let_through(1) == 0
        time_machine.move_to(refused.value.again_at, tick=False)
        assert let_through(4) == 3

    def test_a_day_is_counted_as_a_day(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        let_through(3, "a@example.org", "request_by_contact")
        with pytest.raises(limits.Limited) as refused:
            limits.count("request_by_contact", "a@example.org")
        assert refused.value.again_at == datetime(2026, 6, 17, tzinfo=UTC)

    def test_the_table_names_nobody(self) -> None:
        limits.count("request_by_contact", "zoe@example.org")
        with connection.cursor() as cursor:
            cursor.execute("SELECT a::text, encode(key, 'escape') FROM appointments_attempt a")
            assert "zoe" not in str(cursor.fetchall())
        assert len(bytes(Attempt.objects.get().key)) == 32

    def test_another_secret_counts_anew(self, settings: Settings) -> None:
        let_through(3)
        settings.SECRET_KEY = "another"
        assert let_through(1) == 1

    def test_a_contact_is_one_however_it_is_written(self) -> None:
        for email in ("Zoe@Example.org", "zoe@example.org", "ZOE@EXAMPLE.ORG"):
            assert not limits.contact_limited(email)
        assert limits.contact_limited("zoe@example.org")
        assert not limits.contact_limited("+12165550123")

    def test_what_is_over_is_deleted(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        limits.count("draft_by_address", "192.0.2.1")
        limits.count("request_by_contact", "a@example.org")
        time_machine.move_to(NOW + timedelta(hours=1), tick=False)
        assert limits.delete_expired() == 1
        assert Attempt.objects.get().ends_at == datetime(2026, 6, 17, tzinfo=UTC)


def outcomes(act: Callable[[], Any], times: int) -> tuple[int, int]:
    """How many got through, how many were asked to wait; nothing else happened."""
    results = at_once(times, act)
    refused = [result for result in results if isinstance(result, limits.Limited)]
    passed = [result for result in results if not isinstance(result, Exception)]
    assert len(passed) + len(refused) == times, results
    return len(passed), len(refused)


def test_sixty_at_once_are_counted_one_by_one(committed_database: str) -> None:
    assert outcomes(lambda: limits.count("link_wish_by_address", "192.0.2.1"), 60) == (10, 50)
    assert Attempt.objects.get().count == 60


def test_of_many_requests_sent_at_once_no_more_than_the_limit_are_stored(
    committed_database: str, settings: Settings
) -> None:
    settings.LIMITS = {**settings.LIMITS, "request_by_address": (4, 3600)}
    written = [a_draft(email=f"patient{number}@example.org") for number in range(12)]

    def send() -> str:
        return submit(written.pop(), address="192.0.2.1").reference

    assert outcomes(send, 12) == (4, 8)
    assert AppointmentRequest.objects.count() == Message.objects.count() == 4
    assert sorted(Attempt.objects.values_list("count", flat=True)) == [1, 1, 1, 1, 4]
    assert RequestDraft.objects.filter(request=None).count() == 8


def test_the_same_request_sent_at_once_counts_once(committed_database: str) -> None:
    draft = a_draft()
    assert len(set(at_once(8, lambda: submit(draft, address="192.0.2.1").reference))) == 1
    assert sorted(Attempt.objects.values_list("count", flat=True)) == [1, 1]
