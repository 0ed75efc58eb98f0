"""A sealed trail, what ``verify_audit`` says of it, and who may do anything to it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any

from django.core.management import CommandError, call_command
from django.db import connections

from appointments import audit


def happen(count: int = 1) -> list[int]:
    """That many entries; their ids."""
    return [audit.record(actor=audit.SYSTEM, action="submit", number=n).pk for n in range(count)]


def verify(**options: Any) -> tuple[str, list[str]]:
    """What ``verify_audit`` prints, and what it found wrong."""
    said, wrong = StringIO(), StringIO()
    try:
        call_command("verify_audit", stdout=said, stderr=wrong, **options)
    except CommandError as error:
        assert "The trail is not intact" in str(error)
    else:
        assert not wrong.getvalue() and "The trail is intact." in said.getvalue()
    return said.getvalue(), wrong.getvalue().splitlines()


def head() -> str:
    told = re.search(r"digest ([0-9a-f]{64})", verify()[0])
    assert told
    return told[1]


@contextmanager
def as_superuser() -> Iterator[Callable[..., None]]:
    """As the owner with the triggers off: who can do this can do anything."""
    with connections["owner"].cursor() as cursor:
        for table in ("appointments_event", "appointments_seal"):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor.execute
        for table in ("appointments_event", "appointments_seal"):
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
    connections["owner"].close()
