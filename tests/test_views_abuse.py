"""Abuse without burden: who is not refused, who waits, and that nobody loses an answer."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings as site_settings
from django.core import signing
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import abuse, limits, roles
from appointments.models import AppointmentRequest, Attempt, EmergencyStop, Event, RequestDraft
from tests.builders import NOW, posted
from tests.patient_client import cookie, hidden, press_send, send, send_steps, text
from tests.staff_client import as_, change
from tests.test_lifecycle_submit import at_once

DAY = timedelta(days=1)


@pytest.fixture
def few(settings: Settings) -> None:
    settings.LIMITS = {
        **settings.LIMITS,
        "request_by_address": (2, 3600),
        "request_by_contact": (1, 86400),
        "draft_by_address": (3, 3600),
    }


def counted() -> int:
    """How often anybody did anything."""
    return sum(Attempt.objects.values_list("count", flat=True))


def asked_to_wait(response: Any, seconds: int) -> str:
    page = text(response)
    assert (response.status_code, response["Retry-After"]) == (429, str(seconds))
    assert "no-store" in response["Cache-Control"]
    assert page.count("<h1>") == 1 and "We cannot take this right now." in page
    return page


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic", "few")
class TestLimits:
    def test_who_sends_too_much_is_told_when_to_try_again_and_keeps_all(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
        for number in range(2):
            send(Client(), email=f"patient{number}@example.org")
        send_steps(client, email="third@example.org")
        page = asked_to_wait(press_send(client), 50 * 60)
        assert "try again after Tuesday, June 16, 2026, 12:00 p.m. (EDT)." in page
        assert re.search(r'name="consent"[^>]*checked', page) and "third@example.org" in page
        assert AppointmentRequest.objects.count() == 2
        time_machine.move_to(NOW + timedelta(hours=1), tick=False)
        assert press_send(client)["Location"] == "/request/received/"

    def test_a_contact_that_asks_too_often_is_stored_and_not_written_to(self, client: Client) -> None:
        send(Client(REMOTE_ADDR="192.0.2.1"), phone="+12165550142")
        again = send(client, email="ZOE@example.org")
        assert again.reference in text(client.get("/request/received/"))
        assert [*again.messages.values_list("kind", flat=True)] == []
        by_phone = send(Client(REMOTE_ADDR="192.0.2.3"), email="own@example.org", phone="+12165550142")
        assert [*by_phone.messages.values_list("recipient", flat=True)] == ["own@example.org"]
        submitted = Event.objects.filter(action="submit").order_by("pk")
        assert [event.codes.get("contact_limited") for event in submitted] == [None, True, True]
        said = "More requests today with this contact than usual"
        shown = [
            said in text(as_(roles.FRONT_DESK).get(change(each)))
            for each in AppointmentRequest.objects.order_by("pk")
        ]
        assert shown == [False, True, True]

    def test_a_resend_of_what_was_sent_is_never_limited(self, client: Client) -> None:
        stored = send(client)
        send(Client(), email="other@example.org")
        for _again in range(3):
            assert client.post("/request/check/", {"consent": "on"})["Location"] == "/request/received/"
        assert stored.reference in text(client.get("/request/received/"))

    def test_what_was_refused_is_not_counted(self, client: Client) -> None:
        for number in range(2):
            send(Client(), email=f"patient{number}@example.org")
        before = counted()
        send_steps(client)
        assert press_send(client).status_code == 429
        assert counted() == before + 1, "the new draft alone"

    def test_who_begins_too_many_keeps_what_was_chosen(self, client: Client) -> None:
        for _begun in range(3):
            Client().post("/request/safety/", posted()["safety"])
        page = asked_to_wait(client.post("/request/safety/", posted()["safety"]), 3600)
        assert re.search(r'value="none"[^>]*checked', page)
        assert RequestDraft.objects.count() == 3 and not client.cookies.get(site_settings.DRAFT_COOKIE_NAME)

    def test_an_emergency_is_answered_before_any_limit(self, client: Client) -> None:
        for _begun in range(3):
            Client().post("/request/safety/", posted()["safety"])
        response = client.post("/request/safety/", {"signs": ["limb"], "website": "x"})
        assert response["Location"] == "/request/emergency/"
        assert EmergencyStop.objects.get().count == 1

    def test_addresses_behind_our_proxies_are_counted_apart(self, settings: Settings) -> None:
        settings.TRUSTED_PROXIES = 1
        for number in range(5):
            sender = Client(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"6.6.6.6, 192.0.2.{number}")
            assert sender.post("/request/safety/", posted()["safety"]).status_code == 302
        invented = [
            Client(HTTP_X_FORWARDED_FOR=f"198.51.100.{number}, 192.0.2.9").post("/request/safety/", {})
            for number in range(5)
        ]
        assert [response.status_code for response in invented] == [302] * 3 + [429] * 2

    def test_where_a_page_says_nothing_of_it_a_page_of_the_site_does(
        self, client: Client, monkeypatch: pytest.MonkeyPatch, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)

        def met(request: Any) -> None:
            raise limits.Limited(NOW + timedelta(minutes=5))

        monkeypatch.setattr("appointments.views.way.draft_of", met)
        response = client.get("/request/check/")
        assert (response.status_code, response["Retry-After"]) == (429, "300")
        assert "You can try again after Tuesday, June 16, 2026, 11:05 a.m. (EDT)." in text(response)


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic")
class TestTheBoxThatStaysEmpty:
    def test_nobody_comes_across_it(self, client: Client) -> None:
        send_steps(client)
        for address in ("/request/safety/", "/request/check/"):
            page = text(client.get(address))
            box = re.search(r"<div[^>]*>\s*<label[^>]*>[^<]*</label><input[^>]*name=\"website\"[^>]*>", page)
            assert box, address
            for part in ('class="vh"', 'aria-hidden="true"', 'tabindex="-1"', 'autocomplete="off"'):
                assert part in box[0], address

    def test_who_filled_it_on_the_first_page_is_shown_it_and_loses_nothing(self, client: Client) -> None:
        response = client.post("/request/safety/", {**posted()["safety"], "website": "https://spam.example"})
        assert response["Location"] == "/request/safety/"
        page = text(client.get("/request/safety/"))
        assert "Please delete what is in this box." in page and 'href="#id_website"' in page
        assert 'value="https://spam.example"' in page and 'aria-hidden="true"><label' not in page
        assert re.search(r'value="none"[^>]*checked', page)
        response = client.post("/request/safety/", {**posted()["safety"], "website": " "})
        assert response["Location"] == "/request/start/"

    def test_who_filled_it_on_the_check_page_sends_nothing_yet(self, client: Client) -> None:
        send_steps(client)
        assert press_send(client, website="me@example.org")["Location"] == "/request/check/"
        page = text(client.get("/request/check/"))
        assert "Please delete what is in this box." in page and re.search(r'"consent"[^>]*checked', page)
        assert not AppointmentRequest.objects.exists()
        assert press_send(client)["Location"] == "/request/received/"


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic")
class TestTheAgeOfTheForm:
    def begin(self, client: Client, opened: str) -> None:
        for name, form in posted().items():
            client.post(f"/request/{name}/", {**form, "opened": opened})

    @pytest.mark.parametrize(
        "opened", ["", "now", "x" * 5000, "\x00", signing.dumps(1, salt="another")], ids=list("abcde")
    )
    def test_who_has_no_signed_time_presses_once_more(
        self, client: Client, opened: str, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        self.begin(client, opened)
        assert press_send(client)["Location"] == "/request/check/?once_more"
        page = text(client.get("/request/check/?once_more"))
        assert "once more" in page and re.search(r'name="consent"[^>]*checked', page)
        assert not AppointmentRequest.objects.exists()
        time_machine.move_to(NOW + timedelta(seconds=3), tick=False)
        assert press_send(client)["Location"] == "/request/received/"

    def test_who_is_quicker_than_three_seconds_presses_once_more(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        self.begin(client, hidden(client.get("/request/safety/"))["opened"])
        for seconds, location in ((0, "check/?once_more"), (2, "check/?once_more"), (3, "received/")):
            time_machine.move_to(NOW + timedelta(seconds=seconds), tick=False)
            assert press_send(client)["Location"] == f"/request/{location}", seconds

    def test_a_stamp_is_never_ahead_of_the_clock(self, time_machine: TimeMachineFixture) -> None:
        for fraction in (0.0, 0.4, 0.6, 0.99):
            begun = NOW + timedelta(seconds=fraction)
            time_machine.move_to(begun, tick=False)
            signed = abuse.stamp()
            assert abuse.opened_at(signed) is not None
            time_machine.move_to(begun + abuse.SHORTEST, tick=False)
            assert abuse.took_time(signed)

    def test_a_time_too_old_or_yet_to_come_is_none(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        signed = abuse.stamp()
        for later, valid in ((timedelta(), True), (DAY, True), (DAY + timedelta(seconds=1), False)):
            time_machine.move_to(NOW + later, tick=False)
            assert (abuse.opened_at(signed) is not None) == valid, later
        time_machine.move_to(NOW - timedelta(seconds=1), tick=False)
        assert abuse.opened_at(signed) is None and not abuse.took_time(signed)

    def test_the_first_page_sent_again_does_not_make_the_form_younger(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        send_steps(client)
        client.post("/request/safety/", {**posted()["safety"], "opened": abuse.stamp()})
        assert press_send(client)["Location"] == "/request/received/"


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic")
class TestWhatWasShown:
    def test_answers_changed_in_another_tab_are_shown_before_they_are_sent(self, client: Client) -> None:
        send_steps(client)
        shown = hidden(client.get("/request/check/"))
        client.post("/request/patient/", {**posted()["patient"], "patient_name": "Ann Other"})
        response = client.post("/request/check/", {"consent": "on", **shown})
        assert response["Location"] == "/request/check/?changed"
        page = text(client.get(response["Location"]))
        assert (
            "in another tab" in page and "Ann Other" in page and not re.search(r'"consent"[^>]*checked', page)
        )
        assert not AppointmentRequest.objects.exists()
        assert press_send(client)["Location"] == "/request/received/"
        assert AppointmentRequest.objects.get().patient_name == "Ann Other"

    def test_another_patient_s_digest_or_none_is_not_enough(self, client: Client) -> None:
        other = Client()
        send_steps(client)
        send_steps(other)
        theirs = hidden(other.get("/request/check/"))["shown"]
        for shown in ("", "x", theirs):
            response = client.post("/request/check/", {"consent": "on", "shown": shown})
            assert response["Location"] == "/request/check/?changed"

    def test_more_than_a_draft_keeps_is_answered_at_once(self, client: Client) -> None:
        send_steps(client)
        response = press_send(client, consent="x" * 30_001)
        assert response.status_code == 422 and not AppointmentRequest.objects.exists()


@pytest.mark.django_db
def test_in_production_the_cookie_belongs_to_this_host_alone(client: Client, settings: Settings) -> None:
    settings.DRAFT_COOKIE_NAME, settings.SESSION_COOKIE_SECURE = "__Host-request_draft", True
    client.post("/request/safety/", posted()["safety"])
    made = client.cookies["__Host-request_draft"]
    assert (made["secure"], made["path"], made["domain"], made["max-age"]) == (True, "/", "", 7200)
    assert client.get("/request/start/").status_code == 200
    client.post("/request/safety/", {"signs": ["limb"]})
    gone = client.cookies["__Host-request_draft"]
    assert (gone.value, gone["max-age"], gone["secure"], gone["path"]) == ("", 0, True, "/")


@pytest.mark.usefixtures("eleven_at_the_clinic")
def test_ten_who_press_send_at_once_get_one_reference(committed_database: str) -> None:
    client = Client()
    send_steps(client)
    page = hidden(client.get("/request/check/"))
    value = cookie(client).value

    def press() -> str:
        one = Client()
        one.cookies[site_settings.DRAFT_COOKIE_NAME] = value
        location: str = one.post("/request/check/", {"consent": "on", **page})["Location"]
        return location

    assert at_once(10, press) == ["/request/received/"] * 10
    assert AppointmentRequest.objects.get().reference in text(client.get("/request/received/"))
