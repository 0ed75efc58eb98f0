"""Search: a question to ranked answers, in the language of the page. It only reads, and notes nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery
from django.db import connection, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from services.models import Page, SearchEntry
from services.search_advice import Advice, pages_first
from services.search_answers import KIND_WORDS, Found, Hit, highlighted, with_dots
from services.search_lexicon import LayWords, alike, lay_words, mend
from services.search_query import MAX_CHARACTERS, Typed, configuration
from services.search_querysets import SearchEntryQuerySet

PER_PAGE = 10
MOST = 100
"""Answers that can be leafed through; who has more needs other words."""
WEIGHED = 150
LIKELY = 5
MOST_SUGGESTED = 4
HOLDERS = (Page.Kind.GLOSSARY, Page.Kind.UPDATES)
"""Pages on which terms and updates are read; without such a page they are not found either."""
RESEMBLING = 0.35
"""Trigram word similarity from which a title is taken for what somebody meant."""

ADDRESS_WORD = re.compile(r"[^\W\d_]{3,}")
"""What may be a word in an address; shorter parts are file endings and language codes."""
ONE_PART = re.compile(r"/[A-Za-z0-9-]+/")


@dataclass(frozen=True)
class _Attempt:
    typed: Typed
    lay: LayWords
    any_word: bool
    first: list[int]
    others: list[int]
    query: SearchQuery

    @property
    def advice(self) -> Advice:
        return Advice.of({kind for kind, _means in self.lay.found})

    @property
    def ids(self) -> list[int]:
        return list(dict.fromkeys([*self.first, *self.others]))


def find(text: str, *, language: str, page: int = 1) -> Found:
    """The answers to what was typed, whatever that is; a page number out of range is brought into it.

    Where nothing has all the words, typing errors are mended; where that does not help, pages with some of
    the words are found. Where the words call for help at once, nothing is tried that they do not say.
    """
    composed = unicodedata.normalize("NFC", text[: 2 * MAX_CHARACTERS])[:MAX_CHARACTERS]
    asked = " ".join("".join(c if c.isprintable() else " " for c in composed).split())
    was_cut = len(text) > MAX_CHARACTERS
    typed = Typed.read(asked)
    if not typed:
        return Found(asked=asked, was_cut=was_cut)
    shelf = _Shelf(language)
    attempts = []
    for attempt in shelf.attempts(typed):
        attempts.append(attempt)
        if attempt.others or attempt.advice.is_urgent:
            break
    found = shelf.answer(attempts, page)
    return replace(found, asked=asked, was_cut=was_cut)


def pages_resembling(path: str, language: str) -> list[Page]:
    """The public pages whose titles or addresses resemble an address that is none, not the home page.

    Its title has the words of every page, and each page leads to it.
    """
    parts = [" ".join(ADDRESS_WORD.findall(part)) for part in path.split("/")]
    shelf = _Shelf(language)
    for words in [part for part in reversed(parts) if part][:2]:
        likely = shelf.likely(words[:MAX_CHARACTERS])
        if others := [page for page in likely if page.kind != Page.Kind.HOME]:
            return others
    return []


def page_named(path: str, language: str) -> Page | None:
    """The one public page whose address ends like this one, which has a single part: ``/bells-palsy/``."""
    if not ONE_PART.fullmatch(path):
        return None
    found = list(Page.objects.published().filter(slug=path.strip("/").lower()).in_language(language)[:2])
    return found[0] if len(found) == 1 else None


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
        """As typed; mended; with any of the words, unless there are pages to show first."""
        attempt = self._attempt(typed)
        yield attempt
        mended = mend(typed, attempt.lay.heard, self.language, self.config, self._is_seen)
        if mended and mended != typed:
            attempt = self._attempt(mended)
            yield attempt
        if len(attempt.typed.words) > 1 and not attempt.first:
            yield self._with_any_word(attempt)

    def _attempt(self, typed: Typed) -> _Attempt:
        lay = lay_words(typed, self.language)
        query = typed.query(self.config, lay.meanings)
        in_title = typed.query(self.config, lay.meanings, any_word=True)
        named = [read for words in pages_first(lay.found) if (read := Typed.read(words))]
        titled = [read.query(self.config, []) for read in named]
        first = [pk for each in titled for pk in self._named(each)]
        best = self._best(query, in_title)
        return _Attempt(typed, lay, False, first, best, reduce(or_, titled, query))

    def _with_any_word(self, attempt: _Attempt) -> _Attempt:
        query = attempt.typed.query(self.config, attempt.lay.meanings, any_word=True)
        return replace(attempt, any_word=True, others=self._best(query, query), query=query)

    def _named(self, query: SearchQuery) -> list[int]:
        """The page whose title these words stand in."""
        return list(self.entries.of_pages().titled(query).values_list("pk", flat=True)[:1])

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
        """What the last attempt has found; the advice that any of them called for, and its pages first."""
        typed, last = attempts[0].typed, attempts[-1]
        advice = Advice.of({kind for attempt in attempts for kind, _means in attempt.lay.found})
        total = min(len(last.ids), MOST)
        pages = max(1, -(-total // PER_PAGE))
        number = min(max(page, 1), pages)
        hits = self.hits(last, number)
        found = Found(
            hits=hits, total=total, has_more=len(last.ids) > MOST, page=number, pages=pages, advice=advice
        )
        if advice.is_urgent:
            return found
        unfound = [] if last.others and not last.any_word else self._unfound(last.lay)
        return replace(
            found,
            shown_for=str(last.typed) if hits and last.typed != typed else "",
            also=list(dict.fromkeys(meaning.means for meaning in last.lay.meanings)),
            any_word=last.any_word,
            unfound=unfound,
            suggestions=[] if hits or unfound else self.suggestions(typed),
            likely=[] if hits or unfound else self.likely(typed.everything),
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
            excerpt=highlighted(with_dots(entry.shown_text, entry.text)),  # type: ignore[attr-defined]
            path=page.path,
            anchor=entry.term.key if entry.term is not None else "",
            kind=kind,
            trail=trail if entry.page is not None else [*trail, page.text.short_title],
        )

    def _titles_above(self, paths: list[str]) -> dict[str, str]:
        wanted = {above for path in paths for above in _above(path)}
        above = Page.objects.published().filter(path__in=wanted).in_language(self.language)
        return {page.path: page.text.short_title for page in above}

    def _unfound(self, lay: LayWords) -> list[str]:
        """The words that are right as they stand, and on no page."""
        return sorted(word for word in lay.kept if not self._is_seen(word))

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


def _above(path: str) -> list[str]:
    """The addresses above this one, without the home page."""
    parts = path.strip("/").split("/")
    return ["/" + "/".join(parts[:count]) + "/" for count in range(1, len(parts))]
