"""Writes a checked starter document of a page into the database."""

from __future__ import annotations

import datetime
from typing import Any

from services.models import Fact, Location, OpeningHours, Page, PageText, Person, Point, Source, Treatment
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


def store_neutral(stored: Page | None, path: str, above: Page | None, data: dict[str, Any]) -> Page:
    """The page itself: kind, place in the tree, and what its kind adds except links to other pages.

    A page that is stored already keeps its place in the tree, where staff may have moved it.
    """
    model = MODELS.get(data["kind"], Page)
    page = model.objects.get(pk=stored.pk) if stored else model()
    if not stored:
        page.parent, page.slug = above, path.rstrip("/").rsplit("/", 1)[-1]
        page.status = Page.Status.PUBLISHED
    page.kind = data["kind"]
    for field, default in (
        ("position", 100),
        ("in_menu", False),
        ("in_footer", False),
        ("icon", ""),
        ("is_sample", True),
    ):
        setattr(page, field, data.get(field, default))
    for field in ("reviewed_on", "review_due_on"):
        setattr(page, field, data.get(field))
    if isinstance(page, Treatment):
        page.treatment_kind, page.goals = data["treatment_kind"], data.get("goals", [])
    if isinstance(page, Person):
        page.role, page.languages = data["role"], data.get("languages", [])
    if isinstance(page, Location):
        for field in LOCATION_FIELDS:
            setattr(page, field, str(data.get(field, "")))
    page.full_clean(exclude=["path"])
    page.save()
    return page


def store_text(page: Page, language: str, data: dict[str, Any]) -> None:
    """The page's words, points and facts in one language, in place of what was there."""
    words = {key: data.get(key, "") for key in ("title", "menu_title", "summary", "description", "body")}
    PageText.objects.update_or_create(page=page, language=language, defaults=words)
    Point.objects.filter(page=page, language=language).delete()
    Point.objects.bulk_create(
        Point(page=page, language=language, position=index, **point)
        for index, point in enumerate(data.get("points", []))
    )
    Fact.objects.filter(page=page, language=language).delete()
    Fact.objects.bulk_create(
        Fact(page=page, language=language, position=index, **fact)
        for index, fact in enumerate(data.get("facts", []))
    )


def store_details(page: Page, data: dict[str, Any]) -> None:
    """What points to other pages or hangs on this one: reviewer, sources, places, hours."""
    if data.get("reviewer"):
        Page.objects.filter(pk=page.pk).update(reviewer=Person.objects.get(path=data["reviewer"]))
    Source.objects.filter(page=page).delete()
    Source.objects.bulk_create(
        Source(page=page, position=index, **entry) for index, entry in enumerate(data.get("sources", []))
    )
    if data["kind"] == Page.Kind.PERSON:
        Person.objects.get(pk=page.pk).places.set(Location.objects.filter(path__in=data.get("places", [])))
    if data["kind"] == Page.Kind.LOCATION:
        _store_hours(Location.objects.get(pk=page.pk), data["hours"])


def _store_hours(location: Location, hours: dict[str, str]) -> None:
    location.hours.all().delete()
    for day, span in hours.items():
        opens, closes = (datetime.time.fromisoformat(part) for part in span.split("-"))
        OpeningHours.objects.create(location=location, weekday=DAYS.index(day), opens=opens, closes=closes)
