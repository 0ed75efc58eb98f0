"""Search: a question to ranked answers, in the language of the page. It only reads, and notes nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from services.models import Page, SearchEntry, SearchPhrase
from services.search_answers import KIND_WORDS, Found, Hit
from services.search_lexicon import LayWords, alike, lay_words, mend
from services.search_query import MAX_CHARACTERS, Typed, configuration
from services.search_querysets import GREATER, LESS, MARK_BEGINS, MARK_ENDS, SearchEntryQuerySet

PER_PAGE = 10
MOST = 100
"""Answers that can be leafed through; who has more needs other words."""
WEIGHED = 200
LIKELY = 5
MOST_SUGGESTED = 4
DISTINCT = 30
"""Characters that tell whether an excerpt is the beginning or the end of its text."""
HOLDERS = (Page.Kind.GLOSSARY, Page.Kind.UPDATES)
"""Pages on which terms and updates are read; without such a page they are not found either."""
RESEMBLING = 0.35
"""Trigram word similarity from which a title is taken for what somebody meant."""

ADDRESS_WORD = re.compile(r"[^\W\d_]{3,}")
"""What may be a word in an address; shorter parts are file endings and language codes."""


@dataclass(frozen=True)
class _Attempt:
    typed: Typed
    lay: LayWords
    any_word: bool
    ids: list[int]
    query: SearchQuery


def find(text: str, *, language: str, page: int = 1) -> Found:
    """The answers to what was typed, whatever that is; a page number out of range is brought into it.

    Where nothing has all the words, typing errors are mended; where that does not help, pages with some of
    the words are found.
    """
    asked = " ".join("".join(c if c.isprintable() else " " for c in text[:MAX_CHARACTERS]).split())
    was_cut = len(text) > MAX_CHARACTERS
    typed = Typed.read(asked)
    if not typed:
        return Found(asked=asked, was_cut=was_cut)
    shelf = _Shelf(language)
    attempts = []
    for attempt in shelf.attempts(typed):
        attempts.append(attempt)
        if attempt.ids:
            break
    found = shelf.answer(attempts, page)
    return replace(found, asked=asked, was_cut=was_cut)


def pages_resembling(path: str, language: str) -> list[Page]:
    """The public pages whose titles or addresses resemble an address that is none."""
    parts = [" ".join(ADDRESS_WORD.findall(part)) for part in path.split("/")]
    shelf = _Shelf(language)
    for words in [part for part in reversed(parts) if part][:2]:
        if likely := shelf.likely(words[:MAX_CHARACTERS]):
            return likely
    return []


class _Shelf:
    """What can be found in a language at this moment."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.config = configuration(language)
        holders = Page.objects.published().filter(kind__in=HOLDERS).in_language(language)
        self.holders = {page.kind: page for page in holders}

    @property
    def entries(self) -> SearchEntryQuerySet:
        terms, updates = (kind in self.holders for kind in (Page.Kind.GLOSSARY, Page.Kind.UPDATES))
        return SearchEntry.objects.visible(self.language, terms=terms, updates=updates)

    def attempts(self, typed: Typed) -> Iterator[_Attempt]:
        """As typed; with typing errors mended; with any of the words."""
        yield self._attempt(typed)
        mended = mend(typed, self.language, self.config, self._is_seen)
        if mended and mended != typed:
            yield self._attempt(mended)
        if len((mended or typed).words) > 1:
            yield self._attempt(mended or typed, any_word=True)

    def _attempt(self, typed: Typed, *, any_word: bool = False) -> _Attempt:
        lay = lay_words(typed, self.language)
        query = typed.query(self.config, lay.meanings, any_word=any_word)
        in_title = typed.query(self.config, lay.meanings, any_word=True)
        return _Attempt(typed, lay, any_word, self._best(query, in_title), query)

    def _best(self, query: SearchQuery, in_title: SearchQuery) -> list[int]:
        """The answers, the best first.

        Of a question that thousands of pages answer not every page is weighed, which would take longer than
        a reader waits for: those with its words in their titles are, and some of the others.
        """
        weighed = set(self.entries.matching(query).values_list("pk", flat=True)[:WEIGHED])
        if len(weighed) == WEIGHED:
            titled = SearchEntry.objects.filter(language=self.language).titled(in_title)
            weighed |= set(titled.values_list("pk", flat=True)[:WEIGHED])
        ranked = self.entries.filter(pk__in=weighed).ranked(query)
        return list(ranked.values_list("pk", flat=True)[: MOST + 1])

    def answer(self, attempts: list[_Attempt], page: int) -> Found:
        """What the last attempt has found; the advice that any of them called for."""
        typed, last = attempts[0].typed, attempts[-1]
        advice = {kind for attempt in attempts for kind in attempt.lay.advice}
        total = min(len(last.ids), MOST)
        pages = max(1, -(-total // PER_PAGE))
        number = min(max(page, 1), pages)
        hits = self.hits(last, number)
        return Found(
            hits=hits,
            total=total,
            has_more=len(last.ids) > MOST,
            page=number,
            pages=pages,
            shown_for=str(last.typed) if hits and last.typed != typed else "",
            also=[meaning.means for meaning in last.lay.meanings],
            any_word=last.any_word,
            emergency=SearchPhrase.Kind.EMERGENCY in advice,
            crisis=SearchPhrase.Kind.CRISIS in advice,
            suggestions=[] if hits else self.suggestions(typed),
            likely=[] if hits else self.likely(typed.everything),
        )

    def _is_seen(self, word: str) -> bool:
        query = SearchQuery(word, config=self.config, search_type="plain")
        return self.entries.matching(query).exists()

    def hits(self, attempt: _Attempt, number: int) -> list[Hit]:
        ids = attempt.ids[:MOST][(number - 1) * PER_PAGE : number * PER_PAGE]
        entries = SearchEntry.objects.with_highlights(attempt.query, self.config).in_bulk(ids)
        shown = [entries[pk] for pk in ids if pk in entries]
        titles = self._titles_above([self._page(entry).path for entry in shown])
        return [self._hit(entry, titles) for entry in shown]

    def _page(self, entry: SearchEntry) -> Page:
        """The page on which an entry is read."""
        if entry.page is not None:
            return entry.page
        return self.holders[Page.Kind.GLOSSARY if entry.term is not None else Page.Kind.UPDATES]

    def _hit(self, entry: SearchEntry, titles: dict[str, str]) -> Hit:
        page = self._page(entry)
        if entry.page is not None:
            kind: str | Promise = KIND_WORDS.get(page.kind, _("Overview"))
        else:
            kind = _("Word explained") if entry.term is not None else _("Update")
        trail = [titles[path] for path in _above(page.path) if path in titles]
        return Hit(
            title=highlighted(entry.shown_title),  # type: ignore[attr-defined]
            excerpt=highlighted(_with_dots(entry.shown_text, entry.text)),  # type: ignore[attr-defined]
            path=page.path,
            anchor=entry.term.key if entry.term is not None else "",
            kind=kind,
            trail=trail if entry.page is not None else [*trail, page.text.short_title],
        )

    def _titles_above(self, paths: list[str]) -> dict[str, str]:
        wanted = {above for path in paths for above in _above(path)}
        above = Page.objects.published().filter(path__in=wanted).in_language(self.language)
        return {page.path: page.text.short_title for page in above}

    def suggestions(self, typed: Typed) -> list[str]:
        """Words that pages hold and that resemble the ones typed."""
        near = alike(typed.words[:MOST_SUGGESTED], self.language)
        seen = (
            next((each.word for each in found if self._is_seen(each.word)), "") for found in near.values()
        )
        return list(dict.fromkeys(filter(None, seen)))

    def likely(self, words: str) -> list[Page]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(RESEMBLING)]
            )
            ids = list(self.entries.of_pages().named_like(words).values_list("page", flat=True)[:LIKELY])
        found = Page.objects.published().in_language(self.language).filter(pk__in=ids)
        pages = {page.pk: page for page in found}
        return [pages[pk] for pk in ids if pk in pages]


def highlighted(text: str) -> SafeString:
    """HTML of a text in which PostgreSQL has marked the words found."""
    safe = escape(text.replace(LESS, "<").replace(GREATER, ">"))
    return mark_safe(safe.replace(MARK_BEGINS, "<mark>").replace(MARK_ENDS, "</mark>"))  # noqa: S308 - escaped


def _with_dots(excerpt: str, text: str) -> str:
    """The excerpt, with dots where the text goes on before or after it."""
    bare = excerpt.replace(MARK_BEGINS, "").replace(MARK_ENDS, "").replace(LESS, "<").replace(GREATER, ">")
    before = "" if text.startswith(bare[:DISTINCT]) else "… "
    return f"{before}{excerpt}{'' if text.endswith(bare[-DISTINCT:]) else ' …'}"


def _above(path: str) -> list[str]:
    """The addresses above this one, without the home page."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts))]
