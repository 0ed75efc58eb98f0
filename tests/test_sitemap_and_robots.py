"""What search engines are told: which pages there are, which they may show, and under which address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from services import kinds
from services.models import Page, PageText
from tests.content import add_clinic, add_page
from tests.html import Element, parse

pytestmark = pytest.mark.django_db

OURS = "https://clinic.example.com"
NAMES = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}


@pytest.fixture(autouse=True)
def production(settings: Any) -> Any:
    settings.DEMONSTRATION = False
    settings.SECURE_SSL_REDIRECT = False
    settings.PUBLIC_ADDRESS = OURS
    return settings


def listed(client: Client) -> dict[str, str]:
    """Addresses of the sitemap with their last change."""
    answer = client.get("/sitemap.xml")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/xml")
    entries = Xml.fromstring(answer.content).findall("s:url", NAMES)  # noqa: S314 - our own
    return {entry.findtext("s:loc", "", NAMES): entry.findtext("s:lastmod", "", NAMES) for entry in entries}


def head(client: Client, address: str) -> Element:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return parse(answer.content).one("head")


def canonical(document: Element) -> str:
    return document.one("link", rel="canonical").attributes["href"]


def hidden(document: Element) -> bool:
    return [each.attributes["content"] for each in document.all("meta", name="robots")] == ["noindex"]


def test_the_sitemap_lists_what_is_public_now_and_nothing_else(client: Client) -> None:
    hour = timedelta(hours=1)
    add_page("/", "Home", kind="home")
    add_page("/a/", "A & B")
    add_page("/a/deep/", "Deep")
    add_page("/draft/", status="draft")
    add_page("/old/", status="archived")
    add_page("/coming/", status="scheduled", publish_at=timezone.now() + hour)
    add_page("/come/", status="scheduled", publish_at=timezone.now() - hour)
    assert list(listed(client)) == [f"{OURS}{path}" for path in ("/", "/a/", "/a/deep/", "/come/")]


def test_the_sitemap_tells_when_a_page_changed_last(client: Client, time_machine: Any) -> None:
    time_machine.move_to("2026-03-04T05:06:07Z", tick=False)
    page = add_page("/a/")
    assert listed(client) == {f"{OURS}/a/": "2026-03-04T05:06:07+00:00"}
    time_machine.move_to("2026-04-01T00:00:00Z", tick=False)
    page.save()
    assert listed(client) == {f"{OURS}/a/": "2026-04-01T00:00:00+00:00"}


def test_a_page_is_listed_in_each_language_it_has_words_in(client: Client) -> None:
    both = add_page("/a/")
    PageText.objects.create(page=both, language="es", title="A en español")
    PageText.objects.create(page=both, language="fr", title="Not a language of the site")
    add_page("/b/")
    assert list(listed(client)) == [f"{OURS}/a/", f"{OURS}/es/a/", f"{OURS}/b/"]


def test_more_pages_cost_the_sitemap_no_more_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    add_page("/a/")
    with django_assert_num_queries(1):
        assert len(listed(client)) == 1
    for number in range(5):
        add_page(f"/p{number}/")
    with django_assert_num_queries(1):
        assert len(listed(client)) == 6


def test_robots_of_a_real_clinic_may_read_all_but_forms_search_and_staff_pages(client: Client) -> None:
    add_clinic()
    answer = client.get("/robots.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    assert answer.content.decode().splitlines() == [
        "User-agent: *",
        "Disallow: /staff/",
        "Disallow: /request/",
        "Disallow: /search/",
        "Disallow: /es/request/",
        "Disallow: /es/search/",
        "",
        f"Sitemap: {OURS}/sitemap.xml",
    ]


@pytest.mark.parametrize("why", ["demonstration", "sample clinic"])
def test_an_invented_clinic_is_kept_out_of_search_results(client: Client, settings: Any, why: str) -> None:
    settings.DEMONSTRATION = why == "demonstration"
    add_clinic(is_sample=why == "sample clinic")
    add_page("/a/")
    rules = client.get("/robots.txt").content.decode().splitlines()
    assert rules[:2] == ["User-agent: *", "Disallow: /"]
    assert hidden(head(client, "/a/"))


def test_a_real_clinics_pages_may_be_found_but_not_a_sample_among_them(client: Client) -> None:
    add_clinic()
    add_page("/a/")
    add_page("/b/", is_sample=True)
    assert not head(client, "/a/").all("meta", name="robots")
    assert hidden(head(client, "/b/"))


def test_what_is_asked_with_a_choice_has_the_address_of_the_bare_page(client: Client) -> None:
    add_page("/a/")
    assert canonical(head(client, "/a/?goal=smile&page=2")) == f"{OURS}/a/"
    assert canonical(head(client, "/a/")) == f"{OURS}/a/"


def test_a_kind_may_hide_what_a_choice_makes_of_its_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page("/a/")
    monkeypatch.setitem(kinds.BUILDERS, "article", lambda showing: {"noindex": "goal" in showing.chosen})
    assert hidden(head(client, "/a/?goal=smile")) and not hidden(head(client, "/a/"))


def test_without_a_public_address_the_one_asked_under_is_used(client: Client, settings: Any) -> None:
    settings.PUBLIC_ADDRESS = ""
    add_page("/a/")
    assert canonical(head(client, "/a/")) == "http://testserver/a/"


def test_each_language_names_itself_and_the_others(client: Client) -> None:
    page = add_page("/a/", "A")
    PageText.objects.create(page=page, language="es", title="A en español")
    add_page("/b/", "B")
    for address in ("/a/", "/es/a/"):
        shown = head(client, address)
        assert canonical(shown) == f"{OURS}{address}"
        alternates = [link.attributes for link in shown.all("link", rel="alternate")]
        assert [(each["hreflang"], each["href"]) for each in alternates] == [
            ("en", f"{OURS}/a/"),
            ("es", f"{OURS}/es/a/"),
            ("x-default", f"{OURS}/a/"),
        ]
    assert not head(client, "/b/").all("link", rel="alternate")


def test_a_link_to_a_page_is_shown_with_title_description_and_picture(client: Client) -> None:
    add_clinic()
    add_page("/a/", 'All & "more"', description="In one line", summary="Not this")
    shown = head(client, "/a/")
    found = {
        meta.attributes["property"]: meta.attributes["content"]
        for meta in shown.all("meta")
        if "property" in meta.attributes
    }
    assert found.pop("og:image").startswith(f"{OURS}/share/a/")
    assert found == {
        "og:type": "website",
        "og:url": f"{OURS}/a/",
        "og:title": 'All & "more"',
        "og:description": "In one line",
        "og:site_name": "Erie & Gulf Clinic",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": 'All & "more"',
    }
    assert shown.one("meta", name="twitter:card").attributes["content"] == "summary_large_image"


def test_without_a_description_the_summary_begins_one(client: Client) -> None:
    add_page("/a/", summary="Call *us* about " + "words " * 40)
    described = head(client, "/a/").one("meta", name="description").attributes["content"]
    assert described.startswith("Call us about words words") and described.endswith("…")
    assert len(described) == 160
    Page.objects.all().delete()
    add_page("/b/")
    assert not head(client, "/b/").all("meta", name="description")
