"""The content pages: one view, one template for each kind of page."""

from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from services import markdown
from services.context import Site
from services.models import Fact, Location, Page, Person, Point, Update

LISTING = {Page.Kind.SERVICE, Page.Kind.LIST, Page.Kind.COMPARISON}
COMPARED = ["purpose", "when_used", "what_moves", "stay_recovery", "results_time", "limits"]


@require_safe
def page(request: HttpRequest, path: str = "") -> HttpResponse:
    """The published page at this address, in the language of the address. Raises Http404."""
    language = get_language()
    found = Page.objects.published().at(f"/{path}").in_language(language).with_details()
    current = found.with_review(language).with_points(language).with_facts(language).first()
    if current is None:
        raise Http404
    context = _context(current, Site(request), language)
    response = render(request, f"services/{current.kind}.html", context)
    patch_cache_control(response, public=True, max_age=settings.PAGE_MAX_AGE_SECONDS)
    return response


def _context(current: Page, site: Site, language: str) -> dict[str, Any]:
    fill = site.placeholders
    context: dict[str, Any] = {
        "site": site,
        "page": current,
        "text": current.text,
        "summary": markdown.render_inline(current.text.summary, language=language, placeholders=fill),
        "body": markdown.render(current.text.body, language=language, placeholders=fill),
        "points": _points(current, language, fill),
        "facts": _facts(current, language, fill),
        "sources": list(current.sources.all()),
        "breadcrumbs": list(Page.objects.above(current.path).in_language(language)),
    }
    if current.kind in LISTING:
        context["children"] = list(_children(current, language))
    if current.kind == Page.Kind.COMPARISON:
        context["comparison"] = _comparison(context["children"], language, fill)
    if current.kind == Page.Kind.UPDATES:
        context["updates"] = _updates(language, fill)
    context.update(_details(current, language))
    return context


def _points(current: Page, language: str, fill: dict[str, str]) -> list[dict[str, Any]]:
    points: list[Point] = current.loaded_points  # type: ignore[attr-defined]
    if any(point.shown_if == Point.ShownIf.SURGEONS_DOUBLE_CERTIFIED for point in points) and not (
        Person.all_surgeons_double_certified(language)
    ):
        points = [point for point in points if not point.shown_if]
    prefix = "" if language == settings.LANGUAGE_CODE else f"/{language}"
    return [
        {
            "icon": point.icon,
            "heading": point.heading,
            "body": markdown.render(point.body, language=language, placeholders=fill),
            "link": f"{prefix}{point.link}" if point.link.startswith("/") else point.link,
        }
        for point in points
    ]


def _facts(current: Page, language: str, fill: dict[str, str]) -> list[dict[str, Any]]:
    """The page's facts in their order; answers to the same question stand together."""
    grouped: dict[str, dict[str, Any]] = {}
    for fact in current.loaded_facts:  # type: ignore[attr-defined]
        entry = grouped.setdefault(fact.key, {"key": fact.key, "label": fact.get_key_display(), "values": []})
        entry["values"].append(markdown.render_inline(fact.value, language=language, placeholders=fill))
    return list(grouped.values())


def _children(current: Page, language: str) -> list[Page]:
    found = Page.objects.published().below(current).in_language(language)
    children = list(found.with_details().with_facts(language))
    for child in children:
        if child.kind == Page.Kind.PERSON:
            child.person.loaded_texts = child.loaded_texts  # type: ignore[attr-defined]
    return children


def _comparison(children: list[Page], language: str, fill: dict[str, str]) -> dict[str, Any]:
    """Rows of a table: the procedures down, the standard questions across."""
    keys = [Fact.Key(key) for key in COMPARED]
    rows = []
    for child in children:
        answers = {fact.key: fact.value for fact in child.loaded_facts}  # type: ignore[attr-defined]
        cells = [
            {
                "label": key.label,
                "value": markdown.render_inline(answers.get(key, ""), language=language, placeholders=fill),
            }
            for key in keys
        ]
        rows.append({"page": child, "cells": cells})
    return {"labels": [key.label for key in keys], "rows": rows}


def _updates(language: str, fill: dict[str, str]) -> list[dict[str, Any]]:
    return [
        {
            "update": update,
            "title": update.text.title,
            "body": markdown.render(update.text.body, language=language, placeholders=fill),
        }
        for update in Update.objects.running(timezone.now()).in_language(language)
    ]


def _details(current: Page, language: str) -> dict[str, Any]:
    if current.kind == Page.Kind.PERSON:
        places = Location.objects.published().in_language(language)
        return {"person": current.person, "places": list(places.with_person(current))}
    if current.kind == Page.Kind.LOCATION:
        people = Person.objects.published().in_language(language)
        return {
            "location": current.location,
            "hours": list(current.location.hours.all()),
            "people": list(people.working_at(current)),
        }
    if current.kind in (Page.Kind.TREATMENT, Page.Kind.PROCEDURE):
        return {"treatment": current.treatment}
    return {}


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded picture from the default storage. Names hold a digest, so they never change.

    Raises Http404 where there is none. With object storage, ``MEDIA_URL`` points there and this is not asked.
    """
    try:
        file = default_storage.open(path)
    except (OSError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(file)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
