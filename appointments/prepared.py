"""A statement that PostgreSQL parses and plans once for each connection, instead of each time it is run."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any
from weakref import WeakSet

from django.db import connection

PLACE = re.compile(r"%\((\w+)\)s")


class Prepared:
    """``sql`` has its values as ``%(name)s``; ``types`` says as what PostgreSQL takes each of them.

    Behind a pooler that gives each transaction another connection nothing can be prepared: who has one sets
    Django's DISABLE_SERVER_SIDE_CURSORS, and the statement is run as it stands.
    """

    def __init__(self, name: str, sql: str, types: Mapping[str, str]) -> None:
        numbers = {value: number for number, value in enumerate(types, start=1)}
        numbered = PLACE.sub(lambda place: f"${numbers[place[1]]}", sql)
        self.prepare = f"PREPARE {name} ({', '.join(types.values())}) AS {numbered}"
        self.execute = f"EXECUTE {name} ({', '.join(f'%({value})s' for value in types)})"
        self.sql = PLACE.sub(lambda place: f"{place[0]}::{types[place[1]]}", sql)
        self.prepared_on: WeakSet[Any] = WeakSet()

    def one(self, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
        """The first row of the answer; None where there is none."""
        with connection.cursor() as cursor:
            cursor.execute(self._on(cursor), values)
            row: tuple[Any, ...] | None = cursor.fetchone()
            return row

    def _on(self, cursor: Any) -> str:
        """What runs it on this cursor's connection."""
        if connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
            return self.sql
        if cursor.connection not in self.prepared_on:
            cursor.execute(self.prepare)
            self.prepared_on.add(cursor.connection)
        return self.execute


def as_json(values: Any) -> str:
    """Values as PostgreSQL takes them out of JSON again, into columns of any type."""
    return json.dumps(values, default=_as_text)


def _as_text(value: Any) -> str:
    return f"\\x{value.hex()}" if isinstance(value, bytes) else str(value)
