"""A statement that PostgreSQL plans once for each connection, where planning takes longer than answering.

https://www.postgresql.org/docs/current/sql-prepare.html
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from psycopg2.errors import DuplicatePreparedStatement, InvalidSqlStatementName

_planned: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()
"""Of each open connection: the names of what it has planned. They go with the connection."""


class PlannedStatement:
    """SQL with one value as its answer. ``%s`` stands for values, in their order.

    A name is the digest of what it names: whoever planned it, it is the same.
    """

    def __init__(self, sql: str) -> None:
        self._sql = sql
        self._name = "read_" + hashlib.blake2s(sql.encode(), digest_size=8).hexdigest()

    def value(self, values: Sequence[Any]) -> Any:
        """The answer.

        Behind a pooler that gives each transaction another connection nothing is planned ahead: who has one
        sets Django's DISABLE_SERVER_SIDE_CURSORS. Where nobody said so, a connection has planned less or more
        than we know: either is told by an error, and made good. Within a transaction that error would end it,
        so there nothing is planned ahead either.
        """
        connection = connections[DEFAULT_DB_ALIAS]
        connection.ensure_connection()
        if connection.in_atomic_block or connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            return _answer(self._sql, values)
        planned = _planned.setdefault(connection.connection, set())
        given = f" ({', '.join(['%s'] * len(values))})" if values else ""
        execute = f"EXECUTE {self._name}{given}"
        plan = "" if self._name in planned else f"{self._plan(len(values))}; "
        try:
            answer = _answer(plan + execute, values)
        except DatabaseError as error:
            if not isinstance(error.__cause__, InvalidSqlStatementName | DuplicatePreparedStatement):
                raise
            planned ^= {self._name}
            return _answer(self._sql, values)
        planned.add(self._name)
        return answer

    def _plan(self, values: int) -> str:
        numbered = self._sql % tuple(f"${number + 1}" for number in range(values))
        return f"PREPARE {self._name} AS {numbered.replace('%', '%%')}"


def _answer(sql: str, values: Sequence[Any]) -> Any:
    with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]
