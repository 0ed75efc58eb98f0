"""The worker: one round, or round after round until it is told to stop."""

import os
import signal
from datetime import timedelta
from io import StringIO
from threading import Event, Timer
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import InterfaceError, OperationalError, connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import delivery, drafts, limits
from appointments.delivery import Delivery
from appointments.management.commands import send_notifications
from appointments.models import Attempt, Message, RequestDraft
from tests.builders import NOW, a_draft, submit


@pytest.fixture(autouse=True)
def _in_memory(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def run(*options: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("send_notifications", *options, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.mark.django_db
def test_one_round_sends_what_is_due_and_says_how_much() -> None:
    submit(a_draft())
    assert run() == ("messages: 1 sent, 0 put off, 0 failed\n", "")
    assert len(mail.outbox) == 1
    assert run() == ("", "")


@pytest.mark.django_db
def test_it_deletes_drafts_that_have_outlived_their_two_hours(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)
    a_draft()
    time_machine.move_to(NOW.replace(hour=17), tick=False)
    run()
    assert not RequestDraft.objects.exists()


@pytest.mark.django_db
def test_it_deletes_the_counts_of_limits_that_are_over(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)
    limits.count("request_by_address", "192.0.2.1")
    limits.count("request_by_contact", "zoe@example.org")
    time_machine.move_to(NOW + timedelta(hours=2))
    run()
    assert Attempt.objects.count() == 1


@pytest.mark.django_db
def test_a_single_round_fails_where_the_database_does(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Delivery:
        raise OperationalError("server closed the connection for zoe@example.org")

    monkeypatch.setattr(delivery, "deliver_due", away)
    with pytest.raises(OperationalError):
        run()


@pytest.mark.django_db
def test_a_task_that_fails_does_not_keep_the_others_from_their_turn(
    monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    submit(a_draft())

    def fail() -> int:
        raise ValueError("zoe@example.org")

    def stop() -> int:
        os.kill(os.getpid(), signal.SIGTERM)
        return 0

    monkeypatch.setattr(send_notifications, "tasks", lambda: [fail, delivery.deliver_due, stop])
    monkeypatch.setattr(send_notifications, "close_old_connections", lambda: None)
    assert run("--forever") == (
        "messages: 1 sent, 0 put off, 0 failed\n",
        "a task of the worker failed (ValueError); trying again\n",
    )


@pytest.fixture
def handlers() -> Any:
    """The test run's own signal handlers are put back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_database_away_for_a_moment_does_not_end_the_worker(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    answers: list[Any] = [error("zoe@example.org"), Delivery(sent=2, put_off=1), error("again")]

    def deliver() -> Delivery:
        answer = answers.pop(0)
        if not answers:
            os.kill(os.getpid(), signal.SIGTERM)
        if isinstance(answer, Exception):
            raise answer
        assert isinstance(answer, Delivery)
        return answer

    monkeypatch.setattr(delivery, "deliver_due", deliver)
    monkeypatch.setattr(send_notifications, "PAUSE_SECONDS", 0.01)
    monkeypatch.setattr(send_notifications, "close_old_connections", lambda: None)
    out, err = run("--forever")
    assert out == "messages: 2 sent, 1 put off, 0 failed\n"
    assert err == f"the database did not answer ({error.__name__}); trying again\n" * 2


def test_it_goes_on_with_a_new_connection_after_its_own_was_cut(
    committed_database: str, monkeypatch: pytest.MonkeyPatch, handlers: None
) -> None:
    submit(a_draft())
    monkeypatch.setattr(send_notifications, "PAUSE_SECONDS", 0.05)
    rounds = Event()
    purge = drafts.delete_expired

    def cut_then_purge() -> int:
        """The first round loses its connection in the middle; the second stops the worker."""
        if rounds.is_set():
            Timer(0, os.kill, [os.getpid(), signal.SIGTERM]).start()
            return purge()
        rounds.set()
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return 0

    monkeypatch.setattr(drafts, "delete_expired", cut_then_purge)
    out, err = run("--forever")
    assert err == "the database did not answer (OperationalError); trying again\n"
    assert Message.objects.get().state == "sent"
    assert len(mail.outbox) == 1
