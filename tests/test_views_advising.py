"""What cannot wait: an emergency stops the form, and who has to be seen today is told so at once."""

import pytest
from django.test import Client

from appointments import drafts, lifecycle
from appointments.models import AppointmentRequest, EmergencyStop, RequestDraft
from tests.builders import SAME_DAY, posted
from tests.patient_client import cookie, send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


class TestEmergency:
    def test_a_sign_stops_the_form_and_stores_nothing_but_a_count(self, client: Client) -> None:
        response = client.post("/request/safety/", {"examined": "no", "signs": ["limb"]})
        assert response["Location"] == "/request/emergency/"
        assert "Call 911" in text(client.get("/request/emergency/"))
        assert not RequestDraft.objects.exists() and not AppointmentRequest.objects.exists()
        assert EmergencyStop.objects.get().count == 1

    def test_a_sign_told_later_deletes_all_that_was_written(self, client: Client) -> None:
        send_steps(client, until="contact")
        response = client.post("/request/safety/", {"examined": "yes", "signs": ["vision", "headache"]})
        assert response["Location"] == "/request/emergency/"
        assert cookie(client)["max-age"] == 0 and cookie(client).value == ""
        assert not RequestDraft.objects.exists()
        assert client.get("/request/check/")["Location"] == "/request/?ended"

    def test_what_was_examined_already_has_a_way_back_near_the_top(self, client: Client) -> None:
        page = text(client.get("/request/emergency/"))
        assert page.index("already examined exactly this") < page.index("Until help comes")
        assert '<a class="button button-quiet" href="/request/">Start again</a>' in page

    def test_a_later_answer_can_make_it_an_emergency(self, client: Client) -> None:
        send_steps(client, until="start", examined="no")
        response = client.post("/request/start/", posted()["start"])
        assert response["Location"] == "/request/emergency/"
        assert not RequestDraft.objects.exists()

    def test_a_request_that_was_sent_before_stays_with_its_patient(self, client: Client) -> None:
        stored = send(client)
        response = client.post("/request/safety/", {"examined": "yes", "signs": ["limb"]})
        assert response["Location"] == "/request/emergency/"
        assert stored.reference in text(client.get("/request/received/"))

    def test_two_tabs_that_are_an_emergency_only_together_store_nothing(self, client: Client) -> None:
        send_steps(client)
        draft = drafts.find(cookie(client).value)
        assert draft is not None
        drafts.change(draft, lambda kept: kept.answers.update(signs=["limb"]))
        response = client.post("/request/check/", {"consent": "on"})
        assert response["Location"] == "/request/emergency/"
        assert not AppointmentRequest.objects.exists() and not RequestDraft.objects.exists()

    def test_who_cannot_be_checked_is_told_to_call_all_the_same(self, strict: Client) -> None:
        response = strict.post("/request/safety/", {"examined": "no", "signs": ["limb"]})
        assert response["Location"] == "/request/emergency/"
        assert not EmergencyStop.objects.exists()


class TestSameDay:
    def test_the_advice_comes_at_once_once_and_then_goes_on(self, client: Client) -> None:
        send_steps(client, until="eye")
        response = client.post("/request/eye/", {**posted()["eye"], "eye_signs": ["red"]})
        assert response["Location"] == "/request/today/"
        assert "Please be seen today" in text(client.get("/request/today/"))
        assert client.post("/request/today/")["Location"] == "/request/signs/"
        response = client.post("/request/eye/", {**posted()["eye"], "eye_signs": ["red"]})
        assert response["Location"] == "/request/signs/"

    def test_it_comes_again_for_a_new_reason(self, client: Client) -> None:
        send_steps(client, until="signs", **SAME_DAY)
        response = client.post("/request/signs/", {**posted()["signs"], "ear_signs": ["blisters"]})
        assert response["Location"] == "/request/today/"
        page = text(client.get("/request/today/"))
        assert "Blisters, hearing loss" in page and "An eye doctor should look" not in page
        assert page.count("Do not wait for our reply") == 1 and 'href="/request/signs/"' in page
        client.post("/request/today/")
        assert client.get("/request/today/")["Location"] == "/request/wishes/"

    def test_the_advice_stands_on_check_and_received_and_the_urgency_is_raised(self, client: Client) -> None:
        stored = send(client, **SAME_DAY)
        assert (stored.urgency, stored.urgency_reasons) == ("same_day", ["eye_symptoms"])
        rule = next(rule for rule in lifecycle.urgency.rules().rules if rule.code == "eye_symptoms")
        first_words = rule.advice_text("en").split(".")[0]
        assert first_words in text(client.get("/request/received/"))

    def test_who_needs_no_advice_gets_none(self, client: Client) -> None:
        assert client.get("/request/today/")["Location"] == "/request/?ended"
        send_steps(client, until="eye")
        assert client.get("/request/today/")["Location"] == "/request/eye/"
        assert client.post("/request/today/")["Location"] == "/request/eye/"
