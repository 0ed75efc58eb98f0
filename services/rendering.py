"""A page to HTML: the public view and the editors' preview show the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from clinic_site.postgresql.one_statement import Answers, AnyGiven, OneStatement
from services import kinds
from services.addresses import paths_above
from services.context import LANGUAGE, NOW, PATH, Site, frame
from services.glossary import Word
from services.models import Destination, Page, Point, Term
from services.querysets import PageQuerySet
from services.showing import Showing

ABOVE = AnyGiven("above")


def _read(pages: PageQuerySet[Page]) -> dict[str, QuerySet[Any, Any]]:
    """All that a page of any kind shows: itself, the way to it, the words it may explain, and the frame."""
    page = pages.in_language(LANGUAGE).with_details().with_review(LANGUAGE, NOW).with_written()
    return {
        "page": page.with_points(LANGUAGE).with_facts(LANGUAGE).with_sources(),
        "above": Page.objects.published(NOW).among(ABOVE).destinations_in(LANGUAGE),
        "words": Term.objects.words_in(LANGUAGE),
        **frame(),
    }


PUBLISHED = OneStatement(lambda: _read(Page.objects.published(NOW).at(PATH)))
STORED = OneStatement(lambda: _read(Page.objects.at(PATH)))


@dataclass(frozen=True)
class Loaded:
    """A page in one language, and all that every page shows besides."""

    page: Page
    language: str
    read: Answers


def published(path: str, language: str) -> Loaded | None:
    """The page that everybody sees at this path, if it has words in this language."""
    return _loaded(PUBLISHED, path, language)


def stored(path: str, language: str) -> Loaded:
    """The page at this path, whatever its status, for previews.

    Raises Page.DoesNotExist where it has no words in this language.
    """
    loaded = _loaded(STORED, path, language)
    if loaded is None:
        raise Page.DoesNotExist
    return loaded


def _loaded(statement: OneStatement, path: str, language: str) -> Loaded | None:
    read = statement.ask(now=timezone.now(), language=language, path=path, above=paths_above(path))
    return Loaded(read["page"][0], language, read) if read["page"] else None


def render_page(request: HttpRequest, loaded: Loaded) -> HttpResponse:
    """The page by the template of its kind."""
    showing = _showing(request, loaded)
    context = _common(showing) | kinds.context(showing)
    context["breadcrumbs"] = [Destination(*row) for row in loaded.read["above"]]
    context["words"] = tuple(showing.terms.found)
    response = render(request, f"services/{loaded.page.kind}.html", context)
    for name, value in kinds.headers(loaded.page.kind).items():
        response.headers[name] = value
    return response


def _showing(request: HttpRequest, loaded: Loaded) -> Showing:
    page = loaded.page
    points: list[Point] = page.loaded_points  # type: ignore[attr-defined]
    texts = [page.text.body, *(point.body for point in points)]
    return Showing(
        page=page,
        site=Site(request, path=page.path, read=loaded.read, texts=texts),
        language=loaded.language,
        chosen=request.GET,
        words=[Word.of(row) for row in loaded.read["words"]],
    )


def _common(showing: Showing) -> dict[str, Any]:
    page, text = showing.page, showing.page.text
    return {
        "site": showing.site,
        "page": page,
        "text": text,
        "summary": showing.plain_line(text.summary),
        "facts": showing.facts,
        "points": showing.points,
        "body": showing.text(text.body),
        "sources": list(page.sources.all()),
    }
