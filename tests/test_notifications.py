"""Messages are delivered: once, tried again with growing pauses, kept when they finally fail."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from email import message_from_bytes
from pathlib import Path
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import audit, delivery, lifecycle, notifications
from appointments.delivery import LEASE, PAUSES, Delivery, deliver_due
from appointments.letters import as_email
from appointments.models import Event, Message
from tests.builders import NOW, a_message, a_request, staff


@pytest.fixture(autouse=True)
def _in_memory(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def broken_server(monkeypatch: pytest.MonkeyPatch, error: Exception | None = None) -> None:
    def fail(self: EmailMessage, *args: Any, **kwargs: Any) -> int:
        raise error or SMTPServerDisconnected("zoe@example.org is unknown here")

    monkeypatch.setattr(EmailMessage, "send", fail)


class Server(BaseEmailBackend):
    """A mail server that can be away, and counts who came."""

    is_away = False
    opened = closed = 0

    def open(self) -> bool:
        if self.is_away:
            raise ConnectionRefusedError("nobody here")
        type(self).opened += 1
        return True

    def close(self) -> None:
        type(self).closed += 1

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        mail.outbox.extend(email_messages)
        return len(email_messages)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    class Own(Server):
        pass

    monkeypatch.setattr(delivery, "get_connection", Own)
    return Own


def trail(message: Message) -> list[tuple[str, str]]:
    """What the trail says of a message."""
    events = Event.objects.filter(request_id=message.request_id, codes__message=message.pk)
    return list(events.values_list("action", "actor_kind"))


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
        assert trail(message) == [("mail_given_up", "system")]
        time_machine.move_to(moment + timedelta(days=30), tick=False)
        assert deliver_due() == Delivery(sent=0, put_off=0)

    def test_a_mail_server_down_for_ten_minutes_loses_nothing(
        self, time_machine: TimeMachineFixture, server: type[Server]
    ) -> None:
        for number in range(5):
            a_message(recipient=f"{number}@example.org")
        server.is_away = True
        for second in range(0, 601, 10):
            time_machine.move_to(NOW + timedelta(seconds=second), tick=False)
            assert deliver_due().sent == 0
        server.is_away = False
        time_machine.move_to(NOW + timedelta(minutes=22), tick=False)
        assert deliver_due() == Delivery(sent=5, put_off=0)
        assert sorted(email.to[0][0] for email in mail.outbox) == ["0", "1", "2", "3", "4"]
        assert Counter(Message.objects.values_list("state", flat=True)) == {"sent": 5}

    def test_a_server_that_is_away_is_asked_once_a_round(self, server: type[Server]) -> None:
        for _number in range(3):
            a_message()
        server.is_away = True
        assert deliver_due() == Delivery(sent=0, put_off=1)
        assert Counter(Message.objects.values_list("attempts", flat=True)) == {1: 1, 0: 2}

    def test_one_round_is_one_connection(self, server: type[Server], settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        for _number in range(3):
            a_message()
        given = []
        server.send_messages = lambda self, emails: given.append(self) or 1  # type: ignore[method-assign,func-returns-value,assignment]
        assert deliver_due().sent == 3
        assert len(set(map(id, given))) == 1 and server.closed == 1

    def test_nobody_is_called_where_nothing_is_due(self, server: type[Server]) -> None:
        deliver_due()
        assert server.opened == 0

    def test_an_address_that_is_refused_for_good_fails_at_once(self, monkeypatch: pytest.MonkeyPatch) -> None:
        broken_server(monkeypatch, SMTPRecipientsRefused({"zoe@example.org": (550, b"no such zoe")}))
        message = a_message()
        assert deliver_due() == Delivery(sent=0, put_off=0, failed=1)
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("failed", 1)
        assert trail(message) == [("mail_refused", "system")]

    def test_an_address_that_is_refused_for_now_is_tried_again(self, monkeypatch: pytest.MonkeyPatch) -> None:
        broken_server(monkeypatch, SMTPRecipientsRefused({"zoe@example.org": (451, b"try later")}))
        a_message()
        assert deliver_due() == Delivery(sent=0, put_off=1)

    def test_a_worker_that_dies_after_the_server_said_yes_sends_the_same_message_at_worst(
        self, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        a_message()
        with monkeypatch.context() as dying:
            dying.setattr(delivery.timezone, "now", iter([NOW]).__next__)
            with pytest.raises(StopIteration):
                deliver_due()
        time_machine.move_to(NOW + LEASE, tick=False)
        assert deliver_due().sent == 1
        first, second = (email.message() for email in mail.outbox)
        assert [first[name] for name in ("Message-ID", "Date")] == [
            second[name] for name in ("Message-ID", "Date")
        ]

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
        assert delivery._claim(NOW) == message
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
        plain, html = (str(part.get_payload(decode=True), "utf-8") for part in kept.get_payload())  # type: ignore[arg-type,union-attr]
        assert message.request.reference in plain and message.request.reference in html


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


@pytest.mark.django_db
class TestFailed:
    """What staff can do about a message that failed."""

    def test_it_is_tried_from_the_start_and_the_trail_says_by_whom(self) -> None:
        message = a_message(state="failed", attempts=8)
        actor = audit.staff(staff().pk)
        assert notifications.send_again(actor=actor, message_id=message.pk)
        assert not notifications.send_again(actor=actor, message_id=message.pk)
        message.refresh_from_db()
        assert (message.state, message.attempts) == ("waiting", 0)
        assert Event.objects.get().codes == {"message": message.pk}
        assert trail(message) == [("resend", "staff")]
        assert deliver_due().sent == 1

    @pytest.mark.parametrize(
        ("kind", "goes_to"),
        [
            ("received", "new@example.org"),
            ("contact_old", "zoe@example.org"),
            ("urgent", "a@b.org"),
        ],
    )
    def test_it_goes_to_the_address_that_holds_now(self, settings: Settings, kind: str, goes_to: str) -> None:
        settings.STAFF_ALERT_EMAIL = "a@b.org"
        message = a_message(a_request(email="new@example.org"), kind=kind, state="failed")
        notifications.send_again(actor=audit.SYSTEM, message_id=message.pk)
        message.refresh_from_db()
        assert message.recipient == goes_to

    def test_without_an_address_it_stays_failed(self) -> None:
        message = a_message(a_request(email="", reach="text", phone="+12165550100"), state="failed")
        assert not notifications.send_again(actor=audit.SYSTEM, message_id=message.pk)
        assert not Event.objects.exists()

    def test_all_that_failed_go_at_once_but_those_told_another_way(self) -> None:
        told, *others = (a_message(state="failed") for _number in range(3))
        a_message(state="sent", sent_at=NOW)
        assert notifications.set_aside(actor=audit.SYSTEM, message_id=told.pk)
        assert set(notifications.undelivered()) == set(others)
        assert notifications.send_all_again(actor=audit.SYSTEM) == 2
        assert Counter(Message.objects.values_list("state", flat=True)) == {
            "waiting": 2, "failed": 1, "sent": 1,
        }  # fmt: skip

    def test_one_that_was_told_another_way_raises_the_alarm_anew_when_it_fails_anew(self) -> None:
        message = a_message(state="failed")
        for change in (notifications.set_aside, notifications.send_again):
            assert change(actor=audit.SYSTEM, message_id=message.pk)
        Message.objects.update(state="failed")
        assert notifications.undelivered().get() == message


@pytest.mark.django_db
class TestAFormerAddress:
    def test_it_is_told_and_what_waits_goes_to_the_new_one(self) -> None:
        request = a_request(email="new@example.org")
        waiting, sent = a_message(request), a_message(request, state="sent", sent_at=NOW)
        event = audit.record(actor=audit.PATIENT, action="change_contact", request_id=request.pk)
        notifications.tell_former_address(request=request, event=event, address="zoe@example.org")
        assert set(Message.objects.values_list("kind", "state", "recipient")) == {
            ("contact_old", "waiting", "zoe@example.org"),
            ("received", "waiting", "new@example.org"),
            ("received", "sent", "zoe@example.org"),
        }
        assert waiting.pk != sent.pk

    def test_where_there_is_no_new_one_nothing_else_goes_there(self) -> None:
        request = a_request(email="", reach="text", phone="+12165550100")
        a_message(request)
        event = audit.record(actor=audit.PATIENT, action="change_contact", request_id=request.pk)
        notifications.tell_former_address(request=request, event=event, address="zoe@example.org")
        assert Message.objects.get().kind == "contact_old"
