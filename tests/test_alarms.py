"""What staff must not miss: urgent requests that nobody took, and mail that could not be sent."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from appointments import audit, lifecycle, notifications, private_link, roles
from appointments.models import AppointmentRequest, Event, Message
from tests.builders import NOW, a_message, a_request, staff
from tests.html import Element, parse
from tests.staff_client import (
    ACCOUNTS,
    CLOSED,
    MESSAGES,
    QUEUE,
    TRAIL,
    as_,
    change,
    happened,
    proven,
    step,
    text,
)  # fmt: skip

URGENT = {"urgency": "same_day", "computed_urgency": "same_day"}
QUEUE_OF_URGENT = f"{QUEUE}?status=new&urgency__exact=same_day"
RESENDERS = [roles.FRONT_DESK, roles.CLINICIAN, roles.ADMINISTRATOR]


@pytest.fixture(autouse=True)
def _staff_address(settings: Settings) -> None:
    settings.STAFF_ALERT_EMAIL = "triage@clinic.test"


@pytest.fixture
def now(time_machine: Any) -> Iterator[None]:
    time_machine.move_to(NOW, tick=False)
    yield


def alarms(client: Client, page: str = "/staff/") -> list[tuple[str, str]]:
    """The alarms on a staff screen: what they say, and where they lead."""
    shown = parse(text(client.get(page))).all("p", css="alarm")
    assert all(element.attributes["role"] == "status" for element in shown)
    return [(link.text.replace("\xa0", " "), link.attributes["href"]) for link in map(_link, shown)]


def _link(element: Element) -> Element:
    return element.one("a")


@pytest.mark.django_db
class TestUrgentRequests:
    def test_every_staff_screen_says_how_many_wait_and_leads_to_them(self, now: None) -> None:
        stored = a_request(received_at=NOW - timedelta(minutes=40), **URGENT)
        a_request(received_at=NOW - timedelta(minutes=5), patient_name="Second", **URGENT)
        a_request(patient_name="Routine")
        client = as_(roles.FRONT_DESK)
        told = ("2 urgent requests wait, the oldest for 40 minutes.", QUEUE_OF_URGENT)
        for page in ("/staff/", QUEUE, change(stored), MESSAGES, step(stored, "close")):
            assert alarms(client, page) == [told], page
        listed = parse(text(client.get(QUEUE_OF_URGENT))).texts(css="field-patient")
        assert len(listed) == 2 and not [row for row in listed if "Routine" in row]

    def test_the_front_page_says_since_when_and_leads_to_the_oldest(self, now: None) -> None:
        a_request(received_at=NOW - timedelta(minutes=5), **URGENT)
        oldest = a_request(received_at=NOW - timedelta(minutes=40), **URGENT)
        client = as_(roles.FRONT_DESK)
        since = parse(text(client.get("/staff/"))).one("p", css="alarm-since")
        assert since.text == "Since Tuesday, June 16, 2026, 10:20 a.m. EDT. Open the oldest one"
        assert since.links() == [change(oldest)]
        assert parse(text(client.get(QUEUE))).all("p", css="alarm-since") == []

    def test_it_stays_until_someone_takes_the_request(self, now: None) -> None:
        stored = a_request(received_at=NOW - timedelta(hours=1), **URGENT)
        client = as_(roles.FRONT_DESK)
        for _look in range(2):
            assert alarms(client) == [("1 urgent request waits, for 1 hour now.", QUEUE_OF_URGENT)]
        client.post(step(stored, "take_up"), {"seen_version": 1})
        assert alarms(client) == []

    @pytest.mark.parametrize("role", [roles.CONTENT_EDITOR, roles.AUDITOR])
    def test_who_sees_no_patients_sees_no_alarm_and_costs_no_query(self, role: str) -> None:
        a_message(a_request(**URGENT), state="failed")
        client = as_(role)
        page = "/staff/" if role == roles.CONTENT_EDITOR else TRAIL
        client.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert alarms(client, page) == []
        tables = ('FROM "appointments_appointmentrequest"', 'FROM "appointments_message"')
        assert not [query["sql"] for query in queries if any(table in query["sql"] for table in tables)]

    def test_the_log_in_page_asks_nothing_of_the_requests(self) -> None:
        a_request(**URGENT)
        with CaptureQueriesContext(connection) as queries:
            assert alarms(Client(), "/staff/login/") == []
        assert not [query["sql"] for query in queries if '"appointments_' in query["sql"]]

    def test_the_alarms_cost_one_query_for_one_and_for_many(self) -> None:
        client = as_(roles.ADMINISTRATOR)

        def asked() -> list[str]:
            client.get(ACCOUNTS)
            with CaptureQueriesContext(connection) as queries:
                client.get(ACCOUNTS)
            asked = [query["sql"] for query in queries if 'FROM "appointments_' in query["sql"]]
            return [sql for sql in asked if "staffsession" not in sql]

        for count in (1, 10):
            for _each in range(count):
                a_message(a_request(**URGENT), state="failed")
            assert len(asked()) == 1


@pytest.mark.django_db
class TestStaffAreTold:
    """By mail, once for each event."""

    def told(self) -> list[tuple[str, str]]:
        return list(Message.objects.filter(kind="urgent").values_list("recipient", "state"))

    def raise_urgency(self, stored: AppointmentRequest, level: str) -> None:
        lifecycle.change_urgency(
            actor=audit.staff(staff().pk), request_id=stored.pk, seen_version=stored.version, level=level,
            reason="The eye is red.",
        )  # fmt: skip
        stored.refresh_from_db()

    def test_when_a_new_request_is_raised_to_the_same_day(self) -> None:
        stored = a_request()
        self.raise_urgency(stored, "soon")
        assert self.told() == []
        for _again in range(2):
            self.raise_urgency(stored, "same_day")
            assert self.told() == [("triage@clinic.test", "waiting")]

    def test_not_when_someone_already_looks_after_it(self) -> None:
        self.raise_urgency(a_request(status="in_review"), "same_day")
        assert self.told() == []

    @pytest.mark.parametrize(("urgency", "count"), [("same_day", 1), ("soon", 0)])
    def test_when_an_urgent_request_is_opened_again(self, urgency: str, count: int) -> None:
        stored = a_request(urgency=urgency, **CLOSED)
        lifecycle.take_step(
            actor=audit.staff(staff().pk), request_id=stored.pk, action="reopen", seen_version=1,
            reason="She came back.",
        )  # fmt: skip
        assert len(self.told()) == count

    def test_once_more_when_nobody_took_it_within_its_target(self, now: None) -> None:
        late = a_request(received_at=NOW - timedelta(hours=3), respond_by=NOW, **URGENT)
        a_request(respond_by=NOW + timedelta(seconds=1), received_at=NOW - timedelta(hours=1), **URGENT)
        a_request(status="in_review", received_at=NOW - timedelta(hours=3), respond_by=NOW, **URGENT)
        a_request(received_at=NOW - timedelta(days=9), respond_by=NOW - timedelta(days=1))
        assert [notifications.remind_staff(), notifications.remind_staff()] == [1, 0]
        assert self.told() == [("triage@clinic.test", "waiting")]
        event = Event.objects.get()
        assert (event.action, event.request_id, event.actor_kind) == ("overdue", late.pk, "system")


def test_several_workers_remind_once(committed_database: str) -> None:
    a_request(received_at=NOW - timedelta(days=900), respond_by=NOW - timedelta(days=899), **URGENT)
    start, reminded = Barrier(3), []

    def worker() -> None:
        start.wait(10)
        try:
            reminded.append(notifications.remind_staff())
        finally:
            connection.close()

    threads = [Thread(target=worker) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sum(reminded) == Event.objects.filter(action="overdue").count() == Message.objects.count() == 1


@pytest.mark.django_db
class TestUnsentMail:
    def test_the_alarm_leads_to_what_failed_and_ends_when_it_is_sent_again(self) -> None:
        message = a_message(state="failed", attempts=8)
        a_message(recipient="fine@example.org")
        client = as_(roles.FRONT_DESK)
        [(told, address)] = alarms(client)
        assert told == "1 message could not be sent."
        rows = parse(text(client.get(address))).texts(css="field-recipient")
        assert rows == ["zoe@example.org"]
        response = client.post(f"{MESSAGES}{message.pk}/send-again/")
        assert response["Location"] == f"{MESSAGES}{message.pk}/change/"
        assert alarms(client) == []
        assert happened().get().actor_id is not None

    def test_all_that_failed_are_sent_again_at_once(self) -> None:
        for _number in range(3):
            a_message(state="failed", attempts=8)
        client = as_(roles.CLINICIAN)
        assert "Send all 3 failed messages again" in text(client.get(MESSAGES))
        page = text(client.post(f"{MESSAGES}send-again/", follow=True))
        assert "3 messages are sent again." in page and "failed messages again" not in page
        assert set(Message.objects.values_list("state", "attempts")) == {("waiting", 0)}

    def test_the_alarm_ends_when_they_were_told_another_way(self) -> None:
        message = a_message(state="failed")
        client = as_(roles.FRONT_DESK)
        client.post(f"{MESSAGES}{message.pk}/told/")
        assert alarms(client) == []
        assert "Not sent; told another way" in text(client.get(MESSAGES))

    def test_staff_read_why_it_failed(self) -> None:
        message = a_message(state="failed")
        audit.record(
            actor=audit.SYSTEM, action="mail_refused", request_id=message.request_id, message=message.pk
        )
        client = as_(roles.FRONT_DESK)
        for page in (MESSAGES, f"{MESSAGES}{message.pk}/change/"):
            assert "Not sent: the address was refused" in text(client.get(page))

    def test_only_who_may_acts_and_only_by_post(self) -> None:
        message = a_message(state="failed")
        paths = [
            f"{MESSAGES}{message.pk}/send-again/",
            f"{MESSAGES}{message.pk}/told/",
            f"{MESSAGES}send-again/",
        ]
        for role, answer in [(roles.CONTENT_EDITOR, 403), (roles.AUDITOR, 403), (roles.FRONT_DESK, 405)]:
            client = as_(role)
            ask = client.get if answer == 405 else client.post
            assert {ask(path).status_code for path in paths} == {answer}
        assert all(Client().post(path)["Location"].startswith("/staff/login/") for path in paths)
        message.refresh_from_db()
        assert message.state == "failed" and not happened().exists()
        assert {as_(role).post(paths[0]).status_code for role in RESENDERS} == {302}


@pytest.mark.django_db
class TestTheMessageItself:
    @pytest.fixture
    def message(self) -> Message:
        request = a_request()
        private_link.renew(request)
        request.save()
        return a_message(request)

    def test_in_the_demonstration_staff_read_it_as_the_patient_would(self, message: Message) -> None:
        client = as_(roles.FRONT_DESK)
        page = parse(text(client.get(f"{MESSAGES}{message.pk}/change/")))
        assert page.texts("p", css="kept") == ["Demonstration: kept here, not sent."]
        assert private_link.address_of(message.request) in page.one("div", css="letter").links()

    def test_elsewhere_the_private_link_is_for_the_patient_alone(
        self, message: Message, settings: Settings
    ) -> None:
        settings.DEMONSTRATION = False
        client = proven(as_(roles.FRONT_DESK))
        for path in ("change/", "html/"):
            page = text(client.get(f"{MESSAGES}{message.pk}/{path}"))
            assert "/follow/" not in page and "kept here" not in page
            assert message.request.reference in page

    def test_the_html_is_shown_alone_under_a_policy_that_lets_its_own_style_in(
        self, message: Message
    ) -> None:
        response = as_(roles.FRONT_DESK).get(f"{MESSAGES}{message.pk}/html/")
        assert "<title>We have your request</title>" in text(response)
        policy = response["Content-Security-Policy"]
        assert "style-src 'sha256-" in policy and "unsafe" not in policy
        assert as_(roles.AUDITOR).get(f"{MESSAGES}{message.pk}/html/").status_code == 403
