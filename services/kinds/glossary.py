"""All words of the glossary, A to Z."""

from itertools import groupby
from typing import Any

from services.models import Term
from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    terms = sorted(Term.objects.in_language(showing.language), key=lambda term: term.text.word.casefold())
    by_letter = groupby(terms, key=lambda term: term.text.word[:1].upper())
    return {"letters": [(letter, list(group)) for letter, group in by_letter]}
