"""Noting content and asking for it, in the tests of search."""

from typing import Any

from services import search, search_index
from services.models import SearchPhrase
from services.search_answers import Found
from tests.content import add_page


def find(text: str, page: int = 1, language: str = "en") -> Found:
    return search.find(text, language=language, page=page)


def titles(text: str, language: str = "en") -> list[str]:
    """The titles found, without highlights."""
    return [plain(hit.title) for hit in find(text, language=language).hits]


def plain(html: str) -> str:
    return html.replace("<mark>", "").replace("</mark>", "")


def noted(path: str, title: str, **fields: Any) -> Any:
    page = add_page(path, title, **fields)
    search_index.index_page(page)
    return page


def phrase(kind: str, *words: str, means: str = "", language: str = "en") -> None:
    SearchPhrase.objects.create(kind=kind, words=list(words), means=means, language=language)
    search_index.index_phrases()
