"""What typed words may mean: lay phrases that editors have listed, and words a typing error away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from services.models import SearchPhrase
from services.search_query import Meaning, Typed, phrase_configuration

ALIKE = 0.18
"""Trigram similarity from which a word is looked at: two swapped letters leave no more of a short word."""
LOOKED_AT = 30
MOST_MENDED = 6
FOREIGN = {"en": re.compile(r"[^a-z'’-]")}
"""Letters that no word of a language has: its lists hold greetings in other languages too."""
FOREIGN_DISTANCE = 2
"""How much farther such a word counts for a typing error; without an error it is what was meant."""

PHRASES = r"""
SELECT phrase.kind, phrase.means, tsvector_to_array(to_tsvector(%(config)s::regconfig, words.bare))
FROM services_searchphrase phrase, unnest(phrase.words) listed,
     LATERAL (SELECT regexp_replace(translate(listed, '''’', ''), '(\w)-(\w)', '\1 \2', 'g') AS bare) words,
     to_tsvector(%(config)s::regconfig, %(typed)s) typed
WHERE phrase.language = %(language)s AND typed @@ websearch_to_tsquery(%(config)s::regconfig, words.bare)
ORDER BY phrase.id
"""
"""A listed phrase counts when all its words were typed, in any order, and none that has a minus before it."""
STEMS = "SELECT word, tsvector_to_array(to_tsvector(%s::regconfig, word)) FROM unnest(%s::text[]) word"
KNOWN = """
SELECT typed FROM unnest(%(words)s::text[]) typed
WHERE numnode(plainto_tsquery(%(config)s::regconfig, typed)) = 0
   OR EXISTS (SELECT 1 FROM services_searchword known
              WHERE known.language = %(language)s AND known.word = lower(typed) AND known.in_phrase)
"""
ALIKE_WORDS = """
SELECT typed, alike.word, alike.in_phrase
FROM unnest(%(words)s::text[]) typed CROSS JOIN LATERAL (
    SELECT word, in_phrase, similarity(word, typed) AS likeness FROM services_searchword
    WHERE language = %(language)s AND word %% typed
    ORDER BY likeness DESC, word LIMIT %(most)s
) alike
"""


@dataclass(frozen=True)
class LayWords:
    """What the lay phrases in a question mean; all that were found, as (kind, meaning).

    ``heard``: the words typed that stand in one of them; ``kept``: those spelled right though on no page.
    """

    meanings: list[Meaning]
    found: list[tuple[str, str]]
    heard: frozenset[str]
    kept: frozenset[str]


def lay_words(typed: Typed, language: str) -> LayWords:
    """The lay phrases of this language whose words were all typed, in whatever order and form."""
    config = phrase_configuration(language)
    bare = {word: _without_apostrophes(word) for word in typed.words}
    told = {"config": config, "language": language, "typed": _without_apostrophes(typed.everything)}
    with connection.cursor() as cursor:
        cursor.execute(PHRASES, told)
        phrases: list[tuple[str, str, list[str]]] = cursor.fetchall()
        if not phrases:
            return LayWords([], [], frozenset(), frozenset())
        cursor.execute(STEMS, [config, list(bare.values())])
        stems: dict[str, list[str]] = dict(cursor.fetchall())
    meanings: list[Meaning] = []
    heard: set[str] = set()
    kept: set[str] = set()
    for kind, means, wanted in phrases:
        words = frozenset(word for word in bare if set(stems[bare[word]]) & set(wanted))
        heard |= words
        if kind == SearchPhrase.Kind.SYNONYM and words:
            meanings.append(Meaning(words, means))
        elif kind == SearchPhrase.Kind.KEPT:
            kept |= words
    found = [(kind, means) for kind, means, _wanted in phrases]
    return LayWords(list(dict.fromkeys(meanings)), found, frozenset(heard), frozenset(kept))


def mend(typed: Typed, heard: Set[str], language: str, config: str, is_seen: Callable[[str], bool]) -> Typed:
    """Unknown words replaced by what was probably meant, or left out where nothing is near.

    ``heard``: the words that a lay phrase has understood already.
    ``is_seen``: whether a word stands on a page that the public sees. Nothing else is offered: the words of
    a draft are nobody's business yet.
    """
    told: dict[str, Any] = {"words": typed.words, "config": config, "language": language}
    with connection.cursor() as cursor:
        cursor.execute(KNOWN, told)
        known = {word for (word,) in cursor.fetchall()}
    asked = [word for word in typed.words if word not in known | heard]
    unknown = [word for word in asked if not is_seen(word)][:MOST_MENDED]
    mended: dict[str, str] = {}
    for word, candidates in alike(unknown, language).items():
        near = (each for each in candidates if is_slip(word, each))
        offered = (each.word for each in near if each.in_phrase or is_seen(each.word))
        if found := next(offered, None):
            mended[word] = found
    return typed.mended(mended, set(unknown) - set(mended))


@dataclass(frozen=True)
class Alike:
    """A word that resembles a typed one; ``in_phrase``: a lay word, which may stand on no page."""

    word: str
    in_phrase: bool
    distance: int


def alike(words: Iterable[str], language: str) -> dict[str, list[Alike]]:
    """For each word the words that resemble it, the nearest first; errors seldom fall on the first letter."""
    typed = {word: word.lower() for word in words}
    told: dict[str, Any] = {"words": list(typed.values()), "language": language, "most": LOOKED_AT}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('pg_trgm.similarity_threshold', %s, true)", [str(ALIKE)])
        cursor.execute(ALIKE_WORDS, told)
        rows: list[tuple[str, str, bool]] = cursor.fetchall()
    found: dict[str, list[Alike]] = {}
    for word, lower in typed.items():
        near = [
            Alike(other, in_phrase, distance(lower, other))
            for each, other, in_phrase in rows
            if each == lower
        ]
        found[word] = sorted(near, key=lambda each: _likeliest_first(lower, each, language))
    return found


def _likeliest_first(typed: str, other: Alike, language: str) -> tuple[int, bool, bool]:
    is_foreign = bool(other.distance) and language in FOREIGN and bool(FOREIGN[language].search(other.word))
    farther = FOREIGN_DISTANCE if is_foreign else 0
    return (other.distance + farther, typed[:1] != other.word[:1], not other.in_phrase)


def is_slip(word: str, other: Alike) -> bool:
    """Whether the other word was probably meant; of three letters, only where a lay word lost one inside."""
    if other.distance <= forgiven(word):
        return True
    typed, meant = word.lower(), other.word
    is_shortened = len(typed) == 3 and len(meant) == 4 and (typed[0], typed[-1]) == (meant[0], meant[-1])
    return is_shortened and other.in_phrase and other.distance == 1


def forgiven(word: str) -> int:
    """How many wrong, missing, superfluous or swapped letters are taken for a typing error."""
    return 0 if len(word) < 4 else 1 if len(word) < 6 else 2 if len(word) < 10 else 3


def distance(one: str, other: str) -> int:
    """Letters wrong, missing, superfluous or swapped (optimal string alignment); accents do not count."""
    a, b = _folded(one), _folded(other)
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, letter in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, counterpart in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != counterpart))
            if i > 1 and j > 1 and letter == b[j - 2] and a[i - 2] == counterpart:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]


def _folded(word: str) -> str:
    decomposed = unicodedata.normalize("NFKD", word.casefold())
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def _without_apostrophes(text: str) -> str:
    return text.replace("'", "").replace("’", "")
