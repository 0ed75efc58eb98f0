"""What tells people from programs, at no cost to people: a box nobody sees, and how long the form was open.

Neither refuses anybody: who filled the box is shown it and asked to empty it (a password manager may have
filled it), who was too quick is asked to press the button once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.core import signing
from django.utils import timezone

TRAP = "website"
"""The name of the box: something that programs like to fill."""

OPENED = "opened"
"""The name of the hidden field with the signed time at which the form was opened."""

SHORTEST = timedelta(seconds=3)
LONGEST = timedelta(days=1)
_SALT = "appointments.abuse.opened"
_LONGEST_STAMP = 200


@dataclass(frozen=True, slots=True)
class Trap:
    """The box that stays empty, for ``appointments/trap.html`` and ``appointments/trap_told.html``."""

    value: str = ""
    name: str = TRAP

    @property
    def filled(self) -> bool:
        return bool(self.value)


def trap(posted: Mapping[str, Any]) -> Trap:
    """The box as it came back."""
    return Trap(str(posted.get(TRAP, "")).strip())


def from_another_site(headers: Mapping[str, str], host: str) -> bool:
    """Whether another site made a browser send this. Who tells neither is no browser that a site can use."""
    if site := headers.get("Sec-Fetch-Site"):
        return site not in ("same-origin", "none")
    origin = headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc != host


def stamp() -> str:
    """The present time, signed: in whole seconds, and never ahead of the clock."""
    return signing.dumps(int(timezone.now().timestamp()), salt=_SALT)


def opened_at(signed: str) -> datetime | None:
    """When the form was opened; None for what we did not sign, or signed too long ago."""
    if len(signed) > _LONGEST_STAMP:
        return None
    try:
        seconds = signing.loads(signed, salt=_SALT)
    except signing.BadSignature:
        return None
    opened, now = datetime.fromtimestamp(seconds, UTC), timezone.now()
    return opened if timedelta() <= now - opened <= LONGEST else None


def took_time(signed: str) -> bool:
    """Whether the form was open for as long as a person needs at least."""
    opened = opened_at(signed)
    return opened is not None and timezone.now() - opened >= SHORTEST
