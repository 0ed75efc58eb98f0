"""The way from a page to the same page in another language of the site."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info

from services.addresses import in_language, prefix
from services.models import Page


@dataclass(frozen=True)
class Way:
    """Where the other language begins, and its name as its speakers write it."""

    language: str
    name: str
    address: str


def ways(context: Mapping[str, Any]) -> list[Way]:
    """From what a page's template knows, to each other language."""
    here = get_language()
    return [_way(code, _address(context, code)) for code, _name in settings.LANGUAGES if code != here]


def written_elsewhere(path: str, language: str) -> list[Way]:
    """To the public page at this path, which has no words in this language."""
    page = Page.objects.published().at(path).first()
    written = page.written_in if page else []
    return [_way(code, in_language(path, code)) for code in written if code != language]


def _way(code: str, address: str) -> Way:
    return Way(code, capfirst(get_language_info(code)["name_local"]), address)


def _address(context: Mapping[str, Any], code: str) -> str:
    """The same page, with what was chosen on it; where it has no words in that language, its home page.

    A form keeps what it holds: its draft belongs to the browser, not to the address.
    """
    request: HttpRequest = context["request"]
    page: Page | None = context.get("page")
    if page is None:
        return in_language(request.path_info.removeprefix(prefix(get_language())), code)
    if not (page.is_public and code in page.written_in):
        return in_language("/", code)
    chosen = request.GET.urlencode()
    return in_language(page.path, code) + (f"?{chosen}" if chosen else "")
