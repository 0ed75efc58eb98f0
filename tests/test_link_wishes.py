"""A new link for who has none: the same answer whether there is a request or not."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from appointments import follow_up, private_link, roles
from appointments.models import AppointmentRequest, Attempt, Event, LinkWish, Message
from tests.builders import NOW
from tests.following import page_of, with_link
from tests.patient_client import text
from tests.staff_client import QUEUE, as_, change

PAGE = "/request/follow/"


def ask(client: Client, contact: str) -> Any:
    return client.post(PAGE, {"contact": contact})


def links(*requests: AppointmentRequest) -> list[str]:
    for request in requests:
        request.refresh_from_db()
    return [private_link.token_of(request) for request in requests]


@pytest.mark.django_db
class TestAsking:
    def test_known_and_unknown_are_answered_alike(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        with_link(email="known@example.org")
        answers = []
        for contact in ("known@example.org", "nobody@example.org", "216-555-0123"):
            with CaptureQueriesContext(connection) as asked:
                response = ask(client, contact)
            assert (response.status_code, response["Location"]) == (302, "/request/follow/asked/")
            said = client.get(response["Location"])
            kinds = [re.split(r"\W", query["sql"])[0] for query in asked]
            answers.append((response.content, dict(response.headers), said.content, kinds))
        assert answers[0] == answers[1] == answers[2]
        assert not said.cookies and "does not say whether there is a request" in text(said)
        wished = LinkWish.objects.order_by("pk").values_list("contact", flat=True)
        assert [*wished] == ["known@example.org", "nobody@example.org", "+12165550123"]
        assert not Event.objects.exists() and not Message.objects.exists()

    def test_the_box_that_stays_empty_is_shown_to_who_filled_it(self, client: Client) -> None:
        filled = client.post(PAGE, {"contact": "zoe@example.org", "website": "x"})
        assert filled.status_code == 422 and 'href="#id_website"' in text(filled)
        assert 'value="zoe@example.org"' in text(filled) and not LinkWish.objects.exists()

    @pytest.mark.parametrize(
        "contact", ["", "nobody", "a@b", "12", "x" * 300 + "@example.org", "a\x00@b.org"]
    )
    def test_what_is_no_contact_is_refused_beside_its_field(self, client: Client, contact: str) -> None:
        response = ask(client, contact)
        assert response.status_code == 422 and 'id="id_contact_error"' in text(response)
        assert not LinkWish.objects.exists()

    @pytest.mark.parametrize(
        ("limit", "others"),
        [("link_wish_by_address", "b@example.org"), ("link_wish_by_contact", "A@example.org")],
    )
    def test_too_many_wishes_are_put_off(
        self, client: Client, settings: Any, limit: str, others: str
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, limit: (1, 3600)}
        assert ask(client, "a@example.org").status_code == 302
        assert ask(client, others).status_code == 429
        assert LinkWish.objects.count() == 1

    @pytest.mark.parametrize(
        "told",
        [
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site", "Origin": "http://testserver"},
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
        ],
    )
    def test_another_site_cannot_make_its_visitors_ask(self, client: Client, told: dict[str, str]) -> None:
        response = client.post(PAGE, {"contact": "zoe@example.org"}, headers=told)
        page = text(response)
        assert response.status_code == 422 and "press the button once more" in page
        assert 'value="zoe@example.org"' in page
        assert not LinkWish.objects.exists() and not Attempt.objects.exists()

    @pytest.mark.parametrize(
        "told",
        [
            {"Sec-Fetch-Site": "same-origin", "Origin": "null"},
            {"Sec-Fetch-Site": "none"},
            {"Origin": "http://testserver"},
        ],
    )
    def test_our_own_page_can(self, client: Client, told: dict[str, str]) -> None:
        assert client.post(PAGE, {"contact": "zoe@example.org"}, headers=told).status_code == 302

    def test_spellings_of_one_mailbox_count_as_one(self, client: Client) -> None:
        spellings = ("a.b@gmail.com", "ab+x@gmail.com", "AB@googlemail.com", "a.b@gmail.com")
        assert [ask(client, contact).status_code for contact in spellings] == [302, 302, 302, 429]


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic")
class TestAnswering:
    def test_an_e_mail_gets_the_link_that_holds(self, client: Client, mailoutbox: Any) -> None:
        stored = with_link()
        [token] = links(stored)
        ask(client, "ZOE@example.org")
        call_command("send_notifications")
        assert not LinkWish.objects.exists() and client.get(page_of(stored)).status_code == 200
        [email] = mailoutbox
        assert email.to == ["zoe@example.org"] and token in email.body
        assert links(stored) == [token] and stored.version == 1
        event = Event.objects.get()
        assert (event.action, event.actor_kind, event.codes) == ("send_link", "system", {})

    def test_a_new_one_is_made_only_where_none_can_be_told(
        self, client: Client, mailoutbox: Any, settings: Any
    ) -> None:
        stored = with_link()
        settings.SECRET_KEY = "replaced, and the one before is lost"
        assert links(stored) == [""]
        ask(client, "zoe@example.org")
        call_command("send_notifications")
        [token] = links(stored)
        assert token and token in mailoutbox[0].body
        assert Event.objects.get().action == "renew_link"

    def test_a_phone_number_is_left_to_staff(self, client: Client) -> None:
        stored, desk = with_link(reach="text", phone="+12165550123"), as_(roles.FRONT_DESK)
        before, told = links(stored), "send one by text"
        for _again in range(2):
            ask(client, "(216) 555-0123")
            assert follow_up.answer_link_wishes() == 1
        assert links(stored) == before and not Message.objects.exists()
        assert Event.objects.get().action == "link_wished"
        desk.post(f"{QUEUE}{stored.pk}/step/take_up/", {"seen_version": 1})
        assert told in text(desk.get(change(stored))) and told in text(desk.get(QUEUE))
        desk.post(f"{QUEUE}{stored.pk}/link/")
        assert told not in text(desk.get(change(stored))) and links(stored) != before

    def test_nobodys_wish_is_deleted_without_a_trace(self, client: Client) -> None:
        with_link()
        ask(client, "nobody@example.org")
        assert follow_up.answer_link_wishes() == 1
        assert not LinkWish.objects.exists() and not Message.objects.exists() and not Event.objects.exists()

    def test_the_newest_few_that_a_link_still_opens_are_answered(self) -> None:
        old = with_link("closed", closed_at=NOW - timedelta(days=90))
        requests = [with_link(received_at=NOW - timedelta(hours=hours)) for hours in range(4)]
        follow_up.wish_for_link(contact="zoe@example.org")
        assert follow_up.answer_link_wishes() == 1
        told = Message.objects.order_by("pk").values_list("request_id", flat=True)
        assert [*told] == [request.pk for request in requests[:3]] and old.pk not in told


def test_several_workers_answer_a_wish_once(committed_database: str) -> None:
    with_link()
    follow_up.wish_for_link(contact="zoe@example.org")
    start = Barrier(3)

    def work() -> None:
        start.wait(10)
        try:
            follow_up.answer_link_wishes()
        finally:
            connection.close()

    workers = [Thread(target=work) for _number in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(20)
    assert Event.objects.count() == Message.objects.count() == 1
    assert not LinkWish.objects.exists()
