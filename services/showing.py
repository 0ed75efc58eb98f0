"""One page as it is being shown: what every part of it needs to know."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString

from clinic_site.postgresql.one_statement import Answers, Given, OneStatement
from services import markdown
from services.addresses import in_language
from services.context import Site
from services.glossary import Marker, Word
from services.models import Page, Person, Point

RIGHT_TO_LEFT = {"ar", "dv", "fa", "he", "ps", "sd", "ur", "yi"}
"""Languages (BCP 47 primary subtags) that are written from right to left."""

PAGE = Given("page")
"""In what a kind of page asks: the page that is shown."""


@dataclass(frozen=True)
class Showing:
    """A page, the language it is shown in, and what was chosen in its address (``?goal=smile``)."""

    page: Page
    site: Site
    language: str
    chosen: QueryDict
    words: Sequence[Word]
    """The glossary in this language."""

    @cached_property
    def terms(self) -> Marker:
        """Finds the glossary's words on this page; on the home page, a cover, nothing is looked up."""
        is_cover = self.page.kind == Page.Kind.HOME
        return Marker([] if is_cover else self.words)

    def text(self, source: str) -> SafeString:
        """The HTML of an editor's Markdown; glossary words are marked where they first stand."""
        return self.terms.mark(self.plain(source))

    def line(self, source: str) -> SafeString:
        """The same for a single line."""
        return self.terms.mark(self.plain_line(source))

    def plain(self, source: str, pictures: Mapping[str, str] | None = None) -> SafeString:
        """The HTML of an editor's Markdown, without marks: for what stands in a heading, a link, a notice.

        ``pictures``: those it names, where it is no text of the page itself.
        """
        return markdown.render(
            source,
            language=self.language,
            placeholders=self.site.placeholders,
            pictures=self.site.pictures if pictures is None else pictures,
        )

    def plain_line(self, source: str) -> SafeString:
        """The same for a single line."""
        return markdown.render_inline(source, language=self.language, placeholders=self.site.placeholders)

    @cached_property
    def points(self) -> list[dict[str, Any]]:
        """The page's points as its templates show them."""
        points: list[Point] = self.page.loaded_points  # type: ignore[attr-defined]
        if any(point.shown_if == Point.ShownIf.SURGEONS_DOUBLE_CERTIFIED for point in points) and not (
            Person.all_surgeons_double_certified(self.language)
        ):
            points = [point for point in points if not point.shown_if]
        return [
            {
                "point": point,
                "icon": point.icon,
                "heading": point.heading,
                "body": self.plain(point.body) if point.spoken else self.text(point.body),
                "link": self.address(point.link),
                "spoken": point.spoken,
                "direction": "rtl" if point.spoken.split("-")[0] in RIGHT_TO_LEFT else "",
            }
            for point in points
        ]

    @cached_property
    def facts(self) -> list[dict[str, Any]]:
        """The page's facts in their order; answers to the same question stand together."""
        grouped: dict[str, dict[str, Any]] = {}
        for fact in self.page.loaded_facts:  # type: ignore[attr-defined]
            entry = grouped.setdefault(
                fact.key, {"key": fact.key, "label": fact.get_key_display(), "values": []}
            )
            entry["values"].append(self.line(fact.value))
        return list(grouped.values())

    def address(self, path: str) -> str:
        """A path of this site in the language being shown; any other link as it is."""
        return in_language(path, self.language)

    @property
    def above(self) -> str:
        """The path of the page above this one; of what stands at the top, the home page's."""
        return self.page.path[: len(self.page.path) - len(self.page.slug) - 1] or "/"

    def ask(self, statement: OneStatement, **given: Any) -> Answers:
        """What the page's kind shows besides, as of now and in this language."""
        return statement.ask(now=timezone.now(), language=self.language, page=self.page.pk, **given)
