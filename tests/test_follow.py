"""The page behind the private link: what it shows, to whom, and what its patient may change."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from appointments import audit, lifecycle, private_link
from appointments.models import AppointmentRequest, Event, Message
from tests.builders import NOW, staff
from tests.following import CONTACT, IN_STATUS, VISIT, page_of, with_link
from tests.patient_client import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
PARTS = ("", "contact", "times", "withdraw")


def row(request: AppointmentRequest) -> dict[str, Any]:
    return dict(AppointmentRequest.objects.filter(pk=request.pk).values().get())


def trail(request: AppointmentRequest) -> list[tuple[str, Any]]:
    events = Event.objects.filter(request_id=request.pk)
    return [(event.action, event.codes.get("changed")) for event in events]


class TestShowing:
    @pytest.mark.parametrize(
        ("status", "heading", "shown"),
        [
            ("new", "We have your request", "A person answers you by"),
            ("in_review", "We are reading your request", "A person answers you by"),
            ("contacted", "We have reached you", "we agree on a date with you"),
            ("scheduled", "Your visit has a date", "Thursday, June 25, 2026, 11:00 a.m. (EDT)"),
            ("closed", "Your request is closed", "We have seen you"),
        ],
    )
    def test_it_says_in_plain_words_where_the_request_stands(
        self, client: Client, status: str, heading: str, shown: str
    ) -> None:
        stored = with_link(status)
        page = text(client.get(page_of(stored)))
        assert f"<h1>{heading}</h1>" in page and shown in page and stored.reference in page
        for safety in ("tel:911", "tel:988", "Be seen the same day"):
            assert safety in page

    @pytest.mark.parametrize(
        ("outcome", "said"),
        [
            ("not_reached", "We would still like to help."),
            ("referred", "who can help you better"),
            ("withdrawn", "You withdrew it"),
            ("duplicate", "We go on with the other one"),
            ("not_suitable", "with care"),
        ],
    )
    def test_a_closed_request_says_kindly_why(self, client: Client, outcome: str, said: str) -> None:
        page = text(client.get(page_of(with_link("closed", outcome=outcome))))
        assert said in page and "Send a new request" in page and "Change" not in page

    def test_an_attempt_a_lost_date_and_a_reopening_are_told(self, client: Client) -> None:
        stored, person = with_link("scheduled"), audit.staff(staff().pk)
        for action, given, heading in [
            ("unschedule", {"reason": "The room is taken."}, "Your visit needs a new date"),
            ("attempt", {}, "We tried to reach you"),
            ("close", {"outcome": "not_reached"}, "Your request is closed"),
            ("reopen", {"reason": "She phoned."}, "Your request is open again"),
            ("attempt", {}, "We tried to reach you"),
            ("contact", {}, "We have reached you"),
        ]:
            stored.refresh_from_db()
            lifecycle.take_step(
                actor=person,
                request_id=stored.pk,
                action=action,
                seen_version=stored.version,
                **given,  # type: ignore[arg-type]
            )
            page = text(client.get(page_of(stored)))
            assert f"<h1>{heading}</h1>" in page
            assert ("Tuesday, June 16, 2026, 11:00 a.m. (EDT)" in page) == (action == "attempt")
            assert "The room is taken." not in page and "She phoned." not in page

    def test_a_late_answer_is_owned_up_to(self, client: Client, time_machine: TimeMachineFixture) -> None:
        stored = with_link()
        time_machine.move_to(NOW + timedelta(days=6))
        assert "We are late, and we are sorry." in text(client.get(page_of(stored)))

    def test_it_shows_no_answer_about_health_and_no_whole_address(self, client: Client) -> None:
        stored = with_link(
            urgency="same_day", eye_signs=["red"], phone="+12165550123", reach="text", tried="Steroid."
        )
        page = text(client.get(page_of(stored)))
        body = page[page.index("<main") : page.index("</main>")]
        for hidden in (
            stored.email, "216-555", "Zoë", "O’Hara", "1960", "Steroid", "quiet place", "Left", "Red",
            "same_day", "Urgent", "face", "paralysis", "smile", "Insured",
        ):  # fmt: skip
            assert hidden not in body, hidden
        assert "We send a text message to …0123." in body
        assert "z…@example.org" in text(client.get(page_of(with_link())))

    def test_it_needs_no_cookie_and_sets_none_and_nobody_keeps_it(self, client: Client) -> None:
        stored = with_link("scheduled")
        for address in (*(page_of(stored, part) for part in PARTS), page_of(stored, "visit")):
            response = client.get(address)
            assert response.status_code == 200 and not response.cookies
            assert response["Referrer-Policy"] == "no-referrer"
            assert {"no-store", "private"} <= set(response["Cache-Control"].split(", "))
            assert response["X-Robots-Tag"] == "noindex, nofollow"

    def test_looking_changes_nothing(self, client: Client) -> None:
        stored = with_link("scheduled")
        before = row(stored)
        for part in (*PARTS, "visit"):
            client.get(page_of(stored, part))
            client.head(page_of(stored, part))
        client.post(page_of(stored))
        client.post(page_of(stored, "visit"))
        assert row(stored) == before and not Event.objects.exists() and not Message.objects.exists()


class TestWhoMayNot:
    @pytest.mark.parametrize("part", PARTS)
    def test_an_unknown_link_opens_nothing_and_says_how_to_get_one(self, client: Client, part: str) -> None:
        stored = with_link()
        stranger = page_of(stored, part).replace(private_link.token_of(stored), "A" * 32)
        for response in (client.get(stranger), client.post(stranger, CONTACT)):
            page = text(response)
            assert response.status_code == 404 and response["Referrer-Policy"] == "no-referrer"
            assert "Your request is not lost." in page and 'href="/request/follow/"' in page
        assert not Event.objects.exists()

    def test_a_link_that_was_cut_off_says_the_same(self, client: Client) -> None:
        response = client.get(page_of(with_link())[:-9] + "/")
        assert response.status_code == 404 and "A part of it may be missing." in text(response)

    def test_each_link_opens_its_own_request_only(self, client: Client) -> None:
        mine, other = with_link(), with_link(email="other@example.org")
        client.post(page_of(mine, "withdraw"), {"seen_version": 1})
        assert (row(mine)["status"], row(other)["status"]) == ("closed", "new")

    def test_it_opens_for_90_days_after_closing(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        stored = with_link("closed")
        time_machine.move_to(NOW + timedelta(days=90, seconds=-1))
        assert client.get(page_of(stored)).status_code == 200
        time_machine.move_to(NOW + timedelta(days=90))
        assert client.get(page_of(stored)).status_code == 404

    def test_who_tries_many_is_stopped_and_the_right_link_still_opens(
        self, client: Client, settings: Any
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "wrong_link_by_address": (2, 3600)}
        stored = with_link()
        answers = [client.get(f"/request/follow/{letter * 32}/") for letter in "ABC"]
        assert [answer.status_code for answer in answers] == [404, 404, 429]
        assert answers[2]["Referrer-Policy"] == "no-referrer"
        assert client.get(page_of(stored)).status_code == 200

    def test_the_link_is_in_no_log(
        self, client: Client, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = with_link()
        token = private_link.token_of(stored)
        client.raise_request_exception = False
        client.get(page_of(stored) + "?x=1", headers={"Host": "evil.example"})
        client.get(page_of(stored)[:-1])
        client.put(page_of(stored))
        monkeypatch.setattr("appointments.standing.of", lambda stored: 1 // 0)
        assert client.get(page_of(stored)).status_code == 500
        assert "ZeroDivisionError" in log() and token not in log() and token[:31] not in log()

    def test_no_other_site_is_linked_with_it(self, client: Client) -> None:
        stored = with_link("scheduled")
        token = private_link.token_of(stored)
        page = text(client.get(page_of(stored)))
        own = re.findall(f'(?:href|action)="(?:/es)?/request/follow/{token}/', page)
        assert len(own) == page.count(token) >= 4


@pytest.mark.parametrize("part", ["contact", "times", "withdraw"])
@pytest.mark.parametrize("status", IN_STATUS)
def test_what_is_closed_can_no_longer_be_changed(client: Client, part: str, status: str) -> None:
    stored = with_link(status)
    response = client.get(page_of(stored, part))
    assert response.status_code == (302 if status == "closed" else 200)
    if status == "closed":
        before = row(stored)
        posted = client.post(
            page_of(stored, part), {**CONTACT, "email": "new@example.org", "seen_version": 1}
        )
        assert posted["Location"] == page_of(stored) and row(stored) == before


class TestWithdrawing:
    def test_a_press_withdraws_and_tells(self, client: Client) -> None:
        stored = with_link("scheduled")
        assert "You also give up the date of your visit" in text(client.get(page_of(stored, "withdraw")))
        for _double in range(2):
            response = client.post(page_of(stored, "withdraw"), {"seen_version": 1})
            assert response["Location"].startswith(page_of(stored))
        assert (row(stored)["status"], row(stored)["outcome"]) == ("closed", "withdrawn")
        assert "Your request is withdrawn." in text(client.get(response["Location"] + "?changed"))
        assert trail(stored) == [("withdraw", None)] and Message.objects.get().kind == "closed"

    def test_what_happened_meanwhile_is_told_first(self, client: Client) -> None:
        stored = with_link("contacted")
        lifecycle.take_step(
            actor=audit.staff(staff().pk),
            request_id=stored.pk,
            action="schedule",
            seen_version=1,
            scheduled_for=VISIT,
        )
        response = client.post(page_of(stored, "withdraw"), {"seen_version": 1})
        assert response.status_code == 409 and "“Your visit has a date”" in text(response)
        assert row(stored)["status"] == "scheduled"
        client.post(page_of(stored, "withdraw"), {"seen_version": 2})
        assert row(stored)["status"] == "closed"


class TestChangingContact:
    def change(self, client: Client, stored: AppointmentRequest, **changes: Any) -> Any:
        return client.post(page_of(stored, "contact"), {**CONTACT, "seen_version": 1, **changes})

    def test_the_new_and_the_former_address_are_told(self, client: Client) -> None:
        stored = with_link()
        response = self.change(client, stored, email="new@example.org")
        assert response["Location"] == page_of(stored) + "?changed"
        assert "Saved." in text(client.get(response["Location"]))
        assert (row(stored)["email"], row(stored)["version"]) == ("new@example.org", 2)
        told = Message.objects.values_list("kind", "recipient").order_by("kind")
        assert [*told] == [("contact", "new@example.org"), ("contact_old", "zoe@example.org")]
        assert trail(stored) == [("change_contact", ["email"])]
        codes = str(Event.objects.get().codes)
        assert "new@" not in codes and "zoe@" not in codes

    def test_what_is_left_empty_stays(self, client: Client) -> None:
        stored = with_link()
        page = text(client.get(page_of(stored, "contact")))
        assert "zoe@" not in page and "Now: z…@example.org." in page
        self.change(client, stored, reach="text", phone="(216) 555-0123", may_leave_message="on")
        after = row(stored)
        assert (after["reach"], after["phone"], after["email"]) == ("text", "+12165550123", "zoe@example.org")
        assert (after["speaking_hard"], after["may_leave_message"]) == (True, True)
        assert trail(stored) == [("change_contact", ["may_leave_message", "phone", "reach"])]
        assert Message.objects.values_list("kind").get() == ("contact",)

    def test_the_same_again_changes_nothing(self, client: Client) -> None:
        stored = with_link()
        for version in (1, 1, 2):
            response = self.change(client, stored, email="new@example.org", seen_version=version)
            assert response.status_code == 302
        assert row(stored)["version"] == 2 and len(trail(stored)) == 1 and Message.objects.count() == 2

    def test_a_page_from_before_a_change_is_shown_again_with_what_was_typed(self, client: Client) -> None:
        stored = with_link()
        actor = audit.staff(staff().pk)
        lifecycle.take_step(actor=actor, request_id=stored.pk, action="take_up", seen_version=1)
        response = self.change(client, stored, email="new@example.org")
        page = text(response)
        assert response.status_code == 409 and "“We are reading your request”" in page
        assert 'value="new@example.org"' in page and row(stored)["email"] == "zoe@example.org"
        assert 'name="seen_version" value="2"' in page
        self.change(client, stored, email="new@example.org", seen_version=2)
        assert row(stored)["email"] == "new@example.org"

    @pytest.mark.parametrize(
        ("changes", "said"),
        [
            ({"reach": "text"}, "Write your phone number"),
            ({"reach": "pigeon"}, "Choose"),
            ({"email": "nobody"}, "Write the whole address"),
            ({"phone": "12"}, "This is not a phone number"),
        ],
    )
    def test_what_cannot_be_is_refused_beside_its_field(
        self, client: Client, changes: dict[str, str], said: str
    ) -> None:
        stored = with_link()
        before = row(stored)
        response = self.change(client, stored, **changes)
        assert response.status_code == 422 and said in text(response) and row(stored) == before

    @pytest.mark.parametrize("seen", ["", "x", "99999999999999999999"])
    def test_a_page_without_its_version_is_an_old_page(self, client: Client, seen: str) -> None:
        response = self.change(client, with_link(), email="new@example.org", seen_version=seen)
        assert response.status_code == 409


class TestChangingTimes:
    TIMES = {"time_1_date": "2026-06-25", "time_1_half": "am", "time_2_date": "2026-07-01"}
    STORED = [{"date": "2026-06-25", "half": "am"}, {"date": "2026-07-01", "half": "am"}]

    def test_they_replace_those_before(self, client: Client) -> None:
        stored = with_link("scheduled")
        assert "Your visit stays on Thursday" in text(client.get(page_of(stored, "times")))
        for _double in range(2):
            client.post(page_of(stored, "times"), {**self.TIMES, "seen_version": 1})
        after = row(stored)
        assert (after["times"], after["scheduled_for"], after["version"]) == (self.STORED, VISIT, 2)
        assert trail(stored) == [("change_times", ["times"])] and not Message.objects.exists()
        assert "Thursday, June 25, 2026, Morning" in text(client.get(page_of(stored)))

    def test_those_that_are_over_are_not_offered_again(self, client: Client) -> None:
        stored = with_link(times=[{"date": "2026-06-16", "half": "am"}, {"date": "2026-06-24", "half": "pm"}])
        page = text(client.get(page_of(stored, "times")))
        assert 'value="2026-06-24"' in page and 'value="2026-06-16"' not in page

    def test_a_weekend_is_refused_and_none_means_any(self, client: Client) -> None:
        stored = with_link()
        refused = client.post(page_of(stored, "times"), {"time_1_date": "2026-06-27", "seen_version": 1})
        assert refused.status_code == 422
        assert "We are closed on Saturday, June 27, 2026." in text(refused)
        client.post(page_of(stored, "times"), {"seen_version": 1})
        assert row(stored)["times"] == [] and "Any time" in text(client.get(page_of(stored)))
