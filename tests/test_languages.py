"""English and Spanish: each page leads to itself in the other language, and speaks one throughout."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import translation

from clinic_site import errors, moments
from services.models import PageText
from tests.content import add_clinic, add_page
from tests.html import Element, parse
from tests.patient_client import text

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages() -> None:
    add_clinic().texts.create(language="es", phone_hours="De lunes a viernes")
    for path, title in (("/", "Inicio"), ("/a/", "Uno"), ("/b/", "")):
        page = add_page(path, kind="home" if path == "/" else "article")
        if title:
            PageText.objects.create(page=page, language="es", title=title)


def switch(client: Client, path: str) -> Element:
    return parse(client.get(path).content).one("nav", css="languages").one("a")


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("/", "/es/"),
        ("/es/", "/"),
        ("/a/?goal=smile&goal=speak", "/es/a/?goal=smile&goal=speak"),
        ("/es/a/", "/a/"),
        ("/b/", "/es/"),
        ("/request/", "/es/request/"),
        ("/es/request/safety/", "/request/safety/"),
        ("/request/emergency/", "/es/request/emergency/"),
        ("/request/received/", "/es/request/received/"),
        ("/search/?q=tick+bite", "/es/search/"),
    ],
)
def test_a_page_leads_to_itself_in_the_other_language(
    client: Client, pages: None, here: str, there: str
) -> None:
    link = switch(client, here)
    language = "en" if here.startswith("/es/") else "es"
    assert link.attributes["href"] == there
    assert (link.attributes["lang"], link.attributes["hreflang"]) == (language, language)
    assert link.text == {"en": "English", "es": "Español"}[language]


def test_the_answers_of_a_form_are_kept_in_the_other_language(client: Client, pages: None) -> None:
    client.post("/request/safety/", {"examined": "yes", "signs": ["none"]})
    assert "What happened" in text(client.get("/request/start/"))
    spanish = text(client.get("/es/request/start/"))
    assert "Qué pasó" in spanish
    assert 'lang="es"' in spanish
    kept = parse(client.get("/es/request/safety/").content)
    assert [box.attributes["value"] for box in kept.all("input") if "checked" in box.attributes] == [
        "yes",
        "none",
    ]


def test_a_page_without_words_in_spanish_is_offered_in_english(client: Client, pages: None) -> None:
    answer = client.get("/es/b/")
    assert answer.status_code == 404
    link = parse(answer.content).one("a", hreflang="en")
    assert (link.attributes["href"], link.text) == ("/b/", "English")
    assert 'hreflang="en"' not in client.get("/es/nothing/").content.decode()


def test_the_clinic_tells_its_phone_hours_in_the_language_of_the_page(client: Client, pages: None) -> None:
    assert "De lunes a viernes" in text(client.get("/es/a/"))
    assert "Monday to Friday" in text(client.get("/a/"))


@pytest.mark.parametrize(
    ("view", "heading"),
    [
        (errors.bad_request, "No pudimos leer lo que se envió"),
        (errors.permission_denied, "No puede abrir esta página"),
        (errors.too_large, "Eso fue demasiado de una vez"),
        (errors.busy, "Espere un momento, por favor"),
        (errors.server_error, "Algo falló de nuestro lado"),
    ],
)
def test_an_error_is_told_in_the_language_of_the_address(
    rf: Any, pages: None, view: Any, heading: str
) -> None:
    with translation.override("es"):
        page = parse(view(rf.get("/es/a/")).content)
    assert page.one("html").attributes["lang"] == "es"
    assert page.one("h1").text == heading
    assert "/es/request/" in page.links()


def test_a_day_and_an_instant_are_written_as_each_language_does() -> None:
    instant, on = datetime(2026, 11, 23, 22, tzinfo=UTC), date(2026, 11, 23)
    assert moments.moment(instant) == "Monday, November 23, 2026, 5:00 p.m. (EST)"
    assert (moments.day(on), moments.day_soon(on)) == ("Monday, November 23, 2026", "Monday, November 23")
    with translation.override("es"):
        assert moments.moment(instant) == "lunes 23 de noviembre de 2026, 5:00 p.m. (hora del este)"
        assert moments.day(on) == "lunes 23 de noviembre de 2026"
        assert moments.day_soon(on) == "lunes 23 de noviembre"
