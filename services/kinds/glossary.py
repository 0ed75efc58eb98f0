"""All words of the glossary, A to Z."""

from itertools import groupby
from typing import Any

from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    terms = sorted(showing.words, key=lambda term: term.word.casefold())
    by_letter = groupby(terms, key=lambda term: term.word[:1].upper())
    return {"letters": [(letter, list(group)) for letter, group in by_letter]}
