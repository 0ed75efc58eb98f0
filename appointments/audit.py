"""The only writer of the trail. Ids and codes only: what a person wrote never enters it."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from appointments.audit_key import keyed_hash
from appointments.models import Event
from clinic_site.postgresql.prepared import Prepared, as_json

__all__ = ["BESIDE", "LOOKS", "PATIENT", "STRANGER", "SYSTEM", "Actor", "keyed_hash", "record", "staff"]

LOOKS = frozenset("view view_list search refused".split())
"""Entries that say who looked, or was not let: the timeline of a request folds them away."""

BESIDE = LOOKS | frozenset(
    "note seen overdue link_wished send_link renew_link "
    "mail_refused mail_given_up mail_set_aside resend "
    "export export_end print hold release".split()
)
"""Entries about a request that leave the request itself as it was: they make nobody's screen outdated."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who did something; ``account`` is the staff account's id."""

    kind: Event.ActorKind
    account: int | None = None


PATIENT = Actor(Event.ActorKind.PATIENT)
SYSTEM = Actor(Event.ActorKind.SYSTEM)
STRANGER = Actor(Event.ActorKind.STRANGER)


def staff(account: int) -> Actor:
    """The actor for a signed-in member of staff."""
    return Actor(Event.ActorKind.STAFF, account)


def record_each(*, actor: Actor, action: str, request_ids: Sequence[int]) -> None:
    """Append the same entry for each of these requests; as ``record``, in their transaction."""
    Event.objects.bulk_create(
        Event(request_id=request_id, actor_kind=actor.kind, actor_id=actor.account, action=action)
        for request_id in request_ids
    )


COLUMNS = {
    "at": "timestamptz",
    "request_id": "bigint",
    "actor_kind": "text",
    "actor_id": "bigint",
    "action": "text",
    "codes": "jsonb",
}
"""Of an entry, all but its id, which the database gives."""

RECORD = Prepared(
    f"INSERT INTO appointments_event ({', '.join(COLUMNS)}) "  # noqa: S608 - no word of anybody's is in it
    f"VALUES ({', '.join(f'%({name})s' for name in COLUMNS)}) RETURNING id",
    COLUMNS,
)


def record(*, actor: Actor, action: str, request_id: int | None = None, **codes: Any) -> Event:
    """Append one entry; call it in the transaction of what it records."""
    event = Event(
        at=timezone.now(),
        request_id=request_id,
        actor_kind=actor.kind.value,
        actor_id=actor.account,
        action=action,
        codes={key: value for key, value in codes.items() if value not in (None, "")},
    )
    row = {name: getattr(event, name) for name in COLUMNS}
    [event.pk] = RECORD.one({**row, "codes": json.dumps(event.codes)}) or [None]
    event._state.adding, event._state.db = False, DEFAULT_DB_ALIAS
    return event


RECORD_REQUEST = """
event AS (
    INSERT INTO appointments_event (at, request_id, actor_kind, actor_id, action, codes)
    SELECT %(now)s, request.id, %(actor_kind)s, %(actor_id)s, 'submit', %(codes)s || jsonb_strip_nulls(
        jsonb_build_object('contact_limited', (SELECT true FROM by_contact WHERE too_often LIMIT 1)))
    FROM request
    RETURNING id, request_id
)"""
"""The part of ``lifecycle.SUBMIT`` that appends the entry of the request it stores."""

RECORD_REQUEST_TYPES = {"actor_kind": "text", "actor_id": "bigint", "codes": "jsonb"}


def of_request(actor: Actor, **codes: Any) -> dict[str, Any]:
    """What ``RECORD_REQUEST`` records."""
    return {"actor_kind": actor.kind, "actor_id": actor.account, "codes": as_json(codes)}


def copy_samples(cursor: Any, lines: list[str]) -> None:
    """Append the trail of made-up requests, whose times lie in the past: lines of COLUMNS for COPY."""
    copying = f"COPY {Event._meta.db_table} ({', '.join(COLUMNS)}) FROM STDIN"
    cursor.copy_expert(copying, io.StringIO("".join(lines)), size=1 << 20)
