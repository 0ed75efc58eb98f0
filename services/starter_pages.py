"""Writes a checked starter document of a page into the database."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import models

from services.models import Fact, Location, Page, PageText, Person, Point, Source, Treatment
from services.starter_files import Origin
from services.starter_schema import DAYS

MODELS: dict[str, type[Page]] = {
    "treatment": Treatment,
    "procedure": Treatment,
    "person": Person,
    "location": Location,
}
LOCATION_FIELDS = (
    "street", "city", "state", "postal_code", "phone", "region", "time_zone", "directions_url",
)  # fmt: skip


def store_neutral(stored: Page | None, slug: str, above: Page | None, data: dict[str, Any]) -> Page:
    """The page itself: kind, place in the tree, and what its kind adds except links to other pages.

    A page that is stored already keeps its place in the tree, where staff may have moved it.
    """
    model = MODELS.get(data["kind"], Page)
    page = model.objects.get(pk=stored.pk) if stored else model()
    if not stored:
        page.parent, page.slug = above, slug
        page.status = Page.Status.PUBLISHED
    page.kind = data["kind"]
    defaults = {"position": 100, "in_menu": False, "in_footer": False, "icon": "", "is_sample": True}
    for field, default in defaults.items():
        setattr(page, field, data.get(field, default))
    for field in ("reviewed_on", "review_due_on"):
        setattr(page, field, data.get(field))
    if isinstance(page, Treatment):
        page.treatment_kind, page.goals = data["treatment_kind"], data.get("goals", [])
        page.windows, page.provided_by = data.get("windows", []), data.get("provided_by", [])
    if isinstance(page, Person):
        page.role, page.languages = data["role"], data.get("languages", [])
    if isinstance(page, Location):
        for field in LOCATION_FIELDS:
            setattr(page, field, str(data.get(field, "")))
    page.full_clean(exclude=["path"])
    page.save()
    return page


def store_text(origin: Origin, page: Page, language: str, data: dict[str, Any]) -> None:
    """The page's words, points and facts in one language, in place of what was there."""
    words = {key: data.get(key, "") for key in ("title", "menu_title", "summary", "description", "body")}
    with origin.naming():
        text = PageText(page=page, language=language, **words)
        text.clean_fields(exclude=["page"])
        text.clean()
    PageText.objects.update_or_create(page=page, language=language, defaults=words)
    store_parts(origin, page, language, data)


def store_parts(origin: Origin, page: Page, language: str, data: dict[str, Any]) -> None:
    """The page's points and facts in one language, in place of what was there."""
    same = {"page": page, "language": language}
    _replace(Point, same, origin.entry("points"), data.get("points", []))
    _replace(Fact, same, origin.entry("facts"), data.get("facts", []))


def store_details(origin: Origin, page: Page, data: dict[str, Any], pages: Mapping[str, Page]) -> None:
    """What points to other pages or hangs on this one: reviewer, sources, places, hours.

    ``pages`` are the loaded pages by the path of their file; those that staff deleted are not there.
    """
    reviewer = pages.get(data.get("reviewer", ""))
    Page.objects.filter(pk=page.pk).update(reviewer=reviewer.pk if reviewer else None)
    _replace(Source, {"page": page}, origin.entry("sources"), data.get("sources", []))
    if isinstance(page, Person):
        page.places.set([pages[path].pk for path in data.get("places", []) if path in pages])
    if isinstance(page, Location):
        _store_hours(page, data["hours"])


def _replace(
    model: type[models.Model], same: dict[str, Any], origin: Origin, entries: list[dict[str, Any]]
) -> None:
    rows = [model(**same, position=index, **entry) for index, entry in enumerate(entries)]
    for index, row in enumerate(rows):
        with origin.entry(str(index)).naming():
            row.clean_fields(exclude=["page"])
            row.clean()
    model._default_manager.filter(**same).delete()
    model._default_manager.bulk_create(rows)


def _store_hours(location: Location, hours: dict[str, str]) -> None:
    location.hours.exclude(weekday__in=[DAYS.index(day) for day in hours]).delete()
    for day, span in hours.items():
        opens, closes = (datetime.time.fromisoformat(part) for part in span.split("-"))
        location.hours.update_or_create(weekday=DAYS.index(day), defaults={"opens": opens, "closes": closes})
