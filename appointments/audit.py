"""The only writer of the trail. Ids and codes only: what a person wrote never enters it."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from appointments.audit_key import keyed_hash
from appointments.models import Event

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


def record(*, actor: Actor, action: str, request_id: int | None = None, **codes: Any) -> Event:
    """Append one entry; call it in the transaction of what it records."""
    return Event.objects.create(
        request_id=request_id,
        actor_kind=actor.kind,
        actor_id=actor.account,
        action=action,
        codes={key: value for key, value in codes.items() if value not in (None, "")},
    )


SAMPLE_COLUMNS = ["at", "request_id", "actor_kind", "actor_id", "action", "codes"]


def copy_samples(cursor: Any, lines: list[str]) -> None:
    """Append the trail of made-up requests, whose times lie in the past; lines as COPY reads them."""
    copying = f"COPY {Event._meta.db_table} ({', '.join(SAMPLE_COLUMNS)}) FROM STDIN"
    cursor.copy_expert(copying, io.StringIO("".join(lines)), size=1 << 20)
