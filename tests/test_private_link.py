"""The private link: unguessable, kept as a digest, renewed by the patient's wish or by staff."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from appointments import private_link, roles
from appointments.models import AppointmentRequest, Event, Message
from tests.builders import NOW, a_draft, submit
from tests.following import page_of, with_link
from tests.staff_client import QUEUE, as_, change, happened, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def link_page(stored: AppointmentRequest) -> str:
    return f"{QUEUE}{stored.pk}/link/"


class TestTheToken:
    def test_every_request_gets_one_of_192_bits(self) -> None:
        tokens = {private_link.token_of(submit(a_draft(email=f"{n}@example.org"))) for n in range(3)}
        assert len(tokens) == 3 and {len(token) for token in tokens} == {32}

    def test_the_table_holds_its_digest_alone(self) -> None:
        stored = with_link()
        token = private_link.token_of(stored)
        assert bytes(stored.link_digest or b"") == hashlib.sha256(token.encode()).digest()
        assert token not in str(AppointmentRequest.objects.filter(pk=stored.pk).values().get())
        assert private_link.find(token) == stored and private_link.find(token.swapcase()) is None

    def test_it_outlives_a_change_of_the_sites_secret(self, settings: Any) -> None:
        stored = with_link()
        token = private_link.token_of(stored)
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
        assert private_link.token_of(stored) == token and private_link.find(token) == stored
        settings.SECRET_KEY_FALLBACKS = []
        assert private_link.token_of(stored) == "" and private_link.find(token) == stored

    def test_a_renewed_link_replaces_the_one_before(self) -> None:
        stored = with_link()
        before = private_link.token_of(stored)
        private_link.renew(stored)
        stored.save()
        assert private_link.find(before) is None
        assert private_link.find(private_link.token_of(stored)) == stored

    def test_the_address_is_whole(self, settings: Any) -> None:
        settings.PUBLIC_ADDRESS = "https://clinic.example/"
        stored = with_link()
        token = private_link.token_of(stored)
        assert private_link.address_of(stored) == f"https://clinic.example/request/follow/{token}/"


class TestStaff:
    def test_they_make_a_new_one_and_see_it_this_once(self, client: Client) -> None:
        stored, desk = with_link(reach="text", phone="+12165550123"), as_(roles.FRONT_DESK)
        before = page_of(stored)
        assert "Make the link" in text(desk.get(link_page(stored)))
        assert client.get(before).status_code == 200
        response = desk.post(link_page(stored), follow=True)
        stored.refresh_from_db()
        address = private_link.address_of(stored)
        page = text(response)
        assert address in page and stored.reference in page and "no-store" in response["Cache-Control"]
        assert client.get(before).status_code == 404 and client.get(page_of(stored)).status_code == 200
        event = happened().get()
        assert (event.action, event.codes, stored.version) == ("renew_link", {}, 1)
        assert private_link.token_of(stored) not in text(desk.get(change(stored)))
        assert not Message.objects.exists()

    def test_a_reload_makes_no_other_and_soon_shows_none(self, time_machine: TimeMachineFixture) -> None:
        stored, desk = with_link(), as_(roles.FRONT_DESK)
        made = desk.post(link_page(stored))["Location"]
        stored.refresh_from_db()
        address = private_link.address_of(stored)
        for _reload in range(2):
            assert address in text(desk.get(made))
        assert happened().count() == 1
        for other in (as_(roles.FRONT_DESK), as_(roles.CLINICIAN)):
            assert other.get(made)["Location"] == link_page(stored)
        assert as_(roles.AUDITOR).get(made).status_code == 403
        time_machine.shift(timedelta(minutes=10))
        assert address in text(desk.get(made))
        time_machine.shift(timedelta(minutes=6))
        assert desk.get(made)["Location"] == link_page(stored)

    def test_the_text_to_send_says_nothing_of_why(self) -> None:
        stored = with_link(tried="Steroid tablets.")
        page = text(as_(roles.FRONT_DESK).post(link_page(stored), follow=True))
        words = page[page.index("<textarea") : page.index("</textarea>")]
        for hidden in ("face", "paralysis", "Zoë", "Steroid", "appointment", "zoe@"):
            assert hidden not in words, hidden

    def test_who_may_not_contact_makes_none(self) -> None:
        stored = with_link()
        before = private_link.token_of(stored)
        for role in (roles.AUDITOR, roles.CONTENT_EDITOR):
            assert as_(role).post(link_page(stored)).status_code == 403
        assert as_(roles.FRONT_DESK, strict=True).post(link_page(stored)).status_code == 403
        stored.refresh_from_db()
        assert private_link.token_of(stored) == before

    def test_what_links_no_longer_open_gets_none(self) -> None:
        stored = with_link("closed", closed_at="2026-01-01T00:00:00Z")
        response = as_(roles.FRONT_DESK).post(link_page(stored))
        assert response.status_code == 409 and not happened().exists()
        assert "This step is not possible now: the request is “Closed”." in response.content.decode()

    @pytest.mark.parametrize(
        ("part", "posted", "said"),
        [
            (
                "contact",
                {"reach": "email", "email": "new@example.org"},
                "The patient changed how we reach them.",
            ),
            ("times", {}, "The patient changed the times that suit them."),
        ],
    )
    def test_they_are_told_what_the_patient_changed_until_their_next_step(
        self, client: Client, part: str, posted: dict[str, str], said: str
    ) -> None:
        stored, desk = with_link(), as_(roles.FRONT_DESK)
        assert said not in text(desk.get(change(stored)))
        client.post(page_of(stored, part), {**posted, "seen_version": 1})
        assert said in text(desk.get(change(stored))) and said in text(desk.get(QUEUE))
        desk.post(f"{QUEUE}{stored.pk}/step/take_up/", {"seen_version": 2})
        assert said not in text(desk.get(change(stored))) and said not in text(desk.get(QUEUE))

    def test_they_are_told_all_that_the_patient_changed_until_they_press_seen(self, client: Client) -> None:
        stored, desk = with_link(), as_(roles.FRONT_DESK)
        client.post(
            page_of(stored, "contact"), {"reach": "email", "email": "new@example.org", "seen_version": 1}
        )
        client.post(page_of(stored, "times"), {"seen_version": 2})
        all_said = ("The patient changed how we reach them.", "The patient changed the times that suit them.")
        assert all(said in text(desk.get(QUEUE)) for said in all_said)
        assert seen(desk, stored, version=2) == 409 and happened().last().action == "change_times"  # type: ignore[union-attr]
        assert seen(desk, stored, version=3) == 302 and happened().last().action == "seen"  # type: ignore[union-attr]
        assert not any(said in text(desk.get(page)) for said in all_said for page in (QUEUE, change(stored)))

    @pytest.mark.parametrize("cleared_by", ["seen", "note"])
    def test_a_date_that_the_patient_gave_up_stands_above_the_queue_until_it_is_seen(
        self, client: Client, cleared_by: str, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW)
        stored, quiet, desk = with_link("scheduled"), with_link(), as_(roles.FRONT_DESK)
        withdraw(client, stored, quiet)
        said = "The patient withdrew. Their date is free again: Jun 25, 2026, 11:00 a.m."
        queue, listed = text(desk.get(QUEUE)), text(desk.get(f"{QUEUE}?status=withdrawn"))
        assert "1 patient withdrew, not seen yet" in queue
        assert stored.reference in listed and said in listed and quiet.reference not in listed
        assert said in text(desk.get(change(stored)))
        if cleared_by == "seen":
            assert seen(desk, stored, version=2) == 302
        else:
            desk.post(f"{QUEUE}{stored.pk}/note/", {"text": "Given to the next."})
        assert said not in text(desk.get(change(stored))) and "1 patient withdrew" not in text(
            desk.get(QUEUE)
        )

    def test_an_urgent_request_withdrawn_is_told_and_seen_only_by_who_may(self, client: Client) -> None:
        stored = with_link(urgency="same_day")
        withdraw(client, stored)
        assert "The patient withdrew this urgent request." in text(as_(roles.FRONT_DESK).get(change(stored)))
        assert seen(as_(roles.AUDITOR), stored, version=2) == 403
        assert seen(as_(roles.FRONT_DESK, strict=True), stored, version=2) == 403
        as_(roles.FRONT_DESK).get(f"{QUEUE}{stored.pk}/seen/")
        assert not Event.objects.filter(action="seen").exists()


def withdraw(client: Client, *requests: AppointmentRequest) -> None:
    for request in requests:
        client.post(page_of(request, "withdraw"), {"seen_version": 1})


def seen(desk: Client, request: AppointmentRequest, *, version: int) -> int:
    """What pressing "Seen" answers."""
    return desk.post(f"{QUEUE}{request.pk}/seen/", {"seen_version": version}).status_code
