"""What the list of open requests reads: how many there are of each choice, and a page of rows, in one go.

How it is written depends on which filters are in use and on where the page begins. The usual ones are written
once and planned once by each connection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Aggregate, Count, Q, QuerySet

from appointments import looking
from appointments.admin import paging, unseen
from appointments.admin.filters import ME, WITHDRAWN_SINCE, Choice, PlaceFilter, QueueFilter, known
from appointments.models import AppointmentRequest
from clinic_site.postgresql.one_statement import Given, OneStatement, one_row

Facets = dict[tuple[str, str], int]
"""How many there are, by the name of a filter and the code of a choice."""

Asked = Sequence[tuple[QueueFilter, Choice]]

SHOWN = (
    *("reference", "received_at", "status", "outcome", "urgency", "urgency_reasons", "respond_by"),
    *("first_contact_at", "is_answered", "scheduled_for", "closed_at", "version", "visit_type", "place"),
    *("patient_name", "reach", "email", "phone", "speaking_hard", "may_leave_message", "interpreter"),
    *("for_whom", "helper_name", "assigned_to__username"),
)
"""What a row of the list is made of."""

LOOKING_SINCE = Given("looking_since")
PLACE = ("is_answered", "respond_by", "id")
"""Where a page begins that begins in the middle."""

MOST_PLANNED = 40
"""Statements that are written once; those of rarer filters together are written each time."""

_planned: dict[tuple[str, ...], dict[tuple[Any, ...], OneStatement]] = {}
"""Of the places that there are now: where these change, so does every statement."""


class Rows(Count):
    """How many rows: that each has an id need not be looked at in every one."""

    template = "COUNT(*)"


@dataclass(frozen=True, slots=True)
class OpenList:
    """Open requests, as the filters that are in use leave them."""

    order: paging.Order
    at: paging.Cursor
    filters: Mapping[str, QueueFilter]
    """Those in use, by name."""
    alone: Asked
    """The choices of filters that are not in use: counted among what fits all."""
    in_use: Asked
    """The choices of those that are: each counted under what is chosen in the others."""

    def read(self, account: int) -> tuple[Facets, int, list[AppointmentRequest]]:
        """The counts, how many fit all, and the rows of the page."""
        asked = [(spec.parameter_name, choice.code) for spec, choice in (*self.alone, *self.in_use)]
        chosen = [(name, spec.known_code) for name, spec in self.filters.items()]
        key = (self.at.backwards, self.at.key is None, *chosen, None, *asked)
        statement = self._written(
            key, tuple(code for name, code in asked if name == PlaceFilter.parameter_name)
        )
        place = dict(zip(PLACE, self.at.key or (), strict=False))
        read = statement.ask(**known(account), looking_since=looking.lasting_since(), **place)
        [(total, *counts)] = read["alone"]
        facets = named(self.alone, counts)
        if self.in_use:
            facets |= named(self.in_use, read["in_use"][0])
        return facets, total, read["rows"]

    def _written(self, key: tuple[Any, ...], places: tuple[str, ...]) -> OneStatement:
        if places not in _planned:
            _planned.clear()
        kept = _planned.setdefault(places, {})
        if key not in kept:
            if len(kept) >= MOST_PLANNED:
                return OneStatement(self._querysets, planned=False)
            kept[key] = OneStatement(self._querysets)
        return kept[key]

    def _querysets(self) -> dict[str, QuerySet[Any, Any]]:
        everything = AppointmentRequest.objects.open()
        chosen = {name: spec.condition() for name, spec in self.filters.items()}
        fitting = everything.filter(*chosen.values())
        read: dict[str, QuerySet[Any, Any]] = {
            "alone": one_row(fitting, total=Rows("pk"), **counts(self.alone, under={}))
        }
        if self.in_use:
            read["in_use"] = one_row(everything, **counts(self.in_use, under=chosen))
        told_later = shown(but=ME, looking_since=LOOKING_SINCE, withdrawn_since=WITHDRAWN_SINCE)
        read["rows"] = paging.rows(fitting, self.order, self.at.told_later(PLACE), shown=told_later)
        return read


def shown(
    *, but: int | Given, looking_since: Any = None, withdrawn_since: Any = None
) -> QuerySet[AppointmentRequest]:
    """Requests with all that a row says: what their trail tells, who has them and who looks at them."""
    rows = unseen.marked(AppointmentRequest.objects.only(*SHOWN), since=withdrawn_since)
    return looking.marked(rows.select_related("assigned_to"), but=but, since=looking_since)


def counts(asked: Asked, *, under: Mapping[str, Q]) -> dict[str, Aggregate]:
    """An aggregate for each choice, ``under`` what is chosen in the other filters."""
    counted: dict[str, Aggregate] = {}
    for number, (spec, choice) in enumerate(asked):
        others = [condition for name, condition in under.items() if name != spec.parameter_name]
        counted[f"count_{number}"] = Rows("pk", filter=all_of([*others, choice.condition]))
    return counted


def named(asked: Asked, counted: Sequence[int]) -> Facets:
    return {
        (str(spec.parameter_name), choice.code): number
        for (spec, choice), number in zip(asked, counted, strict=True)
    }


def all_of(conditions: Any) -> Q:
    together = Q()
    for condition in conditions:
        together &= condition
    return together
