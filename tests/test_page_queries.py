"""A page costs a few statements, and no more where there is much to show."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from services import starter
from services.models import Goal, OnsetWindow, Page, PageText, Person, Picture, Term, Treatment
from tests.content import add_clinic, add_facts, add_page, add_person, add_point, add_update

MOST = 5
MANY = 200


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200, address
    return len(queries)


def test_every_page_of_the_starter_content_costs_at_most_two(
    django_db_setup: None, django_db_blocker: Any
) -> None:
    """Three where it names a picture, or has a point that depends on the surgeons' certificates."""
    with django_db_blocker.unblock(), transaction.atomic():
        starter.load()
        paths = list(Page.objects.published().values_list("path", flat=True))
        addresses = [f"{prefix}{path}" for prefix in ("", "/es") for path in paths]
        others = ["/request/", "/es/request/", "/request/emergency/", "/sitemap.xml", "/robots.txt"]
        client = Client()
        found = {address: statements(client, address) for address in [*addresses, *others]}
        transaction.set_rollback(True)
    assert len(paths) > 40
    assert {address: count for address, count in found.items() if count > 3} == {}
    assert sum(count > 2 for count in found.values()) <= 4
    assert {found[address] for address in others} <= {0, 1}


# ------------------------------------------------------------------------------- at one and at many

Grow = Callable[[range], None]


def treatments(numbers: range) -> None:
    for number in numbers:
        page = add_page(
            f"/s/list/t{number}/",
            f"Treatment {number}",
            kind="procedure" if number % 2 else "treatment",
            summary="Helps.",
            goals=[Goal.values[number % 9], "smile"],
            windows=[OnsetWindow.values[number % 6]],
            provided_by=["surgeon"],
        )
        add_facts(page, ("when_used", "Soon"), ("results_time", "Later"), ("limits", "None"))
        page.sources.create(title="A source")


def people(numbers: range) -> None:
    place = Page.objects.get(path="/places/p0/").location
    for number in numbers:
        person = add_person(f"/team/p{number}/", f"Dr. Ann {number}", languages=["en", "es"])
        person.places.add(place)
        add_facts(person, *[("board_certification", "A board")] * 2)


def places(numbers: range) -> None:
    for number in numbers:
        place = add_page(f"/places/p{number}/", f"Place {number}", kind="location")
        place.hours.create(weekday=0, opens="08:00", closes="17:00")


def updates(numbers: range) -> None:
    for number in numbers:
        Picture.objects.create(key=f"u{number}", file=f"pictures/u{number}.jpg", width=900, height=600)
        add_update(f"Update {number}", body=f"Call {{phone}}. ![A door](picture:u{number})")


def terms(numbers: range) -> None:
    for number in numbers:
        term = Term.objects.create(key=f"term-{number}")
        term.texts.create(language="en", word=f"word{number}", forms=[f"words{number}"], meaning="It means.")


def parts(numbers: range) -> None:
    """Of one page, all that it can have: points, facts, sources, pictures, and pages in the menu."""
    page = Page.objects.get(path="/s/")
    for number in numbers:
        Picture.objects.create(key=f"k{number}", file=f"pictures/{number}.jpg", width=900, height=600)
        add_point(
            page,
            f"Point {number}",
            body=f"word{number} ![A face](picture:k{number})",
            shown_if="" if number % 2 else "surgeons_double_certified",
        )
        add_facts(page, ("purpose", f"word{number}"))
        page.sources.create(title=f"Source {number}")
        add_page(f"/m{number}/", f"M {number}", in_menu=True, in_footer=True)


GROWS: tuple[Grow, ...] = (treatments, places, people, updates, terms, parts)
PAGES = {
    "/": "home",
    "/s/": "service",
    "/s/explore/": "explorer",
    "/s/guide/": "guide",
    "/s/compare/": "comparison",
    "/s/list/": "list",
    "/team/": "list",
    "/places/": "list",
    "/nerve/": "nerve",
    "/news/": "updates",
    "/words/": "glossary",
    "/map/": "site_map",
    "/check/": "device_check",
}
ADDRESSES = [
    *PAGES,
    "/s/explore/?goal=smile&kind=surgery",
    "/s/guide/?goal=smile&began=days",
    "/s/compare/?compare=all",
    "/s/compare/?compare=c0&compare=c1",
    "/team/?role=surgeon&place=p0",
    "/places/?open=now",
    "/team/p0/",
    "/places/p0/",
    "/s/list/t0/",
    "/request/",
    "/request/emergency/",
    "/sitemap.xml",
    "/robots.txt",
]  # fmt: skip


def small_site() -> None:
    add_clinic()
    for path, kind in PAGES.items():
        add_page(path, f"The {kind} page", kind=kind, body="## Why?\n\nword0 ![A face](picture:k0)")
    for number in range(2):
        add_page(f"/s/compare/c{number}/", f"C{number}", kind="procedure")
    add_point(Page.objects.get(path="/nerve/"), "Branch", branch="buccal", goals=["smile"])
    for grow in GROWS:
        grow(range(1))
    for reviewed in Page.objects.exclude(kind="person"):
        reviewed.reviewer, reviewed.reviewed_on = Person.objects.first(), "2026-01-01"
        reviewed.save()


def costs(client: Client) -> dict[str, int]:
    return {address: statements(client, address) for address in ADDRESSES}


@pytest.mark.django_db
def test_the_number_of_statements_does_not_depend_on_the_amount_of_content(client: Client) -> None:
    small_site()
    at_one = costs(client)
    for grow in GROWS:
        grow(range(1, MANY if grow is treatments else 30))
    assert Treatment.objects.count() == MANY + 2
    at_many = costs(client)
    assert {a: (at_one[a], n) for a, n in at_many.items() if n > max(at_one[a], 1)} == {}
    assert {address: count for address, count in at_many.items() if count > MOST} == {}


@pytest.mark.django_db
def test_no_list_asks_for_the_words_of_its_pages_one_by_one(client: Client) -> None:
    """What a list leaves out of its statement is not shown by it either."""
    small_site()
    treatments(range(1, 4))
    PageText.objects.update(description="Nobody lists this.")
    for address in ADDRESSES:
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        deferred = [query["sql"] for query in queries if 'services_pagetext"."id" = ' in query["sql"]]
        assert deferred == [], address
