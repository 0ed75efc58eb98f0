"""A page that is refused: kept, shown again at its own address, and never asked to be sent again."""

import re
from typing import Any

import pytest
from django.test import Client

from appointments import drafts, steps
from appointments.models import EmergencyStop, RequestDraft
from tests.builders import answers, posted
from tests.patient_client import cookie, press_send, send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def kept(client: Client) -> drafts.Draft:
    draft = drafts.find(cookie(client).value)
    assert draft is not None
    return draft


class TestRefused:
    def test_the_first_page_too_is_kept_and_comes_back_by_itself(self, client: Client) -> None:
        response = client.post("/request/safety/", {"signs": ["none"]})
        assert (response.status_code, response["Location"]) == (302, "/request/safety/")
        page = client.get("/request/safety/")
        assert page.status_code == 200
        assert text(page).count("Choose whether a doctor or nurse has examined your face.") >= 2
        assert re.search(r'value="none"[^>]*checked', text(page))
        assert client.post("/request/safety/", posted()["safety"])["Location"] == "/request/start/"
        assert "Please check" not in text(client.get("/request/safety/"))
        assert kept(client).refused == {}

    def test_what_was_typed_waits_while_other_pages_are_read(self, client: Client) -> None:
        send_steps(client, until="signs")
        client.post("/request/signs/", {"tried": "Taped at night"})
        client.post("/request/eye/", posted()["eye"])
        page = text(client.get("/request/signs/"))
        assert "Taped at night" in page and "Choose what came just before." in page

    def test_what_was_accepted_before_stays_until_something_right_replaces_it(self, client: Client) -> None:
        send_steps(client)
        client.post("/request/patient/", {"patient_name": "Ann Other"})
        assert kept(client).answers["patient_name"] == "Zoë O’Hara"
        assert 'value="Ann Other"' in text(client.get("/request/patient/"))

    def test_a_page_posted_early_is_kept_for_later_and_skips_nothing(self, client: Client) -> None:
        send_steps(client, until="start")
        response = client.post("/request/helper/", {"helper_name": "Dana Helper"})
        assert response["Location"] == "/request/start/"
        assert list(kept(client).refused) == ["helper"] and kept(client).done == ["safety"]

    def test_what_is_sealed_holds_no_token_and_shows_no_word(self, client: Client) -> None:
        client.post("/request/safety/", {"csrfmiddlewaretoken": "secret", "opened": "x", "extra": "Ignatia"})
        assert kept(client).refused == {"safety": {"extra": ["Ignatia"]}}
        assert b"Ignatia" not in bytes(RequestDraft.objects.get().sealed_answers)

    def test_more_than_a_draft_keeps_is_answered_at_once_with_the_form(self, client: Client) -> None:
        send_steps(client, until="signs")
        response = client.post("/request/signs/", {"tried": "x" * 30_001})
        assert response.status_code == 422 and "x" * 30_001 in text(response)
        assert kept(client).refused == {}
        assert client.post("/request/signs/", {"tried": "x" * 20_000}).status_code == 302
        assert client.post("/request/eye/", {"more": "x" * 10_000}).status_code == 422
        assert list(kept(client).refused) == ["signs"]

    def test_hidden_characters_and_doubled_answers_come_back_as_they_were(self, client: Client) -> None:
        send_steps(client, until="patient")
        name = "Ann\x00\u202e <b>"
        client.post("/request/patient/", {**posted()["patient"], "patient_name": ["First", name]})
        page = text(client.get("/request/patient/"))
        assert "This has a character that cannot be shown." in page and "<b>" not in page
        assert kept(client).refused["patient"]["patient_name"] == ["First", name]

    def test_after_sending_it_begins_a_new_request(self, client: Client) -> None:
        send(client)
        assert client.post("/request/safety/", {"signs": ["none"]})["Location"] == "/request/safety/"
        assert "Please check" in text(client.get("/request/safety/"))
        assert kept(client).answers == {}


class TestRefusedWithAnEmergency:
    def test_a_sign_is_answered_first_whatever_else_is_missing(self, client: Client) -> None:
        response = client.post("/request/safety/", {"signs": ["limb"]})
        assert response["Location"] == "/request/emergency/"
        assert not RequestDraft.objects.exists() and EmergencyStop.objects.get().count == 1

    @pytest.mark.parametrize("signs", [["limb", "none"], ["none", "speech", "vision"], ["limb", "cough"]])
    @pytest.mark.parametrize("language", ["", "/es"])
    def test_a_sign_counts_beside_none_of_these_and_beside_nonsense(
        self, client: Client, signs: list[str], language: str
    ) -> None:
        response = client.post(f"{language}/request/safety/", {"examined": "yes", "signs": signs})
        assert response["Location"] == f"{language}/request/emergency/"
        assert not RequestDraft.objects.exists() and EmergencyStop.objects.get().count == 1

    def test_it_deletes_what_was_written_and_what_was_refused(self, client: Client) -> None:
        send_steps(client, until="signs")
        client.post("/request/signs/", {"tried": "Taped at night"})
        response = client.post("/request/safety/", {"signs": ["limb"]})
        assert response["Location"] == "/request/emergency/"
        assert not RequestDraft.objects.exists() and cookie(client).value == ""

    def test_an_unchecked_origin_changes_nothing_of_it(self, strict: Client) -> None:
        assert strict.post("/request/safety/", {"signs": ["limb"]})["Location"] == "/request/emergency/"
        assert not EmergencyStop.objects.exists()
        response = strict.post("/request/safety/", {"signs": ["none"]})
        assert response.status_code == 403 and "Your answers are still here." in text(response)
        assert not RequestDraft.objects.exists()

    def test_two_tabs_that_are_an_emergency_only_together_end_it_at_the_step(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        send_steps(client, until="start", examined="yes")
        change = drafts.change

        def after_the_other_tab(draft: drafts.Draft, step: Any) -> drafts.Draft:
            change(draft, lambda other: other.answers.update(examined="no"))
            return change(draft, step)

        monkeypatch.setattr(drafts, "change", after_the_other_tab)
        response = client.post("/request/start/", posted()["start"])
        assert response["Location"] == "/request/emergency/"
        assert not RequestDraft.objects.exists() and cookie(client).value == ""

    def test_the_check_page_shows_no_emergency_as_if_it_could_wait(self, client: Client) -> None:
        send_steps(client)
        drafts.change(kept(client), lambda draft: draft.answers.update(signs=["limb"]))
        assert client.get("/request/check/")["Location"] == "/request/emergency/"
        assert not RequestDraft.objects.exists()


class TestNoStepIsSkipped:
    def test_every_page_at_every_state_leads_to_the_first_open_one(self, client: Client) -> None:
        row = [step.name for step in steps.asked(answers())]
        for number, name in enumerate([*row, ""]):
            for later in row[number + 1 :] if name else []:
                assert client.get(f"/request/{later}/").get("Location") in (
                    f"/request/{name}/", "/request/?ended",
                ), (name, later)  # fmt: skip
            if name:
                assert client.get("/request/check/").status_code == 302
                last = client.post(f"/request/{name}/", posted()[name])
        assert last["Location"] == "/request/check/"
        assert client.get("/request/check/").status_code == 200

    def test_an_unasked_page_leads_on(self, client: Client) -> None:
        send_steps(client)
        assert client.get("/request/helper/")["Location"] == "/request/check/"
        assert press_send(client)["Location"] == "/request/received/"
        for step in steps.STEPS[1:]:
            assert client.get(f"/request/{step.name}/")["Location"] == "/request/?ended"
