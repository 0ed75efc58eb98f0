"""What search notes of the content: called by whoever has just stored it, in the same transaction.

Who may see what is not noted: search asks the pages themselves. So publishing, scheduling and archiving need
no call; new words do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import islice

import nh3
from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.utils.translation import override

from services import markdown
from services.models import (
    Clinic,
    Page,
    PageText,
    SearchEntry,
    SearchPhrase,
    SearchWord,
    Term,
    TermText,
    Update,
    UpdateText,
)
from services.search_query import configuration

AT_ONCE = 500
LONGEST = 100_000
"""Characters noted of one text: PostgreSQL takes a megabyte of distinct words, and no reader so much."""
UNSEEN = dict.fromkeys([*range(0x20), 0x7F, 0xE000, 0xE001], " ")
LEARNED = re.compile(r"[^\W\d_]{3,40}")


@dataclass(frozen=True)
class _Note:
    """What is noted of one thing in one language: its title, what stands out on it, and the rest."""

    language: str
    title: str
    names: str
    outstanding: list[str]
    body: str = ""

    @property
    def text(self) -> str:
        return " ".join(filter(None, [*self.outstanding, self.body]))[:LONGEST]

    def entry(self, **owner: Page | Term | Update) -> SearchEntry:
        config = configuration(self.language)
        heading = SearchVector(Value(self.names), weight="A", config=config)
        outstanding = SearchVector(Value(" ".join(self.outstanding)[:LONGEST]), weight="B", config=config)
        body = SearchVector(Value(self.body[:LONGEST]), weight="C", config=config)
        return SearchEntry(
            language=self.language,
            title=self.title,
            names=self.names.lower(),
            text=self.text,
            heading_vector=heading,
            vector=heading + outstanding + body,
            **owner,
        )

    @property
    def words(self) -> set[str]:
        return set(LEARNED.findall(f"{self.names} {self.text}".lower()))


def index_page(page: Page) -> None:
    """Note a page's words, in each of its languages, in place of what was noted before."""
    whole = Page.objects.with_details().prefetch_related("texts", "points", "facts").get(pk=page.pk)
    with transaction.atomic():
        forget(page)
        _store([(note, {"page": whole}) for note in _page_notes(whole, _Fill())])


def index_term(term: Term) -> None:
    """Note what a glossary term means."""
    with transaction.atomic():
        SearchEntry.objects.filter(term=term).delete()
        _store([(_term_note(text), {"term": term}) for text in TermText.objects.filter(term=term)])


def index_update(update: Update) -> None:
    """Note what an update says."""
    fill = _Fill()
    with transaction.atomic():
        SearchEntry.objects.filter(update=update).delete()
        texts = UpdateText.objects.filter(update=update)
        _store([(_update_note(text, fill), {"update": update}) for text in texts])


def index_phrases() -> None:
    """Know the words of the lay phrases, so that typing errors in them are mended too."""
    with transaction.atomic():
        SearchWord.objects.filter(in_phrase=True).update(in_phrase=False)
        for phrase in SearchPhrase.objects.all():
            words = LEARNED.findall(" ".join(phrase.words).lower())
            _learn(phrase.language, words, in_phrase=True)


def index_all() -> None:
    """Note everything anew: after the starter content was loaded, and after the clinic's own data changed."""
    with transaction.atomic():
        SearchEntry.objects.all().delete()
        SearchWord.objects.all().delete()
        notes = _everything()
        while some := list(islice(notes, AT_ONCE)):
            _store(some)
        index_phrases()


def forget(page: Page) -> None:
    """Note nothing of this page any more."""
    SearchEntry.objects.filter(page_id=page.pk).delete()


_Noted = tuple[_Note, dict[str, Page | Term | Update]]


