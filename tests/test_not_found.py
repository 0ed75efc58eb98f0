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


def test_the_home_page_does_not_stand_before_what_was_meant(client: Client, content: None) -> None:
    add_page("/", "Care for faces", kind="home")
    add_page("/health/", "Health library")
    add_page("/health/protecting-your-eye/", "Protecting your eye")
    add_page("/treatments/eye-protection/", "Eye protection")
    search_index.index_all()
    assert sorted(likely(lost(client, "/eye-care/"))) == [
        "/health/protecting-your-eye/",
        "/treatments/eye-protection/",
    ]


def test_an_address_in_capitals_leads_to_the_public_page_for_ever(client: Client, content: None) -> None:
    for path in ("/Treatments/Botulinum-Toxin-Injections/", "/Treatments/Botulinum-Toxin-Injections"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (301, "/treatments/botulinum-toxin-injections/")
    Page.objects.filter(path="/bells-palsy/").update(status="draft")
    lost(client, "/Bells-Palsy/")
    assert client.post("/Treatments/").status_code == 404


def test_the_name_of_one_public_page_leads_to_it_and_one_of_several_to_none(
    client: Client, content: None
) -> None:
    for path in ("/botulinum-toxin-injections/", "/Botulinum-Toxin-Injections/"):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/treatments/botulinum-toxin-injections/")
    lost(client, "/nowhere/botulinum-toxin-injections/")
    add_page("/bells-palsy/botulinum-toxin-injections/", "The same")
    lost(client, "/botulinum-toxin-injections/")


def test_a_page_that_is_not_public_is_not_led_to(client: Client, content: None) -> None:
    Page.objects.filter(slug="botulinum-toxin-injections").update(status="draft")
    lost(client, "/botulinum-toxin-injections/")


def test_the_main_menu_is_there(client: Client, content: None) -> None:
    Page.objects.filter(path="/treatments/").update(in_menu=True)
    assert lost(client, "/zzqq/").one("nav").links() == ["/treatments/"]


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
