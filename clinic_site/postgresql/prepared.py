"""A statement that PostgreSQL plans once for each connection, where planning takes longer than answering.

https://www.postgresql.org/docs/current/sql-prepare.html
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DatabaseError, connection
from psycopg2.errors import DuplicatePreparedStatement, FeatureNotSupported, InvalidSqlStatementName

PLACE = re.compile(r"%%|%\((?P<name>\w+)\)s")
"""Of a value; or a percent sign, which may stand before anything."""

ONE_PLAN = "SET plan_cache_mode = force_generic_plan; "
"""Said once to each connection, and holds for all that it plans. PostgreSQL would plan the first five anew,
to see whether knowing the values helps: not here, where those that matter for a plan stand in the text.
https://www.postgresql.org/docs/current/runtime-config-query.html#GUC-PLAN-CACHE-MODE
"""

_prepared: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""Of each open connection: the names of what it has prepared, and ONE_PLAN. They go with the connection."""


class Prepared:
    """``sql`` has its values as ``%(name)s``; ``types`` says as what PostgreSQL takes which it cannot tell.

    A name is the digest of what it names: whoever prepared it, it is the same. What is asked seldom is not
    ``planned``: a connection keeps its plans for as long as it lives.
    """

    def __init__(self, sql: str, types: Mapping[str, str] | None = None, *, planned: bool = True) -> None:
        self._planned = planned
        names = list(dict.fromkeys(filter(None, PLACE.findall(sql))))
        known = types or {}
        typed = f" ({', '.join(known.get(name, 'unknown') for name in names)})" if known else ""
        numbers = {name: f"${number}" for number, name in enumerate(names, start=1)}
        numbered = PLACE.sub(lambda place: numbers[place["name"]] if place["name"] else "%%", sql)
        self._name = "p_" + hashlib.blake2s(f"{typed}{numbered}".encode(), digest_size=8).hexdigest()
        given = f" ({', '.join(f'%({name})s' for name in names)})" if names else ""
        self._prepare = self._text(f"PREPARE {self._name}{typed} AS {numbered}", names)
        self._execute = f"EXECUTE {self._name}{given}"
        self.sql = self._text(PLACE.sub(lambda place: _cast(place, known), sql), names)

    @staticmethod
    def _text(sql: str, names: list[str]) -> str:
        """psycopg2 reads a doubled percent sign as one, but only where there are values."""
        return sql if names else sql.replace("%%", "%")

    def one(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of the answer; None where there is none.

        Behind a pooler that gives each transaction another connection nothing is prepared: who has one sets
        Django's DISABLE_SERVER_SIDE_CURSORS. Where nobody said so, a connection has prepared less or more
        than we know: either is told by an error before anything is run, and made good. Within a transaction
        that error would end it, so there nothing is prepared either.
        """
        connection.ensure_connection()
        pooled = connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]
        if pooled or connection.in_atomic_block or not self._planned:
            return _first(self.sql, values)
        prepared = _prepared.setdefault(connection.connection, set())
        one_plan = "" if ONE_PLAN in prepared else ONE_PLAN
        first = "" if self._name in prepared else f"{self._prepare}; "
        try:
            row = _first(one_plan + first + self._execute, values)
        except DatabaseError as error:
            match error.__cause__:
                case InvalidSqlStatementName() | DuplicatePreparedStatement():
                    prepared ^= {self._name}
                case FeatureNotSupported() if self._name in prepared:  # a column has another type now
                    _run(f"DEALLOCATE {self._name}")
                    prepared.remove(self._name)
                case _:
                    raise
            return _first(self.sql, values)
        prepared |= {self._name, ONE_PLAN}
        return row


def _cast(place: re.Match[str], types: Mapping[str, str]) -> str:
    return f"{place[0]}::{types[place['name']]}" if place["name"] in types else place[0]


def _run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def _first(sql: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)
        row: tuple[Any, ...] | None = cursor.fetchone()
        return row


def literal(value: Any) -> str:
    """The value as it stands in SQL."""
    with connection.cursor() as cursor:
        written: bytes = cursor.cursor.mogrify("%s", [value])
        return written.decode()


def as_json(values: Any) -> str:
    """Values as PostgreSQL takes them out of JSON again, into columns of any type."""
    return json.dumps(values, default=_as_text)


def _as_text(value: Any) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
