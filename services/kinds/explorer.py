"""All treatments and procedures of a service, to be narrowed down."""

from __future__ import annotations

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE
from services.facets import Filtered
from services.kinds.treatment_facets import (
    BEGAN,
    BELOW,
    GOAL,
    KIND,
    advice,
    closest_first,
    offered_below,
)
from services.models import Fact, Treatment
from services.showing import Showing

SHOWN = [Fact.Key.WHEN_USED, Fact.Key.RESULTS_TIME]
"""The facts that help to choose what to read."""

Brief = tuple[tuple[str, str], ...]
"""Questions and answers, for a card."""

OFFERED = OneStatement(lambda: {"treatments": offered_below(BELOW).with_facts(LANGUAGE, SHOWN)})


def context(showing: Showing) -> dict[str, Any]:
    offered = showing.ask(OFFERED, below=showing.above)["treatments"]
    filtered = Filtered(offered, [GOAL, BEGAN, KIND], showing)
    found = closest_first(filtered.results, filtered.codes.get(GOAL.name, ""))
    labels = {key: str(key.label) for key in SHOWN}
    return {
        "filtered": filtered,
        "results": [{"page": treatment, "brief": _brief(showing, treatment, labels)} for treatment in found],
        **advice(filtered.codes),
        "noindex": bool(showing.chosen),
    }


def _brief(
    showing: Showing, treatment: Treatment, labels: dict[Fact.Key, str]
) -> tuple[tuple[str, str], ...]:
    """The questions and answers of a card."""
    answers = {fact.key: fact.value for fact in treatment.loaded_facts}  # type: ignore[attr-defined]
    return tuple((label, showing.plain_line(answers[key])) for key, label in labels.items() if key in answers)
