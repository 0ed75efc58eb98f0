"""The procedures side by side: a few that the reader chose, or all."""

from __future__ import annotations

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE
from services.kinds import lists
from services.models import Fact, Page
from services.showing import Showing

COMPARED = ["purpose", "when_used", "what_moves", "stay_recovery", "results_time", "limits"]
MOST = 3
"""How many a phone shows side by side and a reader keeps apart."""
ALL = "all"
SENT = "show"
"""The name of the button: without a tick nothing else tells that the form was sent."""

COMPARED_PAGES = OneStatement(
    lambda: {"children": lists.cards().with_facts(LANGUAGE, COMPARED).with_sources()},
)


def context(showing: Showing) -> dict[str, Any]:
    children = lists.children(showing, COMPARED_PAGES)
    asked = showing.chosen.getlist("compare")
    ticked = [child for child in children if child.slug in asked]
    few = ticked[:MOST] if len(ticked) > 1 else []
    return {
        "children": children,
        "ticked": ticked,
        "most": MOST,
        "sent": SENT,
        "was_asked": bool(asked) or SENT in showing.chosen,
        "has_unknown": bool(set(asked) - {child.slug for child in children} - {ALL}),
        "table": _table(showing, children) if ALL in asked else None,
        "side_by_side": _side_by_side(showing, few) if few and ALL not in asked else None,
        "noindex": bool(showing.chosen),
    }


def _keys() -> list[Fact.Key]:
    return [Fact.Key(key) for key in COMPARED]


def _cells(showing: Showing, page: Page) -> list[dict[str, Any]]:
    answers = {fact.key: fact.value for fact in page.loaded_facts}  # type: ignore[attr-defined]
    return [{"label": key.label, "value": showing.line(answers.get(key, ""))} for key in _keys()]


def _table(showing: Showing, pages: list[Page]) -> dict[str, Any]:
    """The procedures down, the standard questions across."""
    rows = [{"page": page, "cells": _cells(showing, page)} for page in pages]
    return {"labels": [key.label for key in _keys()], "rows": rows}


def _side_by_side(showing: Showing, pages: list[Page]) -> dict[str, Any]:
    """The standard questions down, the procedures across: what is to be compared stands together."""
    by_page = [(page, _cells(showing, page)) for page in pages]
    rows = [
        {
            "label": key.label,
            "cells": [{"label": page.text.title, "value": cells[index]["value"]} for page, cells in by_page],
        }
        for index, key in enumerate(_keys())
    ]
    return {"pages": pages, "rows": rows}
