"""The only writer of the trail. Ids and codes only: what a person wrote never enters it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from appointments.models import Event

BESIDE = frozenset(
    "note seen overdue link_wished send_link renew_link "
    "mail_refused mail_given_up mail_set_aside resend".split()
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


def record(*, actor: Actor, action: str, request_id: int | None = None, **codes: Any) -> Event:
    """Append one entry; call it in the transaction of what it records."""
    return Event.objects.create(
        request_id=request_id,
        actor_kind=actor.kind,
        actor_id=actor.account,
        action=action,
        codes={key: value for key, value in codes.items() if value not in (None, "")},
    )
