"""Checks the trail against its seals, with little memory however long it is."""

from __future__ import annotations

import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from appointments import audit_key
from appointments.models import Event
from appointments.seals import BEFORE_THE_FIRST, TEXT, digest

SEALED_WITHIN = timedelta(minutes=5)
"""The worker seals within seconds; an entry older than this without a seal is told."""

BACKWARD = timedelta(minutes=10)
"""How much earlier an entry may say it was than the one sealed before it: longer than any transaction."""

MOST_TOLD = 50
ROWS_AT_ONCE = 5_000

CHAIN = f"""SELECT s.id, s.event_id, s.digest, CASE WHEN e.id IS NOT NULL THEN {TEXT} END
FROM appointments_seal s LEFT JOIN appointments_event e ON e.id = s.event_id ORDER BY s.id"""  # noqa: S608

UNSEALED = """SELECT e.id FROM appointments_event e LEFT JOIN appointments_seal s ON s.event_id = e.id
WHERE s.event_id IS NULL AND e.at < %s ORDER BY e.id"""

Row = tuple[int, int, bytes, str | None]
"""Place, entry, digest, and the entry's text; None where it is gone."""


@dataclass(slots=True)
class Check:
    """How far a check has come, and what it found: one line each, the first ones; ``wrong`` counts all."""

    wanted_head: str = ""
    sealed: int = 0
    place: int = 0
    digest: bytes = BEFORE_THE_FIRST
    head_place: int = 0
    intact: int = 0
    wrong: int = 0
    told: list[str] = field(default_factory=list)
    _at: str = ""
    _keys: list[bytes] = field(default_factory=list)

    @property
    def head(self) -> str:
        """The last digest of the chain, for the operator to keep outside; empty for a chain without seals."""
        return self.digest.hex() if self.place else ""

    def tell(self, what: str) -> None:
        self.wrong += 1
        if len(self.told) < MOST_TOLD:
            self.told.append(what)


def run(wanted_head: str = "") -> Iterator[Check]:
    """Check everything, yielding the same ``Check`` from time to time and once complete."""
    check = Check(wanted_head=wanted_head.lower())
    check._keys = [audit_key.sealing_key(), *audit_key.former_sealing_keys()]
    for rows in _chain():
        backward = [row[1] for row in rows if _look_at(check, row)]
        for number in _not_samples(backward):
            check.tell(f"entry {number}: its time lies before that of the entry sealed before it")
        yield check
    if check.sealed and not check.intact:
        check.tell("no seal fits: is AUDIT_KEY (or SECRET_KEY) the one they were made with?")
    if check.wanted_head and not check.head_place:
        check.tell("the digest given with --head stands nowhere in the chain: its end was cut off")
    _tell_unsealed(check)
    yield check


def _chain() -> Iterator[list[Row]]:
    """Seals in their order, each with its entry, as of one moment."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(CHAIN)
        while rows := cursor.fetchmany(ROWS_AT_ONCE):
            yield rows


def _look_at(check: Check, row: Row) -> bool:
    """Check one seal against the one before it and its entry; whether the time ran backward here.

    What is compared with is the stored digest before, so that one change is told once, where it is.
    """
    place, number, stored, text = row
    stored = bytes(stored)
    gap = place != check.place + 1
    if gap:
        first, last = check.place + 1, place - 1
        check.tell(f"seal {first} is gone" if first == last else f"seals {first} to {last} are gone")
    if text is None:
        check.tell(f"entry {number}: gone, its seal at place {place} is left")
    elif not gap and not _fits(check, stored, text):
        check.tell(f"entry {number}: not as it was sealed at place {place}")
    else:
        check.intact += not gap
    backward = text is not None and _runs_backward(check, text)
    check.sealed, check.place, check.digest = check.sealed + 1, place, stored
    if check.wanted_head and stored.hex() == check.wanted_head:
        check.head_place = place
    return backward


def _fits(check: Check, stored: bytes, text: str) -> bool:
    """Whether a key makes this digest; the one that did last is tried first."""
    for number, key in enumerate(check._keys):
        if hmac.compare_digest(digest(key, check.digest, text), stored):
            if number:
                check._keys.insert(0, check._keys.pop(number))
            return True
    return False


def _runs_backward(check: Check, text: str) -> bool:
    """Whether an entry's time, its first text, lies well before the last one's. They sort as texts do."""
    at = text.split('"', 2)[1]
    before, check._at = check._at, at
    return at < before and datetime.fromisoformat(at) < datetime.fromisoformat(before) - BACKWARD


def _not_samples(numbers: list[int]) -> list[int]:
    """Without the entries of made-up requests, made up with times in the past: they say so themselves."""
    if not numbers:
        return []
    real = Event.objects.filter(pk__in=numbers).exclude(codes__contains={"sample": True})
    return list(real.order_by("pk").values_list("pk", flat=True))


def _tell_unsealed(check: Check) -> None:
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(UNSEALED, [timezone.now() - SEALED_WITHIN])
        for (number,) in cursor:
            check.tell(f"entry {number}: never sealed (is the worker running?)")
