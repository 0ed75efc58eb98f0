"""The steps over HTTP: none is skipped, nothing typed is lost, a change comes back to the check."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from time_machine import TimeMachineFixture

from appointments import drafts, steps
from appointments.models import AppointmentRequest
from tests.builders import HELPED, NOW, posted
from tests.patient_client import COOKIE, cookie, press_send, send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
STEPS = [f"/request/{step.name}/" for step in steps.STEPS]


class TestTheWay:
    def test_each_step_leads_to_the_next_and_at_last_to_the_check(self, client: Client) -> None:
        names = list(posted())
        for name, following in zip(names, [*names[1:], "check"], strict=True):
            response = client.post(f"/request/{name}/", posted()[name])
            assert (response.status_code, response["Location"]) == (302, f"/request/{following}/")
            assert client.get(f"/request/{following}/").status_code == 200

    def test_progress_is_told_in_words(self, client: Client) -> None:
        send_steps(client, until="eye")
        page = text(client.get("/request/eye/"))
        assert f"Step 3 of {len(posted()) + 1}" in page and 'href="/request/start/"' in page

    def test_who_comes_back_to_the_first_step_is_shown_the_way_to_the_open_one(self, client: Client) -> None:
        assert "Your answers are still here" not in text(client.get("/request/safety/"))
        send_steps(client, until="signs")
        page = text(client.get("/request/safety/"))
        assert f"Go on with your request (step 4 of {len(posted()) + 1})" in page
        assert 'href="/request/signs/"' in page
        assert "Your answers are still here" not in text(client.get("/request/eye/"))

    def test_a_step_that_is_not_reached_leads_to_the_first_open_one(self, client: Client) -> None:
        for address in [*STEPS[1:], "/request/check/"]:
            assert client.get(address)["Location"] == "/request/?ended"
        send_steps(client, until="eye")
        for address in [*STEPS[3:], "/request/check/"]:
            assert client.get(address)["Location"] == "/request/eye/"
        for address in STEPS[:3]:
            assert client.get(address).status_code == 200
        assert client.post("/request/check/", {"consent": "on"})["Location"] == "/request/eye/"

    def test_a_later_step_that_is_posted_early_skips_nothing(self, client: Client) -> None:
        send_steps(client, until="start")
        response = client.post("/request/contact/", posted()["contact"])
        assert response["Location"] == "/request/start/"
        assert not AppointmentRequest.objects.exists()

    def test_an_address_that_is_no_step_is_not_found(self, client: Client) -> None:
        assert client.get("/request/nowhere/").status_code == 404
        assert client.get("/request/safety/../check").status_code == 404

    def test_answers_are_shown_again(self, client: Client) -> None:
        send_steps(client, **HELPED)
        page = text(client.get("/request/patient/"))
        for value in ("Zoë O’Hara", "1960", "29"):
            assert f'value="{value}"' in page
        assert re.search(r'value="some"[^>]*checked', text(client.get("/request/start/")))
        assert "Steroid tablets.\nThen exercises." in text(client.get("/request/signs/"))
        assert 'value="2026-06-24"' in text(client.get("/request/wishes/"))
        assert "Dana Helper" in text(client.get("/request/helper/"))

    def test_an_error_is_told_at_the_top_and_beside_the_field_and_answers_stay(self, client: Client) -> None:
        send_steps(client, until="patient")
        spoilt = {**posted()["patient"], "date_of_birth_month": "2", "date_of_birth_day": "30"}
        response = client.post("/request/patient/", spoilt)
        assert (response.status_code, response["Location"]) == (302, "/request/patient/")
        page = text(client.get("/request/patient/"))
        message = "There is no such date. The month comes first: 3 14 is March 14."
        assert page.count(message) >= 2
        assert 'id="id_date_of_birth_error"' in page and 'href="#id_date_of_birth' in page
        assert 'value="30"' in page and "Zoë O’Hara" in page
        assert client.get("/request/contact/")["Location"] == "/request/patient/"

    def test_what_was_typed_is_shown_as_text_never_as_markup(self, client: Client) -> None:
        name = "<script>alert(1)</script>"
        send_steps(client, patient_name=name, tried=name, easier=name)
        for address in ("/request/check/", "/request/patient/", "/request/signs/", "/request/wishes/"):
            page = text(client.get(address))
            assert name not in page and "&lt;script&gt;" in page


class TestChanging:
    def test_change_comes_back_to_the_check(self, client: Client) -> None:
        send_steps(client)
        assert 'href="/request/patient/"' in text(client.get("/request/check/"))
        page = text(client.get("/request/patient/"))
        assert "Save and go back to your answers" in page
        response = client.post("/request/patient/", {**posted()["patient"], "patient_name": "Ann Other"})
        assert response["Location"] == "/request/check/"
        assert "Ann Other" in text(client.get("/request/check/"))

    def test_a_change_that_opens_a_new_step_asks_it_first(self, client: Client) -> None:
        send_steps(client)
        assert client.post("/request/patient/", posted(**HELPED)["patient"])["Location"] == "/request/helper/"
        assert client.get("/request/check/")["Location"] == "/request/helper/"
        response = client.post("/request/helper/", posted(**HELPED)["helper"])
        assert response["Location"] == "/request/check/"

    def test_who_was_helped_and_then_asks_alone_sends_no_helper(self, client: Client) -> None:
        send_steps(client, **HELPED)
        assert client.post("/request/patient/", posted()["patient"])["Location"] == "/request/check/"
        assert "Dana Helper" not in text(client.get("/request/check/"))
        assert press_send(client)["Location"] == "/request/received/"
        stored = AppointmentRequest.objects.get()
        assert (stored.for_whom, stored.helper_name, stored.helper_authority) == ("self", "", "")

    def test_a_change_that_spoils_another_answer_leads_there_and_says_why(self, client: Client) -> None:
        send_steps(client, **HELPED, onset_kind="birth", began="", onset_year=None, onset_month=None)
        client.post("/request/patient/", {**posted(**HELPED)["patient"], "date_of_birth_year": "2016"})
        response = client.get("/request/check/")
        assert response["Location"] == "/request/helper/?again"
        assert "only a parent or legal guardian can ask" in text(client.get(response["Location"]))
        assert client.post("/request/check/", {"consent": "on"})["Location"] == "/request/helper/?again"

    def test_a_preferred_day_that_has_come_meanwhile_is_asked_again(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW.replace(hour=3) + timedelta(days=8), tick=False)
        send_steps(client)
        time_machine.move_to(NOW.replace(hour=4, minute=30) + timedelta(days=8), tick=False)
        assert client.get("/request/check/")["Location"] == "/request/wishes/?again"
        assert "Choose a day from June 25, 2026" in text(client.get("/request/wishes/?again"))


class TestTwoHours:
    def test_what_was_typed_last_is_kept_when_the_draft_has_expired(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        send_steps(client, until="contact")
        time_machine.move_to(NOW + timedelta(hours=2), tick=False)
        response = client.post("/request/contact/", posted()["contact"])
        assert response["Location"] == "/request/safety/?kept"
        assert "What you wrote last is kept." in text(client.get(response["Location"]))
        last = send_steps(client, until="contact")
        assert last is not None and last["Location"] == "/request/check/"
        assert "zoe@example.org" in text(client.get("/request/check/"))

    def test_a_wrong_answer_after_two_hours_is_shown_again_with_its_error(self, client: Client) -> None:
        response = client.post("/request/helper/", {"helper_name": "Dana Helper"})
        assert response["Location"] == "/request/safety/?kept"
        send_steps(client, until="helper", **HELPED)
        page = text(client.get("/request/helper/"))
        assert 'value="Dana Helper"' in page and "Write how you know the patient." in page

    def test_a_cookie_that_opens_nothing_begins_anew(self, client: Client) -> None:
        for value in ("unknown", "x" * 5000, '"; DROP TABLE'):
            client.cookies[COOKIE] = value
            assert client.get("/request/eye/")["Location"] == "/request/?ended"
            assert client.get("/request/received/").status_code == 404


class TestCsrf:
    def test_a_step_whose_token_is_missing_shows_the_answers_again_unsaved(
        self, strict: Client, client: Client
    ) -> None:
        send_steps(client, until="signs")
        strict.cookies = client.cookies
        response = strict.post("/request/signs/", {**posted()["signs"], "tried": "Taped at night"})
        page = text(response)
        assert response.status_code == 403
        assert "Taped at night" in page and "Your answers are still here." in page
        draft = drafts.find(cookie(client).value)
        assert draft is not None and "tried" not in draft.answers
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
        assert token is not None
        again = {**posted()["signs"], "csrfmiddlewaretoken": token[1]}
        assert strict.post("/request/signs/", again)["Location"] == "/request/wishes/"

    def test_a_check_whose_token_is_missing_sends_nothing_and_keeps_the_consent(
        self, strict: Client, client: Client
    ) -> None:
        send_steps(client)
        strict.cookies = client.cookies
        response = strict.post("/request/check/", {"consent": "on"})
        page = text(response)
        assert response.status_code == 403
        assert re.search(r'name="consent"[^>]*checked', page) and "Please press the button once more." in page
        assert not AppointmentRequest.objects.exists()

    def test_without_any_draft_the_check_leads_to_the_start(self, strict: Client, client: Client) -> None:
        assert strict.post("/request/check/", {"consent": "on"})["Location"] == "/request/?ended"
        send_steps(client, until="eye")
        strict.cookies = client.cookies
        assert strict.post("/request/check/", {"consent": "on"})["Location"] == "/request/eye/"

    def test_a_page_that_went_on_meanwhile_is_not_stored(self, strict: Client, client: Client) -> None:
        send(client)
        strict.cookies = client.cookies
        assert strict.post("/request/check/", {"consent": "on"})["Location"] == "/request/received/"
        assert strict.post("/request/today/").status_code == 403
        assert AppointmentRequest.objects.count() == 1
