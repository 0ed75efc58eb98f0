"""Lists of the pages one step down; people and places can be filtered."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.facets import Facet, Filtered
from services.models import Location, Page, Person
from services.querysets import PageQuerySet
from services.showing import PAGE, Showing


def context(showing: Showing) -> dict[str, Any]:
    pages = children(showing)
    kinds = {page.kind for page in pages}
    if kinds == {Page.Kind.PERSON}:
        return _filtered(showing, pages, _facets_of_people(pages))
    if kinds == {Page.Kind.LOCATION}:
        return {**_filtered(showing, pages, _facets_of_places()), "has_hours": True}
    return {"children": pages}


def cards() -> PageQuerySet[Page]:
    """The published pages below the one shown, each with what its card shows."""
    below = Page.objects.published(NOW).below(PAGE).listed_in(LANGUAGE).with_details()
    return below.with_places(LANGUAGE, NOW).with_hours()


CARDS = OneStatement(lambda: {"children": cards()})


def children(showing: Showing, statement: OneStatement = CARDS) -> list[Any]:
    """The pages that the statement finds as ``children``; places say whether they are open."""
    pages: list[Any] = showing.ask(statement)["children"]
    now = timezone.now()
    for page in pages:
        if page.kind == Page.Kind.PERSON:
            page.person.loaded_texts = page.loaded_texts
        if page.kind == Page.Kind.LOCATION:
            page.location.opening = page.location.opening_at(now)
    return pages


def _filtered(showing: Showing, pages: list[Any], facets: list[Facet[Any]]) -> dict[str, Any]:
    filtered = Filtered(pages, facets, showing)
    return {"children": filtered.results, "filtered": filtered, "noindex": bool(showing.chosen)}


def _facets_of_people(pages: list[Any]) -> list[Facet[Any]]:
    people = [page.person for page in pages]
    places = {place.slug: place.text.short_title for person in people for place in person.loaded_places}
    languages = {
        code: name
        for person in people
        for code, name in zip(person.languages, person.language_names, strict=True)
    }
    return [
        Facet("role", _("Role"), Person.Role.choices, lambda page: [page.person.role]),
        Facet(
            "place",
            _("Place"),
            sorted(places.items(), key=lambda place: place[1]),
            lambda page: [place.slug for place in page.person.loaded_places],
        ),
        Facet(
            "language",
            _("Language"),
            sorted(languages.items(), key=lambda language: language[1]),
            lambda page: page.person.languages,
        ),
    ]


def _facets_of_places() -> list[Facet[Any]]:
    return [
        Facet("region", _("Region"), Location.Region.choices, lambda page: [page.location.region]),
        Facet(
            "open",
            _("Hours"),
            [("now", _("Open now"))],
            lambda page: ["now"] if page.location.opening and page.location.opening.is_open else [],
            always=True,
        ),
    ]
