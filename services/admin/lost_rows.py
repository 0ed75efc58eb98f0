"""Rows of a form that somebody else removed while it was being filled in."""

from __future__ import annotations

import re
from collections.abc import Set

from django.http import QueryDict

MOST_ROWS = 60
"""Of one kind on one screen: each row costs time to draw, whatever a form says of how many there are."""


def with_lost_rows_as_new(data: QueryDict, prefix: str, stored: Set[str]) -> QueryDict:
    """What was sent of these rows; those whose row is not ``stored`` any more are sent as new ones.

    Django would refuse them, and with them all that was typed. What was to be removed anyway is left out.
    """
    total, initial = (data.get(f"{prefix}-{name}_FORMS", "") for name in ("TOTAL", "INITIAL"))
    if not (total.isdecimal() and initial.isdecimal() and int(initial) <= int(total) <= MOST_ROWS):
        return data
    known = range(int(initial))
    lost = [row for row in known if data.get(f"{prefix}-{row}-id", "") not in stored]
    if not lost:
        return data
    wanted = [row for row in lost if f"{prefix}-{row}-DELETE" not in data]
    kept = [row for row in known if row not in lost]
    order = [*kept, *wanted, *range(int(initial), int(total))]
    sent = _renumbered(data, prefix, {row: place for place, row in enumerate(order)})
    for row in wanted:
        sent[f"{prefix}-{order.index(row)}-id"] = ""
    sent[f"{prefix}-INITIAL_FORMS"], sent[f"{prefix}-TOTAL_FORMS"] = str(len(kept)), str(len(order))
    return sent


def _renumbered(data: QueryDict, prefix: str, places: dict[int, int]) -> QueryDict:
    sent, name = QueryDict(mutable=True), re.compile(rf"{re.escape(prefix)}-(\d+)-(.+)")
    for key, values in data.lists():
        row = name.fullmatch(key)
        if row is None:
            sent.setlist(key, values)
        elif int(row[1]) in places:
            sent.setlist(f"{prefix}-{places[int(row[1])]}-{row[2]}", values)
    return sent
