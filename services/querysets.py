"""Named reads of the content."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils import timezone

if TYPE_CHECKING:
    from services.models.glossary import Term  # noqa: F401
    from services.models.page import Page
    from services.models.picture import Picture  # noqa: F401
    from services.models.treatment import Treatment  # noqa: F401
    from services.models.update import Update  # noqa: F401

Row = TypeVar("Row", bound=models.Model)
PageKind = TypeVar("PageKind", bound="Page")


class WordedQuerySet(models.QuerySet[Row]):
    """What has words by language."""

    def in_language(self, language: str) -> Self:
        """Only what has words in this language, with those words loaded as ``.text``."""
        model = cast("type[models.Model]", self.model._meta.get_field("texts").related_model)
        texts = model._default_manager.filter(language=language)
        return self.filter(texts__language=language).prefetch_related(
            models.Prefetch("texts", queryset=texts, to_attr="loaded_texts")
        )


class PageQuerySet(WordedQuerySet[PageKind]):
    """Pages as the public may see them, with their words in one language."""

    def published(self) -> Self:
        """The one rule of what everybody sees now; ``Page.is_public`` says the same of a single page."""
        now = timezone.now()
        begun = Q(status="published") | Q(status="scheduled", publish_at__lte=now)
        return self.filter(begun).filter(Q(archive_at=None) | Q(archive_at__gt=now))

    def announced(self) -> Self:
        """Pages that are public, or have been."""
        now = timezone.now()
        return self.filter(
            Q(status__in=["published", "archived"]) | Q(status="scheduled", publish_at__lte=now)
        )

    def scheduled(self) -> Self:
        """Pages whose time has not come yet."""
        now = timezone.now()
        coming = self.filter(status="scheduled", publish_at__gt=now)
        return coming.filter(Q(archive_at=None) | Q(archive_at__gt=now))

    def taken_down(self) -> Self:
        """Pages that are archived, or whose time is over."""
        over = Q(status__in=["published", "scheduled"], archive_at__lte=timezone.now())
        return self.filter(Q(status="archived") | over)

    def at(self, path: str) -> Self:
        return self.filter(path=path)

    def formerly_at(self, path: str) -> Self:
        """The page that has moved away from this address."""
        return self.filter(old_addresses__path=path)

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

    def with_sources(self) -> Self:
        return self.prefetch_related("sources")

    def with_review(self, language: str) -> Self:
        """Each page with its reviewer, where the public knows their name in this language.

        Who has left since is still named; who is not announced yet is not.
        """
        people = apps.get_model("services", "Person").objects.announced().in_language(language)
        return self.prefetch_related(models.Prefetch("reviewer", queryset=people))

    def with_places(self, language: str) -> Self:
        """Of people's pages: where each works, as far as the public sees it, as ``person.loaded_places``."""
        places = apps.get_model("services", "Location").objects.published().in_language(language)
        return self.prefetch_related(
            models.Prefetch("person__places", queryset=places, to_attr="loaded_places")
        )

    def with_hours(self) -> Self:
        """Of locations' pages: when each is open."""
        return self.prefetch_related("location__hours")

    def in_roles(self, roles: list[str]) -> Self:
        """Of people: those with one of these roles."""
        return self.filter(role__in=roles)

    def offered_everywhere(self) -> Self:
        """What the main menu and the foot of each page lead to."""
        return self.published().filter(Q(in_menu=True) | Q(in_footer=True))

    def above(self, path: str) -> Self:
        """The pages on the way from the home page to this one, the home page first."""
        parts = path.strip("/").split("/")[:-1]
        paths = ["/"] + ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]
        return self.published().filter(path__in=paths if path != "/" else []).order_by("path")


class TreatmentQuerySet(PageQuerySet["Treatment"]):
    """Treatments by what they are for."""

    def of_service(self, service: Page | None) -> Self:
        """Everything below this service's page, the nearest first; without one, everything there is."""
        below = service.path if service else "/"
        return self.filter(path__startswith=below).order_by("parent__position", "position", "path")


class TermQuerySet(WordedQuerySet["Term"]):
    """The glossary."""


class PictureQuerySet(models.QuerySet["Picture"]):
    """Pictures for texts."""

    def with_uses(self) -> Self:
        """Each with where texts show it, for ``Picture.used_on``."""
        named = Concat(Value("picture:"), OuterRef("key"), Value("(?![a-z0-9-])"))
        for name, model, place in (
            ("in_texts", "PageText", "page__path"),
            ("in_points", "Point", "page__path"),
            ("in_updates", "UpdateText", "title"),
        ):
            rows = apps.get_model("services", model).objects.order_by()
            self = self.annotate(**{name: ArraySubquery(rows.filter(body__regex=named).values(place))})
        return self


class UpdateQuerySet(WordedQuerySet["Update"]):
    """Updates by when and where they are shown."""

    def running(self, now: datetime) -> Self:
        return self.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def shown_on(self, path: str) -> Self:
        return self.filter(Q(sitewide=True) | Q(pages__path=path)).distinct()
