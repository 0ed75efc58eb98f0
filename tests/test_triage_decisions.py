"""The pages on which staff decide: a GET asks, a POST acts, nothing typed is lost."""

import re
from typing import Any

import pytest
from django.test import Client

from appointments import audit, lifecycle, roles
from appointments.models import Event, Message, Note
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED, DECISIONS, QUEUE, as_, change, happened, state, step, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


class TestDecisions:
    @pytest.mark.parametrize(("path", "form"), DECISIONS, ids=[path for path, _ in DECISIONS])
    def test_a_get_asks_and_a_post_acts(self, path: str, form: dict[str, Any]) -> None:
        stored = a_request()
        client, before = as_(roles.CLINICIAN), state(stored)
        assert client.get(f"{QUEUE}{stored.pk}/{path}").status_code == 200
        assert client.head(f"{QUEUE}{stored.pk}/{path}").status_code == 200
        assert state(stored) == before
        response = client.post(f"{QUEUE}{stored.pk}/{path}", {"seen_version": 1, **form})
        assert (response.status_code, response["Location"]) == (302, change(stored))
        assert state(stored) != before
        assert happened().get().actor_kind == "staff"
        assert "Saved:" in text(client.get(response["Location"]))

    @pytest.mark.parametrize(
        ("action", "status", "contact", "said"),
        [
            ("unschedule", "scheduled", {}, "An e-mail goes to zoe@example.org."),
            ("close", "new", {}, "zoe@example.org; none with these outcomes: Seen, Duplicate."),
            (
                "unschedule",
                "scheduled",
                {"reach": "text", "email": "", "phone": "+12165550171"},
                "No message goes out: tell them yourself. Text message: 216-555-0171",
            ),
        ],
    )
    def test_the_page_says_what_the_patient_hears(
        self, action: str, status: str, contact: dict[str, str], said: str
    ) -> None:
        dated = {"scheduled_for": NOW} if status == "scheduled" else {}
        page = text(as_(roles.FRONT_DESK).get(step(a_request(status=status, **dated, **contact), action)))
        assert said in page
        assert "e-mail goes" not in text(as_(roles.CLINICIAN).get(f"{QUEUE}{a_request().pk}/urgency/"))

    def test_what_was_decided_is_stored(self) -> None:
        stored = a_request(status="contacted", first_contact_at=NOW)
        client = as_(roles.FRONT_DESK)
        client.post(
            step(stored, "schedule"),
            {"seen_version": 1, "scheduled_for": "2026-07-01T10:30", "reason": "Window."},
        )
        stored.refresh_from_db()
        assert (stored.status, stored.scheduled_for) == (
            "scheduled",
            NOW.replace(month=7, day=1, hour=14, minute=30),
        )
        assert Note.objects.get().text == "Window."
        assert Message.objects.get().kind == "scheduled"

    @pytest.mark.parametrize(
        ("when", "message"),
        [
            ("2026-06-15T10:00", "This time has passed."),
            ("2062-06-17T10:00", "Check the year."),
            ("9999-12-31T23:59", "Check the year."),
            ("0001-01-01T00:00", "This time has passed."),
            ("2027-03-14T02:30", "couldn’t be interpreted"),
            ("soon", "Enter a valid date/time."),
            ("", "This field is required."),
        ],
    )
    def test_a_date_that_cannot_be_is_refused_and_the_rest_is_kept(self, when: str, message: str) -> None:
        stored = a_request(status="contacted")
        before = state(stored)
        response = as_(roles.FRONT_DESK).post(
            step(stored, "schedule"), {"seen_version": 1, "scheduled_for": when, "reason": "By the window."}
        )
        assert response.status_code == 422
        page = text(response)
        assert message in page and "By the window." in page
        assert state(stored) == before

    @pytest.mark.parametrize(
        ("path", "form"),
        [
            ("step/close/", {}),
            ("step/close/", {"outcome": "nonsense"}),
            ("step/close/", {"outcome": "seen", "reason": "x" * 2001}),
            ("step/close/", {"outcome": "seen", "reason": "a\x00b\x1b"}),
            ("step/close/", {"outcome": "seen", "seen_version": "nonsense"}),
            ("step/close/", {"outcome": "seen", "seen_version": ""}),
            ("urgency/", {"level": "soon"}),
            ("urgency/", {"level": "emergency", "reason": "Because."}),
            ("urgency/", {"reason": "Because."}),
            ("note/", {"text": " \n "}),
            ("note/", {"text": "a\u202eb"}),
        ],
    )
    def test_what_is_missing_or_unknown_is_told_and_nothing_is_changed(
        self, path: str, form: dict[str, str]
    ) -> None:
        stored = a_request()
        before = state(stored)
        response = as_(roles.CLINICIAN).post(f"{QUEUE}{stored.pk}/{path}", {"seen_version": 1, **form})
        assert response.status_code == 422
        assert "Please check what is marked below." in text(response)
        assert state(stored) == before

    @pytest.mark.parametrize(
        "path", ["step/withdraw/", "step/nonsense/", "step/delete/", "step//", "step/%00/", "nonsense/"]
    )
    def test_a_step_that_staff_do_not_have_is_not_found(self, path: str) -> None:
        stored = a_request()
        client = as_(roles.ADMINISTRATOR)
        for response in (
            client.get(f"{QUEUE}{stored.pk}/{path}", follow=True),
            client.post(f"{QUEUE}{stored.pk}/{path}", {"seen_version": 1}, follow=True),
        ):
            assert response.status_code in (400, 404)

    @pytest.mark.parametrize("number", ["99999999", "9" * 40])
    def test_a_decision_on_a_request_that_is_not_there_is_not_found(self, number: str) -> None:
        client = as_(roles.CLINICIAN)
        for path, form in DECISIONS:
            assert client.post(f"{QUEUE}{number}/{path}", {"seen_version": 1, **form}).status_code == 404

    def test_a_step_that_the_request_no_longer_allows_is_told_and_not_taken(self) -> None:
        stored = a_request()
        client, before = as_(roles.CLINICIAN), state(stored)
        for action, form, status in [
            ("schedule", {"scheduled_for": "2026-07-01T10:30"}, 409),
            ("reopen", {"reason": "Why not."}, 409),
        ]:
            response = client.post(step(stored, action), {"seen_version": 1, **form}, follow=True)
            assert response.status_code == status
            assert "This step is not possible now: the request is “" in text(response)
        assert state(stored) == before

    def test_the_urgency_of_a_finished_request_stays(self) -> None:
        stored = a_request(**CLOSED)
        response = as_(roles.CLINICIAN).post(
            f"{QUEUE}{stored.pk}/urgency/", {"seen_version": 1, "level": "soon", "reason": "Late."}
        )
        assert response.status_code == 409 and "Late." in text(response)
        stored.refresh_from_db()
        assert stored.urgency == "routine"

    def test_the_second_of_two_is_told_who_did_what_and_keeps_what_was_typed(self) -> None:
        stored, quicker = a_request(), staff(roles.FRONT_DESK)
        lifecycle.take_step(
            actor=audit.staff(quicker.pk), request_id=stored.pk, action="contact", seen_version=1
        )
        client = as_(roles.FRONT_DESK)
        form = {"seen_version": 1, "outcome": "not_reached", "reason": "Nobody answers."}
        response = client.post(step(stored, "close"), form)
        page = text(response)
        assert response.status_code == 409
        assert f"<strong>Reached the patient</strong>, {quicker.username}, " in page
        assert "Jun 16, 11:00 a.m.</time><br>Status: New → Contacted</li>" in page
        assert "Nobody answers." in page and 'value="not_reached" selected' in page
        assert 'name="seen_version" value="2"' in page
        stored.refresh_from_db()
        assert stored.status == "contacted"
        client.post(step(stored, "close"), {**form, "seen_version": 2})
        stored.refresh_from_db()
        assert (stored.status, stored.outcome) == ("closed", "not_reached")

    def test_what_another_site_sent_is_not_put_into_a_form_of_ours(self) -> None:
        stored, client = a_request(), as_(roles.FRONT_DESK, strict=True)
        form = {"text": "PLANTED words"}
        planted = client.post(f"{QUEUE}{stored.pk}/note/", form, headers={"origin": "https://evil.example"})
        assert planted.status_code == 403 and "PLANTED" not in text(planted)
        own = client.post(f"{QUEUE}{stored.pk}/note/", form, headers={"origin": "http://testserver"})
        assert own.status_code == 403 and "PLANTED words" in text(own)
        noted = Event.objects.order_by("pk").values_list("action", "request_id")
        assert list(noted)[-3:] == [("refused", stored.pk), ("refused", stored.pk), ("view", stored.pk)]

    def test_a_change_by_the_patient_is_told_as_the_patient_s(self) -> None:
        stored = a_request()
        lifecycle.take_step(actor=audit.PATIENT, request_id=stored.pk, action="withdraw", seen_version=1)
        page = text(as_(roles.FRONT_DESK).post(step(stored, "contact"), {"seen_version": 1}))
        assert "<strong>Withdraw: Withdrawn by patient</strong>, patient, " in page
        assert "This step is no longer possible" in page

    def test_a_change_without_a_trail_is_told_too(self) -> None:
        stored = a_request(version=7)
        page = text(as_(roles.FRONT_DESK).post(step(stored, "contact"), {"seen_version": 1}))
        assert "Meanwhile this request has changed" in page

    @pytest.mark.parametrize(
        ("path", "form", "kept"),
        [
            ("step/close/", {"outcome": "referred", "reason": "To Columbus."}, "To Columbus."),
            ("urgency/", {"level": "same_day", "reason": "The eye is red."}, "The eye is red."),
            ("note/", {"text": "Her sister phoned."}, "Her sister phoned."),
        ],
    )
    def test_a_page_too_old_to_be_checked_keeps_what_was_typed(
        self, path: str, form: dict[str, Any], kept: str
    ) -> None:
        stored = a_request()
        client, before = as_(roles.CLINICIAN, strict=True), state(stored)
        response = client.post(f"{QUEUE}{stored.pk}/{path}", {"seen_version": 1, **form})
        page = text(response)
        assert response.status_code == 403
        assert kept in page and "Please press the button again." in page
        assert "no-store" in response["Cache-Control"]
        assert state(stored) == before
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        again = {"seen_version": 1, **form, "csrfmiddlewaretoken": token[1]}
        assert client.post(f"{QUEUE}{stored.pk}/{path}", again).status_code == 302

    def test_a_page_too_old_shows_nothing_to_who_may_not_see_it(self) -> None:
        stored = a_request(patient_name="patient hidden")
        path = f"{QUEUE}{stored.pk}/note/"
        anonymous = Client(enforce_csrf_checks=True).post(path, {"text": "x"})
        assert anonymous["Location"].startswith("/staff/login/")
        editor = as_(roles.CONTENT_EDITOR, strict=True).post(path, {"text": "x"})
        assert editor.status_code == 403 and "patient hidden" not in text(editor)
