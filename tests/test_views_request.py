"""The whole way: private, in no address and no cache, and never a server error."""

import re
from typing import Any

import pytest
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from appointments import steps
from appointments.models import AppointmentRequest
from tests.builders import HELPED, SAME_DAY, posted
from tests.content import KEPT_A_MINUTE
from tests.patient_client import cookie, opened_a_minute_ago, press_send, send_steps, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
STEPS = [f"/request/{step.name}/" for step in steps.STEPS]
PRIVATE = [*STEPS, "/request/today/", "/request/check/", "/request/received/"]


class TestPrivacy:
    def test_the_cookie_is_an_opaque_token_for_this_site_alone(
        self, client: Client, settings: Settings
    ) -> None:
        settings.SESSION_COOKIE_SECURE = True
        send_steps(client, until="start")
        kept = cookie(client)
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", kept.value)
        assert (kept["httponly"], kept["secure"], kept["samesite"]) == (True, True, "Lax")
        assert (kept["max-age"], kept["domain"], kept["path"]) == (7200, "", "/")

    def test_content_pages_and_the_emergency_page_set_no_cookie_and_may_be_cached(
        self, client: Client
    ) -> None:
        for address in ("/request/", "/request/emergency/"):
            response = client.get(address)
            assert not response.cookies
            assert response["Cache-Control"] == KEPT_A_MINUTE
            assert "Cookie" not in response.get("Vary", "")

    def test_no_private_page_is_ever_kept_by_a_cache(self, client: Client) -> None:
        for address in PRIVATE:
            assert "no-store" in client.get(address)["Cache-Control"], address
        send_steps(client)
        for address in PRIVATE:
            assert "no-store" in client.get(address)["Cache-Control"], address
        assert "no-store" in client.post("/request/safety/", {})["Cache-Control"]
        strict = Client(enforce_csrf_checks=True)
        assert "no-store" in strict.post("/request/safety/", {})["Cache-Control"]

    def test_no_answer_and_no_reference_ever_stands_in_an_address(self, client: Client) -> None:
        seen: list[str] = []
        client.post("/request/safety/", opened_a_minute_ago())
        for name, form in posted(**SAME_DAY, **HELPED).items():
            seen.append(client.post(f"/request/{name}/", {})["Location"])
            response = client.post(f"/request/{name}/", form)
            seen.append(response["Location"])
            if response["Location"] == "/request/today/":
                seen.append(client.post("/request/today/")["Location"])
        seen.append(press_send(client, consent="")["Location"])
        seen.append(press_send(client)["Location"])
        pages = {f"/request/{step.name}/" for step in steps.STEPS}
        assert set(seen) <= pages | {"/request/today/", "/request/check/", "/request/received/"}
        page = text(client.get("/request/received/"))
        assert AppointmentRequest.objects.get().reference not in "".join(
            re.findall(r'(?:href|src)="([^"]*)"', page)
        )

    def test_other_methods_are_refused(self, client: Client) -> None:
        for address in (*STEPS, "/request/check/", "/request/today/"):
            assert client.put(address).status_code == client.delete(address).status_code == 405
        for address in ("/request/", "/request/received/", "/request/emergency/"):
            assert client.post(address).status_code == 405


@given(data=st.data())
@settings(max_examples=12, deadline=None)
def test_no_walk_through_the_form_ends_in_a_server_error(data: st.DataObject) -> None:
    client = Client()
    garbage = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
    given_forms = posted(**HELPED)
    for _move in range(data.draw(st.integers(1, 4))):
        name = data.draw(st.sampled_from([*given_forms, "check", "today"]))
        form: dict[str, Any] = dict(given_forms.get(name, {"consent": "on"}))
        for key in data.draw(st.lists(st.sampled_from(sorted(form)), max_size=2)):
            form[key] = data.draw(st.one_of(garbage, st.lists(garbage, max_size=3)))
        response = client.post(f"/request/{name}/", form)
        assert response.status_code in (302, 422)
        if response.status_code == 302:
            assert client.get(response["Location"]).status_code in (200, 302)
