"""Named reads of the content.

A language, a page or a moment may be ``Given``: then the read is part of a statement that is written once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Self, TypeVar, cast

from django.apps import apps
from django.contrib.postgres.expressions import ArraySubquery
from django.db import models
from django.db.models import Case, OuterRef, Q, Value, When
from django.db.models.functions import Concat
from django.utils import timezone

from clinic_site.postgresql.one_statement import AnyGiven, Given

if TYPE_CHECKING:
    from services.models.glossary import Term  # noqa: F401
    from services.models.page import Page
    from services.models.picture import Picture  # noqa: F401
    from services.models.treatment import Treatment  # noqa: F401
    from services.models.update import Update  # noqa: F401

Row = TypeVar("Row", bound=models.Model)
PageKind = TypeVar("PageKind", bound="Page")
Told = str | Given
Moment = datetime | Given


class WordedQuerySet(models.QuerySet[Row]):
    """What has words by language."""

    def in_language(self, language: Told, *, without: tuple[str, ...] = ()) -> Self:
        """Only what has words in this language, with those words loaded as ``.text``.

        ``without``: columns of the words that are not needed, such as a list's ``body``.
        """
        model = cast("type[models.Model]", self.model._meta.get_field("texts").related_model)
        texts = model._default_manager.filter(language=language).defer(*without)
        return self.filter(texts__language=language).prefetch_related(
            models.Prefetch("texts", queryset=texts, to_attr="loaded_texts")
        )


class PageQuerySet(WordedQuerySet[PageKind]):
    """Pages as the public may see them, with their words in one language."""

    def published(self, now: Moment | None = None) -> Self:
        """The one rule of what everybody sees now; ``Page.is_public`` says the same of a single page."""
        now = now or timezone.now()
        begun = Q(status="published") | Q(status="scheduled", publish_at__lte=now)
        return self.filter(begun).filter(Q(archive_at=None) | Q(archive_at__gt=now))

    def announced(self, now: Moment | None = None) -> Self:
        """Pages that are public, or have been."""
        now = now or timezone.now()
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

    def at(self, path: Told) -> Self:
        return self.filter(path=path)

    def formerly_at(self, path: str) -> Self:
        """The page that has moved away from this address."""
        return self.filter(old_addresses__path=path)

    def listed_in(self, language: Told) -> Self:
        """In this language, with the words that lists and links show."""
        return self.in_language(language, without=("body", "description"))

    def destinations_in(self, language: Told) -> models.QuerySet[PageKind, tuple[str, str, str, bool, bool]]:
        """The rows of ``Destination``."""
        texts = self.filter(texts__language=language)
        return texts.values_list("path", "texts__title", "texts__menu_title", "in_menu", "in_footer")

    def tree_in(self, language: Told) -> models.QuerySet[PageKind, tuple[int, int | None, str, str]]:
        """Of each page: its key and the key of the page above it, its path and its title."""
        texts = self.filter(texts__language=language).order_by("position", "path")
        return texts.values_list("pk", "parent_id", "path", "texts__title")

    def below(self, page: Page | Given) -> Self:
        """The pages one step down, in the editors' order."""
        return self.filter(parent=page).order_by("position", "path")

    def working_at(self, place: Page | Given) -> Self:
        """Of people: those of this location."""
        return self.filter(places=place)

    def with_person(self, person: Page | Given) -> Self:
        """Of locations: those where this person works."""
        return self.filter(people=person)

    def with_details(self) -> Self:
        """Each page with what its kind adds, in the same query."""
        return self.select_related("treatment", "person", "location")

    def with_facts(self, language: Told, keys: Sequence[str] = ()) -> Self:
        """Each page with its answers, to these questions or to all."""
        facts = apps.get_model("services", "Fact").objects.filter(language=language)
        if keys:
            facts = facts.filter(key__in=keys)
        return self.prefetch_related(models.Prefetch("facts", queryset=facts, to_attr="loaded_facts"))

    def with_points(self, language: Told) -> Self:
        points = apps.get_model("services", "Point").objects.filter(language=language)
        return self.prefetch_related(models.Prefetch("points", queryset=points, to_attr="loaded_points"))

    def with_sources(self) -> Self:
        return self.prefetch_related("sources")

    def with_review(self, language: Told, now: Moment | None = None) -> Self:
        """Each page with its reviewer, where the public knows their name in this language.

        Who has left since is still named; who is not announced yet is not.
        """
        people = apps.get_model("services", "Person").objects.announced(now).listed_in(language)
        return self.prefetch_related(models.Prefetch("reviewer", queryset=people))

    def with_places(self, language: Told, now: Moment | None = None) -> Self:
        """Of people's pages: where each works, as far as the public sees it, as ``person.loaded_places``."""
        places = apps.get_model("services", "Location").objects.published(now).listed_in(language)
        return self.prefetch_related(
            models.Prefetch("person__places", queryset=places, to_attr="loaded_places")
        )

    def with_hours(self) -> Self:
        """Of locations' pages: when each is open."""
        return self.prefetch_related("location__hours")

    def with_written(self) -> Self:
        """Each page with which languages it has words in, for ``Page.written_in``."""
        texts = apps.get_model("services", "PageText").objects.only("page", "language")
        return self.prefetch_related(models.Prefetch("texts", queryset=texts))

    def in_roles(self, roles: AnyGiven) -> Self:
        """Of people: those with one of these roles."""
        return self.filter(role=roles)

    def offered_everywhere(self, now: Moment, *, paths: Sequence[str]) -> Self:
        """What the main menu, the foot of each page and cards lead to: those at these addresses too."""
        return self.published(now).filter(Q(in_menu=True) | Q(in_footer=True) | Q(path__in=paths))

    def among(self, paths: AnyGiven) -> Self:
        """The pages at these addresses, in the order of their addresses."""
        return self.filter(path=paths).order_by("path")


class TreatmentQuerySet(PageQuerySet["Treatment"]):
    """Treatments by what they are for."""

    def under(self, path: Told) -> Self:
        """Everything below this address, the nearest first."""
        return self.filter(path__startswith=path).order_by("parent__position", "position", "path")


class TermQuerySet(WordedQuerySet["Term"]):
    """The glossary."""

    def words_in(self, language: Told) -> models.QuerySet[Term, tuple[str, str, list[str], str]]:
        """Of each term: its key, and in this language its word, other forms and meaning."""
        texts = self.filter(texts__language=language)
        return texts.values_list("key", "texts__word", "texts__forms", "texts__meaning")


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

    def readable(self, language: Told) -> Self:
        """With words loaded as ``.text``: in another language where there are none in this one, since what is
        urgent is better read so than not at all.
        """
        texts = apps.get_model("services", "UpdateText").objects.order_by(
            Case(When(language=language, then=0), default=1), "pk"
        )
        worded = self.filter(texts__isnull=False).distinct()
        return worded.prefetch_related(models.Prefetch("texts", queryset=texts, to_attr="loaded_texts"))

    def running(self, now: Moment) -> Self:
        return self.filter(starts_at__lte=now).filter(Q(ends_at=None) | Q(ends_at__gt=now))

    def shown_on(self, path: Told) -> Self:
        return self.filter(Q(sitewide=True) | Q(pages__path=path)).distinct()