def _everything() -> Iterator[_Noted]:
    fill = _Fill()
    pages = Page.objects.with_details().prefetch_related("texts", "points", "facts")
    for page in pages.order_by("pk").iterator(AT_ONCE):
        for note in _page_notes(page, fill):
            yield note, {"page": page}
    for term in Term.objects.prefetch_related("texts"):
        for word in term.texts.all():
            yield _term_note(word), {"term": term}
    for update in Update.objects.prefetch_related("texts"):
        for text in update.texts.all():
            yield _update_note(text, fill), {"update": update}


def _store(noted: list[_Noted]) -> None:
    SearchEntry.objects.bulk_create([note.entry(**owner) for note, owner in noted])
    for language in {note.language for note, _ in noted}:
        _learn(language, {word for note, _ in noted if note.language == language for word in note.words})


def _learn(language: str, words: Iterable[str], *, in_phrase: bool = False) -> None:
    rows = [SearchWord(language=language, word=word, in_phrase=in_phrase) for word in sorted(set(words))]
    if in_phrase:
        SearchWord.objects.bulk_create(
            rows, update_conflicts=True, update_fields=["in_phrase"], unique_fields=["language", "word"]
        )
    else:
        SearchWord.objects.bulk_create(rows, ignore_conflicts=True)


class _Fill:
    """Makes plain text of editors' Markdown, the clinic's own data in place of their names."""

    def __init__(self) -> None:
        clinic = Clinic.objects.first()
        names = ("name", "phone", "email") if clinic else ()
        keys = ("{clinic}", "{phone}", "{email}")
        self._values = {key: getattr(clinic, name) for key, name in zip(keys, names, strict=False)}

    def plain(self, source: str, language: str) -> str:
        """The words as a reader sees them, one line; blocks end with a full stop."""
        html = markdown.render(source, language=language)
        text = unescape(nh3.clean(html, tags=set())).translate({**UNSEEN, 0x0A: "\n"})
        for key, value in self._values.items():
            text = text.replace(key, value)
        lines = (" ".join(line.split()) for line in text.split("\n"))
        return " ".join(f"{line}." if line[-1].isalnum() else line for line in lines if line)


def _page_notes(page: Page, fill: _Fill) -> Iterator[_Note]:
    """A point that only shows under a condition is left out: it may not be shown now."""
    for text in page.texts.all():
        language = text.language
        points = [point for point in page.points.all() if point.language == language and not point.shown_if]
        facts = [fact for fact in page.facts.all() if fact.language == language]
        with override(language):
            details = _details(page)
        sources = [text.summary, *(f"{point.heading}\n\n{point.body}" for point in points)]
        sources += [fact.value for fact in facts]
        yield _Note(
            language=language,
            title=text.title.translate(UNSEEN),
            names=_names(page, text),
            outstanding=[fill.plain(source, language) for source in sources if source] + details,
            body=fill.plain(text.body, language),
        )


def _names(page: Page, text: PageText) -> str:
    return " ".join(filter(None, [text.title, text.menu_title, page.slug.replace("-", " ")])).translate(
        UNSEEN
    )


def _details(page: Page) -> list[str]:
    """What the page's kind adds, in the words its visitors read."""
    if page.kind in (Page.Kind.TREATMENT, Page.Kind.PROCEDURE):
        told = [page.treatment.get_treatment_kind_display(), *page.treatment.goal_labels]
    elif page.kind == Page.Kind.PERSON:
        told = [page.person.get_role_display(), *page.person.language_names]
    elif page.kind == Page.Kind.LOCATION:
        told = [page.location.get_region_display(), *page.location.address_lines, page.location.phone]
    else:
        told = []
    return [f"{each}." for each in told]


def _term_note(text: TermText) -> _Note:
    names = " ".join([text.word, *text.forms]).translate(UNSEEN)
    return _Note(text.language, text.word.translate(UNSEEN), names, [text.meaning.translate(UNSEEN)])


def _update_note(text: UpdateText, fill: _Fill) -> _Note:
    title = text.title.translate(UNSEEN)
    return _Note(text.language, title, title, [], fill.plain(text.body, text.language))
