"""Makes requests in one thread while PostgreSQL takes the chunk before: COPY, a transaction a chunk."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing
from queue import Queue
from threading import Thread
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.db import connection, transaction

from appointments import audit, roles
from appointments.models import AppointmentRequest
from appointments.samples.rows import REQUEST_COLUMNS, Chunk, Maker

CHUNK = 5_000
COLLEAGUES = {"ursula": roles.CLINICIAN, "frank": roles.FRONT_DESK, "amara": roles.FRONT_DESK,
              "mateo": roles.FRONT_DESK}  # fmt: skip
READ_AT_ONCE = 1 << 20


def colleagues() -> list[int]:
    """The sample staff who look after sample requests; nobody can log in as one of them."""
    made = []
    for name, role in COLLEAGUES.items():
        user, is_new = get_user_model().objects.get_or_create(
            username=f"sample-{name}", defaults={"first_name": name.capitalize(), "is_staff": True}
        )
        if is_new:
            user.set_unusable_password()
            user.save(update_fields=["password"])
            user.groups.set(Group.objects.filter(name=role))
        made.append(user.pk)
    return made


def store(maker: Maker, count: int, *, open_count: int) -> Iterator[int]:
    """Store so many, and yield how many are stored after each chunk. Raises IntegrityError where a chunk's
    references are there already; the chunks before it stay.
    """
    waiting: Queue[Chunk | Exception | None] = Queue(maxsize=2)
    chunks = maker.chunks(_reserved_ids(count), open_count=open_count, size=CHUNK)
    Thread(target=_make, args=(chunks, waiting), daemon=True).start()
    stored = 0
    while (chunk := waiting.get()) is not None:
        if isinstance(chunk, Exception):
            raise chunk
        with transaction.atomic(), closing(connection.cursor()) as cursor, connection.wrap_database_errors:
            _copy(cursor, AppointmentRequest._meta.db_table, REQUEST_COLUMNS, chunk.requests)
            audit.copy_samples(cursor, chunk.entries)
        stored += len(chunk.requests)
        yield stored


def _make(chunks: Iterator[Chunk], waiting: Queue[Chunk | Exception | None]) -> None:
    try:
        for chunk in chunks:
            waiting.put(chunk)
    except Exception as error:  # noqa: BLE001 - raised again where it is awaited
        waiting.put(error)
    waiting.put(None)


def _reserved_ids(count: int) -> list[int]:
    """So that the trail can name a request before it is stored."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [AppointmentRequest._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]


def _copy(cursor: Any, table: str, columns: list[str], lines: list[str]) -> None:
    copying = f"COPY {table} ({', '.join(columns)}) FROM STDIN"
    cursor.copy_expert(copying, io.StringIO("".join(lines)), size=READ_AT_ONCE)
