"""A page to HTML: the public view and the editors' preview show the same."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from services import kinds
from services.models import Page, Person, Point
from services.querysets import PageQuerySet
from services.showing import Showing

RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ps", "sd", "ur", "yi"}
"""Languages (BCP 47 primary subtags) that are written from right to left."""


def whole(pages: PageQuerySet[Page], language: str) -> PageQuerySet[Page]:
    """The pages with everything that showing one needs, in this language."""
    found = pages.in_language(language).with_details().with_review(language)
    return found.with_points(language).with_facts(language)


def render_page(request: HttpRequest, page: Page, language: str) -> HttpResponse:
    """The page, loaded by ``whole``, by the template of its kind."""
    showing = Showing.of(page, request, language)
    context = _common(showing) | kinds.context(showing)
    context["words"] = showing.terms.found
    response = render(request, f"services/{page.kind}.html", context)
    for name, value in kinds.headers(page.kind).items():
        response.headers[name] = value
    return response


def _common(showing: Showing) -> dict[str, Any]:
    page, text = showing.page, showing.page.text
    return {
        "site": showing.site,
        "page": page,
        "text": text,
        "summary": showing.plain_line(text.summary),
        "facts": _facts(showing),
        "points": _points(showing),
        "body": showing.text(text.body),
        "sources": list(page.sources.all()),
        "breadcrumbs": list(Page.objects.above(page.path).in_language(showing.language)),
    }


def _points(showing: Showing) -> list[dict[str, Any]]:
    points: list[Point] = showing.page.loaded_points  # type: ignore[attr-defined]
    if any(point.shown_if == Point.ShownIf.SURGEONS_DOUBLE_CERTIFIED for point in points) and not (
        Person.all_surgeons_double_certified(showing.language)
    ):
        points = [point for point in points if not point.shown_if]
    return [
        {
            "point": point,
            "icon": point.icon,
            "heading": point.heading,
            "body": showing.plain(point.body) if point.spoken else showing.text(point.body),
            "link": showing.address(point.link),
            "spoken": point.spoken,
            "direction": "rtl" if point.spoken.split("-")[0] in RIGHT_TO_LEFT else "",
        }
        for point in points
    ]


def _facts(showing: Showing) -> list[dict[str, Any]]:
    """The page's facts in their order; answers to the same question stand together."""
    grouped: dict[str, dict[str, Any]] = {}
    for fact in showing.page.loaded_facts:  # type: ignore[attr-defined]
        entry = grouped.setdefault(fact.key, {"key": fact.key, "label": fact.get_key_display(), "values": []})
        entry["values"].append(showing.line(fact.value))
    return list(grouped.values())
