"""What somebody typed into the search box, read kindly: any text is a question or none, never an error."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import SearchQuery

MAX_CHARACTERS = 150
"""Longer than any question. What is over it is left out, and the page says so."""

PIECE = re.compile(r'(-?)"([^"]*)"?|(\S+)')
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
STEMMED = ("en", "es")
"""Languages with text search configurations of their own: see the migration ``0002_text_search``."""


def configuration(language: str) -> str:
    """The PostgreSQL text search configuration for texts in this language."""
    return f"clinic_{language}" if language in STEMMED else "clinic_simple"


def phrase_configuration(language: str) -> str:
    """The one that keeps words like "my" and "the", for telling lay phrases apart."""
    return f"clinic_{language}_phrases" if language in STEMMED else "clinic_simple"


@dataclass(frozen=True)
class Part:
    """A word, or several that were quoted; ``excluded`` where a minus sign stands before it."""

    text: str
    quoted: bool = False
    excluded: bool = False

    def __str__(self) -> str:
        return f"{'-' if self.excluded else ''}{f'“{self.text}”' if self.quoted else self.text}"


@dataclass(frozen=True)
class Meaning:
    """Some typed words that together are a lay phrase, and what it means in the words of our pages."""

    words: frozenset[str]
    means: str


@dataclass(frozen=True)
class Typed:
    """The question: alternatives (between "or"), each a list of parts that all have to be found."""

    alternatives: tuple[tuple[Part, ...], ...]

    @classmethod
    def read(cls, text: str) -> Typed:
        """``words``, ``"quoted words"``, ``-without``, ``this or that``; all other signs only part words."""
        alternatives: list[list[Part]] = [[]]
        for minus, quoted, bare in PIECE.findall(text[:MAX_CHARACTERS]):
            for word in WORD.findall(bare):
                if word.lower() == "or" and not bare.startswith("-"):
                    alternatives.append([])
                else:
                    alternatives[-1].append(Part(word, excluded=bare.startswith("-")))
            if words := " ".join(WORD.findall(quoted)):
                alternatives[-1].append(Part(words, quoted=True, excluded=bool(minus)))
        asked = (parts for parts in alternatives if any(not part.excluded for part in parts))
        return cls(tuple(tuple(parts) for parts in asked))

    def __bool__(self) -> bool:
        return bool(self.alternatives)

    def __str__(self) -> str:
        return " or ".join(" ".join(map(str, parts)) for parts in self.alternatives)

    @property
    def words(self) -> list[str]:
        """The words that have to be found, each once; quoted ones left out, which are meant as they are."""
        parts = (part for parts in self.alternatives for part in parts)
        return list(dict.fromkeys(part.text for part in parts if not part.quoted and not part.excluded))

    @property
    def everything(self) -> str:
        """All that was typed, for telling whether somebody needs help at once."""
        return " ".join(part.text for parts in self.alternatives for part in parts)

    def mended(self, mended: Mapping[str, str], unknown: Set[str]) -> Typed:
        """With other words in place of some, and without those that nobody knows."""
        alternatives = (
            tuple(
                part if part.quoted or part.excluded else replace(part, text=mended.get(part.text, part.text))
                for part in parts
                if part.quoted or part.excluded or part.text not in unknown
            )
            for parts in self.alternatives
        )
        return Typed(tuple(parts for parts in alternatives if any(not part.excluded for part in parts)))

    def query(self, config: str, meanings: Iterable[Meaning], *, any_word: bool = False) -> SearchQuery:
        """The PostgreSQL query; a lay phrase is found by its own words or by its meaning."""
        known = list(meanings)
        return reduce(or_, (_all_of(parts, config, known, any_word) for parts in self.alternatives))


def _all_of(parts: tuple[Part, ...], config: str, meanings: list[Meaning], any_word: bool) -> SearchQuery:
    plain = [part.text for part in parts if not part.quoted and not part.excluded]
    here = [meaning for meaning in meanings if meaning.words <= set(plain)]
    spoken_for = {word for meaning in here for word in meaning.words}
    wanted = [_words(word, config) for word in plain if word not in spoken_for]
    for words in dict.fromkeys(meaning.words for meaning in here):
        own = _words(" ".join(word for word in plain if word in words), config)
        means = [_words(meaning.means, config) for meaning in here if meaning.words == words]
        wanted.append(reduce(or_, means, own))
    wanted += [_words(part.text, config, "phrase") for part in parts if part.quoted and not part.excluded]
    excluded = [
        ~_words(part.text, config, "phrase" if part.quoted else "plain") for part in parts if part.excluded
    ]
    return reduce(and_, excluded, reduce(or_ if any_word else and_, wanted))


def _words(text: str, config: str, search_type: str = "plain") -> SearchQuery:
    return SearchQuery(text, config=config, search_type=search_type)
