"""The camera and microphone check: who may use the devices, and what is there without JavaScript."""

import pytest
from django.test import Client, override_settings

from clinic_site.headers import FEATURES
from tests.content import add_page
from tests.html import parse

pytestmark = pytest.mark.django_db

REFUSED = [f"{feature}=()" for feature in FEATURES]
ALLOWED = ["camera=(self)", "microphone=(self)", *REFUSED[2:]]


def policy(client: Client, path: str) -> list[str]:
    return client.get(path)["Permissions-Policy"].split(", ")


def test_the_check_alone_may_use_camera_and_microphone(client: Client) -> None:
    add_page("/a/")
    add_page("/a/check/", kind="device_check")
    assert REFUSED[:2] == ["camera=()", "microphone=()"]
    assert policy(client, "/a/check/") == ALLOWED
    for path in ("/a/", "/a/check", "/nothing/", "/request/", "/staff/login/", "/healthz"):
        assert policy(client, path) == REFUSED, path


def test_an_unchanged_check_does_not_lose_its_devices(client: Client) -> None:
    add_page("/check/", kind="device_check")
    first = client.get("/check/")
    again = client.get("/check/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304 and "Permissions-Policy" not in again


@override_settings(LANGUAGES=[("en", "English"), ("es", "Spanish")])
def test_the_check_in_another_language_may_use_them_too(client: Client) -> None:
    page = add_page("/check/", kind="device_check")
    page.texts.create(language="es", title="Prueba")
    assert policy(client, "/es/check/") == ALLOWED


def test_the_page_itself_needs_no_script_and_leads_to_the_test(client: Client) -> None:
    add_page("/check/", "Check your camera", kind="device_check", body="Our own words.")
    answer = client.get("/check/")
    shown = parse(answer.content).one("main")
    assert b"device-check.js" not in answer.content and not shown.all("template")
    ways = [link.attributes["href"] for link in shown.all("a", css="button")]
    assert {"?test=both", "?test=microphone"} <= {*ways}
    assert len(shown.one("section", css="check").one("ol").texts("li")) == 3
    assert "Our own words." in shown.texts("p")


@pytest.mark.parametrize("way", ["both", "microphone"])
def test_without_javascript_the_test_says_how_to_check_by_hand(client: Client, way: str) -> None:
    add_page("/check/", "Check your camera", kind="device_check")
    page = parse(client.get(f"/check/?test={way}").content)
    by_hand = page.one("div", **{"data-part": "by-hand"})
    assert "hidden" not in by_hand.attributes and len(by_hand.texts("li")) == 3
    assert "hidden" in page.one("div", **{"data-part": "test"}).attributes
    assert page.one("meta", name="robots").attributes["content"] == "noindex"


@pytest.mark.parametrize("query", ["test=", "test=nonsense", "other=1"])
def test_an_unknown_test_is_the_page_itself(client: Client, query: str) -> None:
    add_page("/check/", kind="device_check")
    assert b"device-check.js" not in client.get(f"/check/?{query}").content


def test_other_pages_load_nothing_of_the_check(client: Client) -> None:
    add_page("/a/")
    assert b"device-check" not in client.get("/a/").content
