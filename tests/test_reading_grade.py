"""The starter content can be read at US school grade 8 (Flesch-Kincaid, as textstat reckons it).

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
LONGEST = 30
"""Words in a sentence: an average hides a single one that nobody can follow."""

FOLDER = starter.FOLDER / "en"
NAMES = Path(__file__).parent / "data" / "reading_names.txt"
PAGES = sorted(str(file.relative_to(FOLDER)) for file in FOLDER.rglob("*.md"))
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
def documents() -> dict[str, dict[str, Any]]:
    """The checked English pages, by the names of their files."""
    pages = (page for page in content().pages if page.language == "en")
    return {page.origin.name.removeprefix("en/"): page.data for page in pages}


def glossary() -> list[dict[str, Any]]:
    return [term.data["texts"]["en"] for term in content().terms]


def rendered(name: str) -> Iterator[str]:
    """The HTML of each part of a page that is read in sentences."""
    data = documents()[name]
    points = [
        point["body"] for point in data.get("points", []) if not point.get("spoken") and "body" in point
    ]
    facts = [fact["value"] for fact in data.get("facts", [])]
    urls = {"portal_url": "<https://example.org/>", "billing_url": "<https://example.org/>"}
    for text in [data.get("summary", ""), data["body"], *points, *facts]:
        yield markdown.render(text, language="en", placeholders={**FILLED_IN, **urls})


def sentences(html: str) -> str:
    """What is written in it, each paragraph and list item with its full stop."""
    blocks = BREAK.sub("\n", HEADING.sub("\n", html)).split("\n")
    texts = (unescape(TAG.sub("", block)).strip() for block in blocks)
    return " ".join(text if text[-1] in ".!?" else f"{text}." for text in texts if text)


def names() -> Iterator[str]:
    yield from (line for line in NAMES.read_text().splitlines() if not line.startswith("#"))
    for data in documents().values():
        if data["kind"] == "person":
            yield from re.findall(r"[\w-]+", data["title"].partition(",")[0])
        if data["kind"] == "location":
            yield from re.findall(r"\w+", data["title"])


def any_of(phrases: Iterable[str], flags: int = 0) -> re.Pattern[str]:
    longest_first = sorted({phrase.replace("’", "'") for phrase in phrases}, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest_first))})(?![\w-])", flags)


@cache
def left_out() -> list[re.Pattern[str]]:
    terms = [form for term in glossary() for form in (term["word"], *term["forms"])]
    return [any_of(names()), any_of(terms, re.IGNORECASE)]


def plain(text: str) -> str:
    """Names, terms, addresses and numbers as words of one syllable; full stops only where a sentence ends."""
    text = text.replace("’", "'").replace("Dr. ", "Dr ")
    text = re.sub(r"\S+\.(?:gov|org)[\w/]*", "site", text)
    text = re.sub(r"\$?\d[\d.,:/-]*(?<![.,:/-])", "6", text)
    for pattern in left_out():
        text = pattern.sub(lambda match: " ".join("term" for _ in match[0].split()), text)
    return text


def words(sentence: str) -> int:
    return len(re.findall(r"\w[\w'-]*", sentence))


@pytest.mark.parametrize("name", PAGES)
def test_page_reads_at_grade_8(name: str) -> None:
    text = plain(" ".join(map(sentences, rendered(name))))

    grade = textstat.flesch_kincaid_grade(text)
    longest = max(re.split(r"(?<=[.!?]) ", text), key=words)

    assert grade <= MOST, f"{name}: grade {grade:.1f}"
    assert words(longest) <= LONGEST, f"{name}: {words(longest)} words: {longest}"


def test_each_meaning_in_the_glossary_reads_at_grade_8() -> None:
    grades = {term["word"]: textstat.flesch_kincaid_grade(plain(term["meaning"])) for term in glossary()}

    assert len(grades) >= 45
    assert not {word: round(grade, 1) for word, grade in grades.items() if grade > MOST}


def test_an_update_reads_at_grade_8() -> None:
    updates = {update.key: update.data["texts"]["en"]["body"] for update in content().updates}
    grades = {key: textstat.flesch_kincaid_grade(plain(body)) for key, body in updates.items()}

    assert not {key: round(grade, 1) for key, grade in grades.items() if grade > MOST}


def test_hard_words_raise_the_grade_and_names_and_terms_do_not() -> None:
    easy = "We see you soon. The nurse reads it."
    hard = "Institutional collaboration facilitates multidisciplinary rehabilitation. The nurse reads it."
    named = "Miriam Okafor-Lind sees you soon. Synkinesis is read."

    assert textstat.flesch_kincaid_grade(plain(easy)) < 3
    assert textstat.flesch_kincaid_grade(plain(hard)) > MOST
    assert plain(named) == "term term sees you soon. term is read."


def test_each_link_of_the_starter_content_leads_to_a_page() -> None:
    known = OUTSIDE_THE_CONTENT | {page.path for page in content().pages}
    links = {name: set(LINK.findall(" ".join(rendered(name)))) for name in PAGES}
    for name, data in documents().items():
        links[name] |= {
            point["link"] for point in data.get("points", []) if point.get("link", "").startswith("/")
        }

    assert not {name: found - known for name, found in links.items() if found - known}
