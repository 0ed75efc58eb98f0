"""Seals entries of the trail after they were committed, so that nobody who writes to it waits for anybody.

Seal n holds HMAC-SHA256(key, digest n-1 + text of the entry), before the first 32 zero bytes. So a changed
entry no longer fits its seal, a removed seal leaves a gap, and only a cut-off end fits: against that the
operator keeps the last digest outside (``manage.py verify_audit --head``). What is changed or removed in the
seconds before its seal is not noticed.
"""

from __future__ import annotations

import hashlib
import hmac
import io
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from appointments import audit_key

TEXT = """jsonb_build_array(e.id, to_char(e.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    e.request_id, e.actor_kind, e.actor_id, e.action, e.codes)::text"""
"""An entry as one text, the same whenever and by whomever it is read: every column, the time in UTC."""

BEFORE_THE_FIRST = bytes(32)
LOCK = 8_317_205_113
"""The advisory lock under which seals are made: one number of ours, used for nothing else."""

UNSEALED = f"""SELECT e.id, {TEXT} FROM appointments_event e
WHERE e.id > %(after)s
    AND NOT EXISTS (SELECT FROM appointments_seal s WHERE s.event_id = e.id AND s.event_id > %(after)s)
ORDER BY e.id LIMIT %(most)s"""  # noqa: S608 - no word of anybody's is in it

MOMENT = """SELECT pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint,
    (SELECT coalesce(max(id), 0) FROM appointments_event) FROM pg_current_snapshot() AS now"""

BATCH = 20_000
BATCHES_A_ROUND = 5
"""So that the worker's other tasks have their turn while a million entries are caught up with."""


def digest(key: bytes, before: bytes, text: str) -> bytes:
    """The digest that seals an entry after ``before``, the digest of the seal before it."""
    return hmac.digest(key, before + text.encode(), hashlib.sha256)


@dataclass(frozen=True, slots=True)
class _Awaited:
    """Entries up to ``newest`` are all there, or never will be, once no transaction before ``ended`` runs."""

    newest: int
    ended: int


class Sealer:
    """Seals what has no seal yet, round after round, each looking no further back than it must.

    Entries take their ids before they are committed, so that one with a lower id may come after one with a
    higher. A first round therefore looks at all entries. From then on all up to ``_settled`` are known to be
    sealed: the highest id of an earlier round, once every transaction has ended that ran in the round after
    it. (The round between is for who has taken an id and is no transaction yet, some microseconds long.)
    """

    def __init__(self) -> None:
        self._settled = 0
        self._newest = 0
        self._awaited: _Awaited | None = None

    def seal_new(self) -> int:
        """Seal committed entries in the order of their ids; how many. None while another worker does."""
        with connection.cursor() as cursor:
            cursor.execute(MOMENT)
            oldest_running, next_transaction, newest = cursor.fetchone()
        sealed, after = 0, self._settled
        for _batch in range(BATCHES_A_ROUND):
            last, count = _seal_batch(after)
            sealed += count
            if last is None:
                return sealed
            if count < BATCH:
                self._settle(oldest_running, next_transaction, newest)
                return sealed
            after = last
        return sealed

    def _settle(self, oldest_running: int, next_transaction: int, newest: int) -> None:
        """Note what a round that left nothing unsealed has learned."""
        if self._awaited and oldest_running >= self._awaited.ended:
            self._settled, self._awaited = self._awaited.newest, None
        if self._awaited is None and self._newest > self._settled:
            self._awaited = _Awaited(self._newest, next_transaction)
        self._newest = newest


@transaction.atomic
def _seal_batch(after: int) -> tuple[int | None, int]:
    """Seal the next entries after that id: the last one's id and how many; None where another worker seals.

    The lock is held to the end of the transaction, and what stands last in the chain is read after it was
    taken: two workers never continue from the same seal.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None, 0
        cursor.execute("SELECT id, digest FROM appointments_seal ORDER BY id DESC LIMIT 1")
        place, before = cursor.fetchone() or (0, BEFORE_THE_FIRST)
        cursor.execute(UNSEALED, {"after": after, "most": BATCH})
        entries = cursor.fetchall()
        if entries:
            lines = io.StringIO("".join(_lines(place, bytes(before), entries)))
            cursor.copy_expert("COPY appointments_seal (id, event_id, digest) FROM STDIN", lines)
    return (entries[-1][0] if entries else after), len(entries)


def _lines(place: int, before: bytes, entries: Iterable[tuple[int, str]]) -> Iterable[str]:
    """The seals of these entries, after the one at that place, as COPY reads them."""
    key = audit_key.sealing_key()
    for number, text in entries:
        place += 1
        before = digest(key, before, text)
        yield f"{place}\t{number}\t\\\\x{before.hex()}\n"
