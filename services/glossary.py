"""Marks the glossary's words in a page's text, and gathers them for the list at its end."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple, Self

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

TAG = re.compile(r"(<[^>]*>|&#?\w+;)")
"""Tags, and characters written as entities: what is between them is text."""
NAME = re.compile(r"</?([a-z0-9]+)")
UNMARKED = {"a", "h2", "h3", "h4", "th", "code"}
"""Where no word is made a link: in links, headings and quoted code."""


class Word(NamedTuple):
    """A term in one language, as ``TermQuerySet.words_in`` reads it."""

    key: str
    word: str
    forms: tuple[str, ...]
    meaning: str

    @classmethod
    def of(cls, row: tuple[str, str, Iterable[str], str]) -> Self:
        key, word, forms, meaning = row
        return cls(key, word, tuple(forms), meaning)


class Mention(NamedTuple):
    """A term where it stands in a text, in the words of that text."""

    term: Word
    words: str


class Marker:
    """Goes through a page's texts in reading order; each term becomes a link to its meaning once."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._glossary = _glossary(tuple(words))
        self._found: dict[str, Word] = {}

    @property
    def found(self) -> list[Word]:
        """The terms met so far, by their words."""
        return sorted(self._found.values(), key=lambda term: term.word.casefold())

    def mark(self, html: SafeString) -> SafeString:
        """The same HTML with each term's first mention linked to ``#word-<key>``, itself ``use-<key>``.

        ``html`` must have been sanitised: tags are told from text by their angle brackets.
        """
        parts = [
            self._link(part) if isinstance(part, Mention) else part for part in self._glossary.parts(html)
        ]
        return mark_safe("".join(parts))  # noqa: S308 - sanitised HTML, with links whose words came from it

    def _link(self, mention: Mention) -> str:
        key = mention.term.key
        if key in self._found:
            return mention.words
        self._found[key] = mention.term
        words = mark_safe(mention.words)  # noqa: S308 - a part of sanitised HTML
        return format_html('<a class="term" id="use-{0}" href="#word-{0}">{1}</a>', key, words)


class _Glossary:
    """All terms as one pattern."""

    def __init__(self, words: Iterable[Word]) -> None:
        self._by_form = {_plain(form): word for word in words for form in (word.word, *word.forms)}
        longest_first = sorted(self._by_form, key=len, reverse=True)
        forms = "|".join(re.escape(form).replace("'", "['’]") for form in longest_first)
        self._pattern = re.compile(rf"(?<![\w-])({forms})(?![\w-])", re.IGNORECASE) if forms else None
        self.parts = lru_cache(maxsize=1024)(self._parts)

    def _parts(self, html: str) -> tuple[str | Mention, ...]:
        """The HTML cut where terms stand: the same for every page that shows this text."""
        if self._pattern is None:
            return (html,)
        parts: list[str | Mention] = []
        closed_to_marks = 0
        for part in TAG.split(html):
            name = NAME.match(part)
            if name and name[1] in UNMARKED:
                closed_to_marks += -1 if part.startswith("</") else 1
            elif not name and not closed_to_marks and not part.startswith("&"):
                between, *mentioned = self._pattern.split(part)
                parts.append(between)
                for words, after in zip(mentioned[::2], mentioned[1::2], strict=True):
                    parts += (self._mention(words), after)
                continue
            parts.append(part)
        return tuple(parts)

    def _mention(self, words: str) -> str | Mention:
        term = self._by_form.get(_plain(words))  # none for İ and ı, which match an i but are none
        return Mention(term, words) if term else words


_glossary = lru_cache(maxsize=4)(_Glossary)
"""Of each language, and what it was before an edit. With what each has parted, at most some ten megabytes."""


def _plain(form: str) -> str:
    return form.replace("’", "'").casefold()
