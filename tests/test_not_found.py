"""An address that leads nowhere: the page says so, offers a search, and pages that were probably meant."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone, translation

from services import search, search_index
from services.models import Page, PageText
from tests.content import add_clinic, add_page
from tests.html import Element, parse


@pytest.fixture
def content(db: None) -> None:
    add_clinic()
    add_page("/treatments/", "Treatments")
    add_page("/treatments/botulinum-toxin-injections/", "Botulinum toxin injections")
    add_page("/bells-palsy/", "Bell's palsy")
    search_index.index_all()


def lost(client: Client, path: str) -> Element:
    answer = client.get(path)
    assert answer.status_code == 404
    return parse(answer.content).one("main")


def likely(main: Element) -> list[str]:
    return [link for found in main.all("ul", css="contents") for link in found.links()]


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("/botulinum-injection/", "/treatments/botulinum-toxin-injections/"),
        ("/old/Botulinum_Toxin.html", "/treatments/botulinum-toxin-injections/"),
        ("/conditions/bell-palsy/", "/bells-palsy/"),
        ("/treatmants/", "/treatments/"),
        ("/treatments/xyzzyx/", "/treatments/"),
    ],
)
def test_the_pages_that_were_probably_meant_are_offered(
    client: Client, content: None, path: str, meant: str
) -> None:
    assert likely(lost(client, path))[0] == meant


@pytest.mark.parametrize(
    "path", ["/wp-login.php", "/.env", "/%27%3B--/", "/%F0%9F%98%80/", "/" + "a" * 5_000 + "/"]
)
def test_nothing_is_offered_where_nothing_resembles_the_address(
    client: Client, content: None, path: str
) -> None:
    main = lost(client, path)
    assert likely(main) == []
    assert main.one("h1").text == "We could not find this page"


@pytest.mark.parametrize(
    "hidden",
    [
        {"status": "draft"},
        {"status": "archived"},
        {"status": "scheduled", "publish_at": timezone.now() + timedelta(days=1)},
    ],
)
def test_what_is_not_public_is_answered_as_what_is_not_there(
    client: Client, content: None, hidden: dict[str, Any]
) -> None:
    Page.objects.filter(path="/bells-palsy/").update(**hidden)
    main = lost(client, "/bells-palsy/")
    assert likely(main) == []
    assert "palsy" not in main.text


def test_there_is_a_box_to_search_in_and_a_number_to_call(client: Client, content: None) -> None:
    main = lost(client, "/nowhere/")
    box = main.one("form", role="search")
    assert (box.attributes["action"], box.one("input").attributes["name"]) == ("/search/", "q")
    assert "tel:216-555-0142" in main.links()


def test_it_answers_without_a_database(
    client: Client, monkeypatch: pytest.MonkeyPatch, content: None
) -> None:
    def gone(*_args: Any) -> None:
        raise OperationalError

    monkeypatch.setattr(search._Shelf, "__init__", gone)
    main = lost(client, "/bell-palsy/")
    assert (likely(main), len(main.all("form", role="search"))) == ([], 1)


def test_pages_are_looked_for_in_the_language_of_the_address(content: None) -> None:
    page = Page.objects.get(path="/bells-palsy/")
    PageText.objects.create(page=page, language="es", title="Parálisis de Bell")
    search_index.index_page(page)
    assert [found.text.title for found in search.pages_resembling("/es/paralisis/", "es")] == [
        "Parálisis de Bell"
    ]
    with translation.override("es"):
        assert search.pages_resembling("/treatments/", "es") == []
