"""Check, send, received: one reference whatever is resent, and only after it is stored."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from appointments import steps
from appointments.models import AppointmentRequest, Message, RequestDraft
from tests.builders import HELPED, NOW, answers, posted
from tests.content import add_page
from tests.patient_client import cookie, hidden, press_send, send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


class TestSending:
    def test_without_consent_nothing_is_sent_and_it_says_why(self, client: Client) -> None:
        send_steps(client)
        response = press_send(client, consent="")
        assert (response.status_code, response["Location"]) == (302, "/request/check/")
        page = text(client.get("/request/check/"))
        assert page.count("Tick the box if you agree.") >= 2 and "Zoë O’Hara" in page
        assert not AppointmentRequest.objects.exists()

    def test_the_check_shows_every_answer_in_words(self, client: Client) -> None:
        send_steps(client, **HELPED, reach="text", phone="+12165550123")
        page = text(client.get("/request/check/"))
        for shown in (
            "Zoë O’Hara", "Feb. 29, 1960", "Ohio", "March 2022", "Wednesday, June 24, 2026, Afternoon",
            "Dana Helper", "daughter", "216-555-0123", "zoe@example.org", "A second opinion", "Left",
            "A quiet place to wait.", "Steroid tablets.", "Better", "Either",
        ):  # fmt: skip
            assert shown in page, shown
        assert "not a booking" in page

    def test_received_shows_the_reference_and_by_when(self, client: Client) -> None:
        stored = send(client)
        page = text(client.get("/request/received/"))
        assert stored.reference in page
        assert "answers you by Wednesday, June 24, 2026, 5:00 p.m. (EDT)" in page
        for word in ("911", "988", "not a booking"):
            assert word in page

    def test_sending_again_going_back_and_reloading_give_the_same_reference(self, client: Client) -> None:
        stored = send(client)
        for _again in range(2):
            assert client.post("/request/check/", {"consent": "on"})["Location"] == "/request/received/"
            assert client.get("/request/check/")["Location"] == "/request/received/"
        for name, form in list(posted().items())[1:]:
            assert client.post(f"/request/{name}/", form)["Location"] == "/request/received/"
        assert client.get("/request/today/")["Location"] == "/request/received/"
        assert stored.reference in text(client.get("/request/received/"))
        assert AppointmentRequest.objects.count() == Message.objects.count() == 1

    def test_after_sending_a_new_request_can_be_begun(self, client: Client) -> None:
        first = send(client)
        assert "checked" not in text(client.get("/request/safety/"))
        second = send(client)
        assert first.reference != second.reference

    def test_nothing_is_told_as_received_where_it_could_not_be_stored(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send_steps(client)

        def fail(values: Any) -> None:
            raise DatabaseError("broken")

        client.raise_request_exception = False
        with monkeypatch.context() as broken:
            broken.setattr("appointments.lifecycle.SUBMIT.one", fail)
            assert press_send(client).status_code == 500
        assert client.get("/request/received/").status_code == 404
        assert press_send(client)["Location"] == "/request/received/"

    def test_a_draft_that_ended_in_another_tab_at_that_moment_stores_nothing(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send_steps(client)
        page = client.get("/request/check/")
        told = steps.told

        def discarded_meanwhile(answers: Any) -> dict[str, Any]:
            RequestDraft.objects.all().delete()
            return told(answers)

        monkeypatch.setattr(steps, "told", discarded_meanwhile)
        response = client.post("/request/check/", {"consent": "on", **hidden(page)})
        assert response["Location"] == "/request/?ended"
        assert not AppointmentRequest.objects.exists()


class TestWhatWasFoundRightBefore:
    """What the check page showed today is sent as it is; what may be wrong by now is looked at again."""

    @pytest.mark.parametrize("changes", [{}, HELPED, {"reach": "text", "phone": "+12165550123"}])
    def test_the_last_step_reads_the_draft_and_writes_once(
        self, client: Client, changes: dict[str, Any], django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        send(Client())
        send_steps(client, **changes)
        page = client.get("/request/check/")
        with django_assert_num_queries(2):
            client.post("/request/check/", {"consent": "on", **hidden(page)})
        assert client.get("/request/received/").status_code == 200

    def test_with_a_place_and_a_person_it_asks_whether_both_are_offered(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        add_page("/cleveland/", kind="location")
        add_page("/dana/", kind="person")
        send_steps(client, place="cleveland", person="dana")
        page = client.get("/request/check/")
        with django_assert_num_queries(4):
            client.post("/request/check/", {"consent": "on", **hidden(page)})
        assert AppointmentRequest.objects.get().person == "dana"

    @pytest.mark.parametrize(("name", "kind"), [("place", "location"), ("person", "person")])
    def test_what_is_no_longer_offered_is_asked_again(self, client: Client, name: str, kind: str) -> None:
        page = add_page("/there/", kind=kind)
        send_steps(client, **{name: "there"})
        shown = hidden(client.get("/request/check/"))
        page.status = "archived"
        page.save()
        response = client.post("/request/check/", {"consent": "on", **shown})
        assert response["Location"] == "/request/wishes/?again"
        assert not AppointmentRequest.objects.exists()

    def test_a_day_that_has_passed_since_is_asked_again(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        late = NOW.replace(hour=3, minute=59) + timedelta(days=1)
        time_machine.move_to(late - timedelta(minutes=30))
        send_steps(client, times=[{"date": "2026-06-17", "half": "am"}])
        shown = hidden(client.get("/request/check/"))
        time_machine.move_to(late + timedelta(minutes=5))
        response = client.post("/request/check/", {"consent": "on", **shown})
        assert response["Location"] == "/request/wishes/?again"

    def test_what_is_still_right_after_midnight_is_sent(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        late = NOW.replace(hour=3, minute=59) + timedelta(days=1)
        time_machine.move_to(late - timedelta(minutes=30))
        send_steps(client)
        shown = hidden(client.get("/request/check/"))
        time_machine.move_to(late + timedelta(minutes=5))
        response = client.post("/request/check/", {"consent": "on", **shown})
        assert response["Location"] == "/request/received/"

    def test_what_was_told_before_a_change_of_mind_is_not_sent(self, client: Client) -> None:
        send_steps(client, until="contact", **HELPED)
        client.post("/request/patient/", posted()["patient"])
        client.post("/request/contact/", posted()["contact"])
        assert press_send(client)["Location"] == "/request/received/"
        assert AppointmentRequest.objects.get().helper_name == ""


class TestReceived:
    def test_without_the_cookie_there_is_nothing_to_see(self, client: Client) -> None:
        stored = send(client)
        response = Client().get("/request/received/")
        assert response.status_code == 404
        assert "No request to show here" in text(response) and stored.reference not in text(response)

    def test_another_patient_s_cookie_shows_another_request(self, client: Client) -> None:
        other = Client()
        mine, theirs = send(client), send(other)
        assert mine.reference not in text(other.get("/request/received/"))
        assert theirs.reference in text(other.get("/request/received/"))

    def test_it_can_be_opened_for_two_hours_after_sending(
        self, client: Client, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        send_steps(client)
        time_machine.move_to(NOW + timedelta(minutes=100), tick=False)
        assert press_send(client)["Location"] == "/request/received/"
        assert cookie(client)["max-age"] == 7200
        time_machine.move_to(NOW + timedelta(minutes=219), tick=False)
        assert client.get("/request/received/").status_code == 200
        time_machine.move_to(NOW + timedelta(minutes=220), tick=False)
        assert client.get("/request/received/").status_code == 404


def test_the_answers_of_the_tests_are_the_ones_that_arrive(client: Client) -> None:
    stored = send(client, **HELPED, reach="phone", phone="+12165550123", interpreter=True)
    expected = answers(**HELPED, reach="phone", phone="+12165550123", interpreter=True)
    for name in (
        "tried",
        "easier",
        "patient_name",
        "helper_relation",
        "goals",
        "times",
        "phone",
        "interpreter",
    ):
        assert getattr(stored, name) == expected[name], name
