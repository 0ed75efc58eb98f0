"""The starter content reads at US school grade 8 (Flesch-Kincaid), in Spanish as "fairly easy" (INFLESZ).

Both as textstat reckons them. INFLESZ names the ranges of Szigriszt-Pazos' measure of Spanish: from 65 a text
is fairly easy, from 80 very easy (Barrio-Cantalejo and others, An Sist Sanit Navar 2008;31:135-152).

What is measured is what a reader reads in sentences: summary, text, points and facts of a page, rendered from
its Markdown. Each paragraph and each list item ends a sentence. Headings are left out, because they are short
and would flatter the grade. So are points in other languages.

Names and glossary terms are left out of the reckoning, not of the sentence: each of their words counts as a
word of one syllable, so that a sentence keeps its length. Names are those of the clinic, the team and the
places in the starter documents, and what ``data/reading_names.txt`` lists. Terms are explained to the reader
by the glossary, whose meanings are measured too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import textstat  # type: ignore[import-untyped]

from services import markdown, starter

MOST = 8.0
FAIRLY_EASY = 65.0
LANGUAGES = ["en", "es"]
LONGEST = 30
"""Words in a sentence: an average hides a single one that nobody can follow."""

NAMES = Path(__file__).parent / "data" / "reading_names.txt"
PAGES = sorted(
    (language, str(file.relative_to(starter.FOLDER / language)))
    for language in LANGUAGES
    for file in (starter.FOLDER / language).rglob("*.md")
)
OUTSIDE_THE_CONTENT = {"/request/", "/search/"}
FILLED_IN = {"phone": "[555](tel:555)", "email": "[us](mailto:us@example.org)", "clinic": "Us"}

HEADING = re.compile(r"<h(\d)[^>]*>.*?</h\1>", re.DOTALL)
BREAK = re.compile(r"</?(?:p|li|ul|ol|td|th|tr|table|thead|tbody|blockquote|br|hr)\b[^>]*>")
TAG = re.compile(r"<[^>]*>")
LINK = re.compile(r'href="(/[^"#]*)')


@cache
def content() -> starter.Content:
    return starter.read(starter.FOLDER)


@cache
def documents(language: str) -> dict[str, dict[str, Any]]:
    """The checked pages of a language, by the names of their files."""
    pages = (page for page in content().pages if page.language == language)
    return {page.origin.name.removeprefix(f"{language}/"): page.data for page in pages}


def glossary(language: str) -> list[dict[str, Any]]:
    return [term.data["texts"][language] for term in content().terms]


def rendered(language: str, name: str) -> Iterator[str]:
    """The HTML of each part of a page that is read in sentences."""
    data = documents(language)[name]
    points = [
        point["body"] for point in data.get("points", []) if not point.get("spoken") and "body" in point
    ]
    facts = [fact["value"] for fact in data.get("facts", [])]
    urls = {"portal_url": "<https://example.org/>", "billing_url": "<https://example.org/>"}
    for text in [data.get("summary", ""), data["body"], *points, *facts]:
        yield markdown.render(text, language=language, placeholders={**FILLED_IN, **urls})


def sentences(html: str) -> str:
    """What is written in it, each paragraph and list item with its full stop."""
    blocks = BREAK.sub("\n", HEADING.sub("\n", html)).split("\n")
    texts = (unescape(TAG.sub("", block)).strip() for block in blocks)
    return " ".join(text if text[-1] in ".!?" else f"{text}." for text in texts if text)


def names() -> Iterator[str]:
    yield from (line for line in NAMES.read_text().splitlines() if not line.startswith("#"))
    for data in documents("en").values():
        if data["kind"] == "person":
            yield from re.findall(r"[\w-]+", data["title"].partition(",")[0])
        if data["kind"] == "location":
            yield from re.findall(r"\w+", data["title"])


def any_of(phrases: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    longest_first = sorted({phrase.replace("’", "'") for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", flags)


@cache
def left_out() -> list[re.Pattern[str]]:
    words = [term for language in LANGUAGES for term in glossary(language)]
    terms = [form for term in words for form in (term["word"], *term["forms"])]
    return [any_of(names()), any_of(terms, re.IGNORECASE)]


def plain(text: str) -> str:
    """Names, terms, addresses and numbers as words of one syllable; full stops only where a sentence ends."""
    text = text.replace("’", "'").replace("Dr. ", "Dr ").replace("EE. UU.", "EEUU")
    text = re.sub(r"\S+\.(?:gov|org)[\w/]*", "site", text)
    text = re.sub(r"\$?\d[\d.,:/-]*(?<![.,:/-])", "6", text)
    for pattern in left_out():
        text = pattern.sub(lambda match: " ".join("term" for _ in match[0].split()), text)
    return text


def words(sentence: str) -> int:
    return len(re.findall(r"\w[\w'-]*", sentence))


def hardness(text: str, language: str) -> str:
    """By how much a text is too hard; empty where it is not."""
    if language == "es":
        textstat.set_lang("es")
        ease = textstat.szigriszt_pazos(plain(text))
        return "" if ease >= FAIRLY_EASY else f"ease {ease:.1f}"
    textstat.set_lang("en_US")
    grade = textstat.flesch_kincaid_grade(plain(text))
    return "" if grade <= MOST else f"grade {grade:.1f}"


@pytest.mark.parametrize(("language", "name"), PAGES)
def test_page_reads_at_grade_8(language: str, name: str) -> None:
    text = " ".join(map(sentences, rendered(language, name)))
    longest = max(re.split(r"(?<=[.!?]) ", plain(text)), key=words)

    assert not hardness(text, language)
    assert words(longest) <= LONGEST, f"{name}: {words(longest)} words: {longest}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_meaning_in_the_glossary_reads_at_grade_8(language: str) -> None:
    found = {term["word"]: hardness(term["meaning"], language) for term in glossary(language)}

    assert len(found) >= 45
    assert not {word: hard for word, hard in found.items() if hard}


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_update_reads_at_grade_8(language: str) -> None:
    bodies = {update.key: update.data["texts"][language]["body"] for update in content().updates}
    found = {key: hardness(body, language) for key, body in bodies.items()}

    assert not {key: hard for key, hard in found.items() if hard}


def test_every_text_is_there_in_every_language() -> None:
    assert documents("en").keys() == documents("es").keys()
    entries = [*content().terms, *content().updates]
    assert not [entry.key for entry in entries if set(entry.data["texts"]) != set(LANGUAGES)]


def test_hard_words_raise_the_grade_and_names_and_terms_do_not() -> None:
    easy = "We see you soon. The nurse reads it."
    hard = "Institutional collaboration facilitates multidisciplinary rehabilitation. The nurse reads it."
    named = "Miriam Okafor-Lind sees you soon. Synkinesis is read."

    institutional = "La colaboración institucional facilita la rehabilitación multidisciplinaria."

    assert (hardness(easy, "en"), hardness("Le vemos pronto. La carta llega hoy.", "es")) == ("", "")
    assert hardness(hard, "en").startswith("grade ")
    assert hardness(institutional, "es").startswith("ease ")
    assert plain(named) == "term term sees you soon. term is read."


def test_each_link_of_the_starter_content_leads_to_a_page() -> None:
    known = OUTSIDE_THE_CONTENT | {page.path for page in content().pages}
    links: dict[tuple[str, str], set[str]] = {}
    for language, name in PAGES:
        prefix = "" if language == "en" else f"/{language}"
        found = LINK.findall(" ".join(rendered(language, name)))
        points = documents(language)[name].get("points", [])
        links[language, name] = {link.removeprefix(prefix) for link in found}
        links[language, name] |= {point["link"] for point in points if point.get("link", "").startswith("/")}

    assert not {page: found - known for page, found in links.items() if found - known}
