"""Named reads of the content."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar

from django.apps import apps
from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from services.models.page import Page
    from services.models.update import Update  # noqa: F401

PageKind = TypeVar("PageKind", bound="Page")


class PageQuerySet(models.QuerySet[PageKind]):
    """Pages as the public may see them, with their words in one language."""

    def published(self) -> Self:
        return self.filter(status="published")

    def in_language(self, language: str) -> Self:
        """Only pages that have words in this language, with those words loaded as ``page.text``."""
        texts = apps.get_model("services", "PageText").objects.filter(language=language)
        return self.filter(texts__language=language).prefetch_related(
            models.Prefetch("texts", queryset=texts, to_attr="loaded_texts")
        )

    def at(self, path: str) -> Self:
        return self.filter(path=path)

    def below(self, page: Page) -> Self:
        """The pages one step down, in the editors' order."""
        return self.filter(parent=page).order_by("position", "path")

    def working_at(self, place: Page) -> Self:
        """Of people: those of this location."""
        return self.filter(places=place)

    def with_person(self, person: Page) -> Self:
        """Of locations: those where this person works."""
        return self.filter(people=person)

    def with_details(self) -> Self:
        """Each page with what its kind adds, in the same query."""
        return self.select_related("treatment", "person", "location")

    def with_facts(self, language: str) -> Self:
        facts = apps.get_model("services", "Fact").objects.filter(language=language)
        return self.prefetch_related(models.Prefetch("facts", queryset=facts, to_attr="loaded_facts"))

    def with_points(self, language: str) -> Self:
        points = apps.get_model("services", "Point").objects.filter(language=language)
        return self.prefetch_related(models.Prefetch("points", queryset=points, to_attr="loaded_points"))

    def with_review(self, language: str) -> Self:
        """Each page with its reviewer, where the reviewer's name is known in this language."""
        people = apps.get_model("services", "Person").objects.in_language(language)
        return self.prefetch_related(models.Prefetch("reviewer", queryset=people))

    def offered_everywhere(self) -> Self:
        """What the main menu and the foot of each page lead to."""
        return self.published().filter(Q(in_menu=True) | Q(in_footer=True))

    def above(self, path: str) -> Self:
        """The pages on the way from the home page to this one, the home page first."""
        parts = path.strip("/").split("/")[:-1]
        paths = ["/"] + ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]
        return self.published().filter(path__in=paths if path != "/" else []).order_by("path")


class UpdateQuerySet(models.QuerySet["Update"]):
    """Updates by when and where they are shown."""

    def running(self, now: datetime) -> Self:
        return self.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def in_language(self, language: str) -> Self:
        texts = apps.get_model("services", "UpdateText").objects.filter(language=language)
        return self.filter(texts__language=language).prefetch_related(
            models.Prefetch("texts", queryset=texts, to_attr="loaded_texts")
        )

    def shown_on(self, path: str) -> Self:
        return self.filter(Q(sitewide=True) | Q(pages__path=path)).distinct()
