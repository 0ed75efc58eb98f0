"""Messages are delivered: once, tried again with growing pauses, kept when they finally fail."""

from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from smtplib import SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.db import connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import audit, lifecycle, notifications
from appointments.models import Message
from appointments.notifications import LEASE, PAUSES, Delivery, as_email, deliver_due
from tests.builders import NOW, a_message, a_request, staff


@pytest.fixture(autouse=True)
def _in_memory(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def broken_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: EmailMessage, *args: Any, **kwargs: Any) -> int:
        raise SMTPServerDisconnected("zoe@example.org is unknown here")

    monkeypatch.setattr(EmailMessage, "send", fail)


@pytest.mark.django_db
class TestDelivery:
    def test_what_is_due_is_sent_once(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        message = a_message()
        later = a_message(due_at=NOW + timedelta(seconds=1))
        assert deliver_due() == Delivery(sent=1, put_off=0)
        assert deliver_due() == Delivery(sent=0, put_off=0)
        message.refresh_from_db()
        later.refresh_from_db()
        assert (message.state, message.sent_at, message.attempts) == ("sent", NOW, 1)
        assert (later.state, later.sent_at, later.attempts) == ("waiting", None, 0)
        assert [email.to for email in mail.outbox] == [["zoe@example.org"]]

    def test_one_round_sends_no_more_than_its_limit_the_longest_waiting_first(self) -> None:
        for minutes in (1, 3, 2):
            a_message(recipient=f"{minutes}@example.org", due_at=NOW - timedelta(minutes=minutes))
        assert deliver_due(limit=2).sent == 2
        assert [email.to[0] for email in mail.outbox] == ["3@example.org", "2@example.org"]

    def test_it_is_tried_again_with_growing_pauses_and_fails_after_the_last(
        self, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert sorted(PAUSES) == PAUSES and len(set(PAUSES)) == len(PAUSES) == 7
        broken_server(monkeypatch)
        message = a_message()
        moment = NOW
        for attempt, pause in enumerate(PAUSES, start=1):
            time_machine.move_to(moment, tick=False)
            assert deliver_due() == Delivery(sent=0, put_off=1)
            assert deliver_due() == Delivery(sent=0, put_off=0)
            message.refresh_from_db()
            assert (message.state, message.attempts, message.due_at) == ("waiting", attempt, moment + pause)
            moment += pause
        time_machine.move_to(moment, tick=False)
        deliver_due()
        message.refresh_from_db()
        assert (message.state, message.attempts, message.sent_at) == ("failed", 8, None)
        time_machine.move_to(moment + timedelta(days=30), tick=False)
        assert deliver_due() == Delivery(sent=0, put_off=0)

    def test_a_mail_server_down_for_ten_minutes_loses_nothing(
        self, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _number in range(5):
            a_message()
        with monkeypatch.context() as down:
            broken_server(down)
            for minute in range(11):
                time_machine.move_to(NOW + timedelta(minutes=minute), tick=False)
                deliver_due()
        time_machine.move_to(NOW + timedelta(minutes=22), tick=False)
        assert deliver_due() == Delivery(sent=5, put_off=0)
        assert Counter(Message.objects.values_list("state", flat=True)) == {"sent": 5}

    def test_one_that_cannot_be_sent_does_not_stop_the_others(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_message(kind="nonsense", due_at=NOW - timedelta(minutes=1))
        a_message()
        assert deliver_due() == Delivery(sent=1, put_off=1)

    def test_a_failure_is_logged_without_what_the_server_said(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        broken_server(monkeypatch)
        message = a_message()
        deliver_due()
        assert [record.getMessage() for record in caplog.records] == [
            f"message {message.pk} not sent at attempt 1: SMTPServerDisconnected"
        ]

    def test_a_message_whose_worker_died_is_taken_by_another_after_the_lease(
        self, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        message = a_message()
        assert notifications._claim(NOW) == message
        time_machine.move_to(NOW + LEASE - timedelta(seconds=1), tick=False)
        assert deliver_due().sent == 0
        time_machine.move_to(NOW + LEASE, tick=False)
        assert deliver_due().sent == 1

    def test_each_attempt_has_the_same_message_id(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        message = a_message()
        first, second = as_email(message), as_email(Message.objects.get())
        name = first.message()["Message-ID"]
        assert name == second.message()["Message-ID"] == f"<{message.message_key}@example.org>"
        assert as_email(a_message()).message()["Message-ID"] != name
        assert first.message()["Auto-Submitted"] == "auto-generated"

    def test_in_the_demonstration_it_is_a_file(self, settings: Settings, tmp_path: Path) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
        settings.EMAIL_FILE_PATH = str(tmp_path)
        message = a_message()
        deliver_due()
        kept = message_from_bytes(next(tmp_path.iterdir()).read_bytes())
        assert (kept["To"], kept["Subject"]) == ("zoe@example.org", "We have your request")
        assert message.request.reference in str(kept.get_payload())


def test_several_workers_send_each_message_once(committed_database: str) -> None:
    request = a_request()
    for number in range(40):
        a_message(request, recipient=f"{number}@example.org")
    start, sent = Barrier(4), []

    def worker() -> None:
        start.wait(10)
        try:
            sent.append(deliver_due().sent)
        finally:
            connection.close()

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(sent) == len(mail.outbox) == 40
    assert Counter(email.to[0] for email in mail.outbox) == {
        f"{number}@example.org": 1 for number in range(40)
    }
    assert set(Message.objects.values_list("state", "attempts")) == {("sent", 1)}


@pytest.mark.django_db
def test_a_step_tells_the_patient_once() -> None:
    stored = a_request(status="contacted", first_contact_at=NOW)
    lifecycle.take_step(
        actor=audit.staff(staff().pk), request_id=stored.pk, action="schedule", seen_version=1,
        scheduled_for=NOW + timedelta(days=900),
    )  # fmt: skip
    deliver_due()
    deliver_due()
    assert [email.subject for email in mail.outbox] == ["A date for your visit"]
