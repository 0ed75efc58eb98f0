"""What the private link lets nobody do: write to strangers without end, or fill the trail."""

from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from appointments.models import AppointmentRequest, Event, Message
from tests.builders import a_draft, submit
from tests.following import CONTACT, page_of, with_link
from tests.patient_client import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def change(client: Client, stored: AppointmentRequest, email: str) -> Any:
    stored.refresh_from_db()
    return client.post(
        page_of(stored, "contact"), {**CONTACT, "email": email, "seen_version": stored.version}
    )


def change_times(client: Client, stored: AppointmentRequest, day: int) -> Any:
    stored.refresh_from_db()
    given = {"time_1_date": f"2026-06-{day}", "time_1_half": "am", "seen_version": stored.version}
    return client.post(page_of(stored, "times"), given)


class TestChanges:
    def test_a_request_changes_ten_times_a_day_whatever_is_changed(self) -> None:
        stored = with_link()
        senders = (Client(REMOTE_ADDR=f"192.0.2.{number}") for number in range(20))
        for number in range(5):
            assert change(next(senders), stored, f"v{number}@example.net").status_code == 302
            assert change_times(next(senders), stored, 22 + number % 2).status_code == 302
        written = Message.objects.count()
        response = change(next(senders), stored, "eleventh@example.net")
        page = text(response)
        assert response.status_code == 429 and int(response["Retry-After"]) > 0
        assert "try again after" in page and 'value="eleventh@example.net"' in page
        assert response["Referrer-Policy"] == "no-referrer" and "no-store" in response["Cache-Control"]
        assert change_times(next(senders), stored, 25).status_code == 429
        assert next(senders).post(page_of(stored, "link")).status_code == 429
        assert (Event.objects.count(), Message.objects.count()) == (10, written)
        stored.refresh_from_db()
        assert stored.email == "v4@example.net"

    def test_an_address_changes_so_much_and_can_always_withdraw(
        self, client: Client, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "change_by_address": (2, 3600)}
        requests = [with_link(email=f"{number}@example.org") for number in range(3)]
        answers = [change_times(client, stored, 25).status_code for stored in requests]
        assert answers == [302, 302, 429]
        client.post(page_of(requests[2], "withdraw"), {"seen_version": 1})
        requests[2].refresh_from_db()
        assert requests[2].status == "closed"

    def test_an_address_that_differs_in_case_alone_is_no_change(self, client: Client) -> None:
        stored = with_link()
        assert change(client, stored, "ZOE@Example.ORG").status_code == 302
        stored.refresh_from_db()
        assert (stored.email, stored.version) == ("zoe@example.org", 1)
        assert not Event.objects.exists() and not Message.objects.exists()

    def test_a_stranger_s_address_is_written_to_no_more_often_than_by_requests(
        self, client: Client, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "request_by_contact": (1, 86400)}
        submit(a_draft(email="victim@example.net"))
        stored = submit(a_draft(email="own@example.org"))
        assert change(client, stored, "Victim@example.net").status_code == 302, "the answer tells nothing"
        assert change(client, stored, "third@example.net").status_code == 302
        told = Message.objects.filter(recipient__iexact="victim@example.net")
        assert [message.kind for message in told] == ["received"]
        limited = Event.objects.get(action="change_contact", codes__contact_limited=True)
        assert limited.codes == {"changed": ["email"], "contact_limited": True}


class TestMakingANewLink:
    def test_a_press_makes_one_and_the_old_one_stops(self, client: Client) -> None:
        stored = with_link()
        before = page_of(stored)
        assert f'action="{before}link/"' in text(client.get(before))
        response = client.post(before + "link/")
        stored.refresh_from_db()
        assert response["Location"] == page_of(stored) + "?renewed" and page_of(stored) != before
        page = text(client.get(response["Location"]))
        assert "This is your new private link." in page and page_of(stored) in page
        assert client.get(before).status_code == 404
        event = Event.objects.get()
        assert (event.action, event.actor_kind, event.codes) == ("renew_link", "patient", {})
        assert Message.objects.values_list("kind", "recipient").get() == ("link", "zoe@example.org")

    def test_looking_makes_none(self, client: Client) -> None:
        stored = with_link()
        response = client.get(page_of(stored, "link"))
        assert response["Location"] == page_of(stored) and not Event.objects.exists()


class TestWithoutTheLastSlash:
    @pytest.mark.parametrize("part", ["", "contact", "times", "link"])
    def test_the_link_is_kept_by_no_cache_and_told_to_nobody(self, client: Client, part: str) -> None:
        address = page_of(with_link(), part)
        response = client.get(address[:-1])
        assert (response.status_code, response["Location"]) == (302, address)
        assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
        assert response["Referrer-Policy"] == "no-referrer"
        assert response["X-Robots-Tag"] == "noindex, nofollow"
