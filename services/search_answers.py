"""What search answers with."""

from __future__ import annotations

from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from services.models import Page
from services.search_advice import Advice
from services.search_querysets import GREATER, LESS, MARK_BEGINS, MARK_ENDS

DISTINCT = 30
"""Characters that tell whether an excerpt is the beginning or the end of its text."""

KIND_WORDS: dict[str, Promise] = {
    Page.Kind.HOME: _("Home page"),
    Page.Kind.TREATMENT: _("Treatment"),
    Page.Kind.PROCEDURE: _("Surgical option"),
    Page.Kind.PERSON: _("Team member"),
    Page.Kind.LOCATION: _("Location"),
    Page.Kind.ARTICLE: _("Article"),
    Page.Kind.NERVE: _("Article"),
    Page.Kind.DEVICE_CHECK: _("Tool"),
    Page.Kind.EXPLORER: _("Tool"),
    Page.Kind.GUIDE: _("Tool"),
}
"""What a page is, as patients call it; every other kind is an overview."""


@dataclass(frozen=True)
class Hit:
    """One answer. ``path`` has no language prefix; ``anchor`` is the place on that page."""

    title: SafeString
    excerpt: SafeString
    path: str
    anchor: str
    kind: str | Promise
    trail: list[str]


@dataclass(frozen=True)
class Found:
    """The answers to a question, one page of them."""

    asked: str = ""
    was_cut: bool = False
    hits: list[Hit] = field(default_factory=list)
    total: int = 0
    has_more: bool = False
    page: int = 1
    pages: int = 1
    shown_for: str = ""
    also: list[str] = field(default_factory=list)
    any_word: bool = False
    unfound: list[str] = field(default_factory=list)
    advice: Advice = Advice()
    suggestions: list[str] = field(default_factory=list)
    likely: list[Page] = field(default_factory=list)

    @property
    def previous_page(self) -> int:
        return self.page - 1

    @property
    def next_page(self) -> int:
        return self.page + 1


def highlighted(text: str) -> SafeString:
    """HTML of a text in which PostgreSQL has marked the words found."""
    safe = escape(text.replace(LESS, "<").replace(GREATER, ">"))
    return mark_safe(safe.replace(MARK_BEGINS, "<mark>").replace(MARK_ENDS, "</mark>"))  # noqa: S308 - escaped


def with_dots(excerpt: str, text: str) -> str:
    """The excerpt, with dots where the text goes on before or after it."""
    bare = excerpt.replace(MARK_BEGINS, "").replace(MARK_ENDS, "").replace(LESS, "<").replace(GREATER, ">")
    before = "" if text.startswith(bare[:DISTINCT]) else "… "
    return f"{before}{excerpt}{'' if text.endswith(bare[-DISTINCT:]) else ' …'}"
