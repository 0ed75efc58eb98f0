"""Pages by the place where the last one ended (keyset), never by counting rows from the start.

What is added or closed while somebody pages moves no other row: each is met once, forwards and backwards.
"""

from __future__ import annotations

import binascii
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import BooleanField, F, Func, QuerySet, Value

from appointments.models import AppointmentRequest
from clinic_site.postgresql.one_statement import Given

SIZE = 50
WINDOW = 6_000
"""How many requests one page looks through at most, where the filters have no index of their own."""

Key = tuple[Any, ...]
Requests = QuerySet[AppointmentRequest]


class _Compared(Func):
    """Columns and values, as one row with another. Values may be told later (``Given``)."""

    output_field = BooleanField()

    def __init__(self, sign: str, columns: Sequence[str], values: Sequence[Any]) -> None:
        given = [value if isinstance(value, Value) else Value(value) for value in values]
        super().__init__(*(F(column) for column in columns), *given)
        self._sign = sign

    def as_sql(self, compiler: Any, connection: Any, *_unused: Any, **_extra: Any) -> Any:
        compiled = [compiler.compile(each) for each in self.get_source_expressions()]
        parts = [sql for sql, _params in compiled]
        half = len(parts) // 2
        columns, values = ", ".join(parts[:half]), ", ".join(parts[half:])
        params = [param for _sql, told in compiled for param in told]
        return f"(({columns}) {self._sign} ({values}))", params


class BadCursor(ValueError):
    """A place that this order cannot have."""


@dataclass(frozen=True, slots=True)
class Order:
    """Columns in the order of an index, all in one direction; the last one is the id."""

    columns: tuple[str, ...]
    descending: bool = False

    def ordered(self, requests: Requests, *, backwards: bool = False) -> Requests:
        sign = "-" if self.descending != backwards else ""
        return requests.order_by(*(f"{sign}{column}" for column in self.columns))

    def after(self, requests: Requests, key: Key, *, backwards: bool = False) -> Requests:
        """Those beyond this place, which is not among them."""
        return requests.filter(_Compared("<" if self.descending != backwards else ">", self.columns, key))

    def until(self, requests: Requests, key: Key, *, backwards: bool = False) -> Requests:
        """Those up to this place, which is among them."""
        return requests.filter(_Compared(">=" if self.descending != backwards else "<=", self.columns, key))

    def place(self, row: AppointmentRequest) -> Key:
        """Where in this order a request stands."""
        return tuple(getattr(row, column) for column in self.columns)

    def key(self, value: list[Any]) -> Key:
        """A place that came from an address. Raises BadCursor."""
        if len(value) != len(self.columns):
            raise BadCursor
        *given, pk = value
        if type(pk) is not int or not 0 < pk < 2**63:
            raise BadCursor
        return (*(_read(column, part) for column, part in zip(self.columns, given, strict=False)), pk)


def _read(column: str, part: Any) -> Any:
    if column.startswith("is_"):
        if type(part) is not bool:
            raise BadCursor
        return part
    try:
        moment = datetime.fromisoformat(part)
    except (TypeError, ValueError) as error:
        raise BadCursor from error
    if moment.isoformat() != part or moment.utcoffset() != timedelta() or not 2000 <= moment.year < 2200:
        raise BadCursor  # no page of ours wrote it, and PostgreSQL may not know such a moment
    return moment


MOST_PRESSING = Order(("is_answered", "respond_by", "pk"))
LAST_CLOSED = Order(("closed_at", "pk"), descending=True)
LAST_RECEIVED = Order(("received_at", "pk"), descending=True)


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: after a place, or before it; without a place at the very start, or the end."""

    key: Key | None = None
    backwards: bool = False

    def told_later(self, names: Sequence[str]) -> Cursor:
        """The same with a name for each part of its place (``Given``)."""
        return Cursor(None if self.key is None else tuple(map(Given, names)), self.backwards)

    def encoded(self) -> str:
        """As it stands in an address: times and an id, nothing of a patient's."""
        if self.key is None:
            return LAST if self.backwards else ""
        told = [part.isoformat() if isinstance(part, datetime) else part for part in self.key]
        return urlsafe_b64encode(json.dumps([self.backwards, *told]).encode()).decode().rstrip("=")


LAST = "last"
LONGEST = 200
"""Characters of a cursor; a reader of JSON is not asked to follow thousands of brackets."""
START = Cursor()


def cursor(text: str, order: Order) -> Cursor:
    """Raises BadCursor for what no page of this order wrote."""
    if not text or text == LAST:
        return Cursor(backwards=text == LAST)
    if len(text) > LONGEST:
        raise BadCursor
    try:
        backwards, *key = json.loads(urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4)))
    except (binascii.Error, ValueError, TypeError) as error:
        raise BadCursor from error
    if type(backwards) is not bool:
        raise BadCursor
    return Cursor(order.key(key), backwards)


@dataclass(slots=True)
class Page:
    """The rows of one page in order, and where its neighbors begin; None where there is none."""

    rows: list[Any] = field(default_factory=list)
    following: Cursor | None = None
    preceding: Cursor | None = None
    is_first: bool = True
    window_ended: bool = False


def page(
    requests: Requests, order: Order, at: Cursor, *, shown: Requests, looked_through: Requests | None = None
) -> Page:
    """One page of ``requests``, its rows read as ``shown`` reads them: one statement, which finds them within
    an index first, however they are filtered.

    ``looked_through`` are the same requests without the filters that no index answers: of these a page looks
    at WINDOW at most, and says so where it ended there.
    """
    edge = _edge(looked_through, order, at) if looked_through is not None else None
    there = requests if edge is None else order.until(requests, edge, backwards=at.backwards)
    return page_of(list(rows(there, order, at, shown=shown)), order, at, edge=edge)


def rows(requests: Requests, order: Order, at: Cursor, *, shown: Requests) -> Requests:
    """One more than a page has, from its beginning on."""
    there = order.ordered(_from(requests, order, at), backwards=at.backwards)
    found = there.values("pk")[: SIZE + 1]
    return order.ordered(shown.filter(pk__in=found), backwards=at.backwards)


def page_of(rows: list[AppointmentRequest], order: Order, at: Cursor, *, edge: Key | None = None) -> Page:
    """The page of what ``rows`` read; ``edge``: where the window ended in which they were looked for."""
    more = len(rows) > SIZE
    rows = rows[:SIZE]
    at_start = at == START or (at.backwards and not more and edge is None)
    beyond = (
        Cursor(order.place(rows[-1]) if more else edge, at.backwards) if more or edge is not None else None
    )
    behind = Cursor(order.place(rows[0]), not at.backwards) if rows and at.key is not None else None
    made = Page(rows, beyond, behind, at_start, not more and edge is not None)
    if at.backwards:
        made.rows.reverse()
        made.following, made.preceding = made.preceding, made.following
    return made


def _from(requests: Requests, order: Order, at: Cursor) -> Requests:
    return requests if at.key is None else order.after(requests, at.key, backwards=at.backwards)


def _edge(looked_through: Requests, order: Order, at: Cursor) -> Key | None:
    """The last place within the window; None where everything that is left lies within."""
    there = order.ordered(_from(looked_through, order, at), backwards=at.backwards)
    return there.values_list(*order.columns)[WINDOW - 1 : WINDOW].first()
