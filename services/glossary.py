"""Marks the glossary's words in a page's text, and gathers them for the list at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from services.models import Term

TAG = re.compile(r"(<[^>]*>|&#?\w+;)")
"""Tags, and characters written as entities: what is between them is text."""
NAME = re.compile(r"</?([a-z0-9]+)")
UNMARKED = {"a", "h2", "h3", "h4", "th", "code"}
"""Where no word is made a link: in links, headings and quoted code."""


class Marker:
    """Goes through a page's texts in reading order; each term becomes a link to its meaning once."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_form: dict[str, Term] = {}
        for term in terms:
            for form in (term.text.word, *term.text.forms):
                self._by_form[_plain(form)] = term
        longest_first = sorted(self._by_form, key=len, reverse=True)
        forms = "|".join(re.escape(form).replace("'", "['’]") for form in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])(?:{forms})(?![\w-])", re.IGNORECASE) if forms else None
        self._found: dict[str, Term] = {}

    @property
    def found(self) -> list[Term]:
        """The terms met so far, by their words."""
        return sorted(self._found.values(), key=lambda term: term.text.word.casefold())

    def mark(self, html: SafeString) -> SafeString:
        """The same HTML with each term's first mention linked to ``#word-<key>``, itself ``use-<key>``.

        ``html`` must have been sanitised: tags are told from text by their angle brackets.
        """
        if self._pattern is None:
            return html
        parts, closed_to_marks = [], 0
        for part in TAG.split(html):
            name = NAME.match(part)
            if name and name[1] in UNMARKED:
                closed_to_marks += -1 if part.startswith("</") else 1
            elif not name and not closed_to_marks and not part.startswith("&"):
                part = self._pattern.sub(self._link, part)
            parts.append(part)
        return mark_safe("".join(parts))  # noqa: S308 - sanitised HTML, with links whose words came from it

    def _link(self, match: re.Match[str]) -> str:
        term = self._by_form.get(_plain(match[0]))  # none for İ and ı, which match an i but are none
        if term is None or term.key in self._found:
            return match[0]
        self._found[term.key] = term
        words = mark_safe(match[0])  # noqa: S308 - a part of sanitised HTML
        return format_html('<a class="term" id="use-{0}" href="#word-{0}">{1}</a>', term.key, words)


def _plain(form: str) -> str:
    return form.replace("’", "'").casefold()
