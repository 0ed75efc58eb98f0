"""How often one address or one contact may do something, counted in PostgreSQL by one statement.

Stretches of time are fixed (each hour, each day, in UTC). The table holds a keyed hash of what is counted,
never an address or a contact. The numbers stand in ``settings.LIMITS``.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appointments import contacts
from appointments.models import Attempt

COUNT = """
INSERT INTO appointments_attempt AS counted (key, window_start, ends_at, count) VALUES (%s, %s, %s, 1)
ON CONFLICT (key, window_start) DO UPDATE SET count = counted.count + 1 RETURNING count
"""
"""Two at once cannot read the same number: the second waits for the row until the first has committed."""

COUNT_REQUEST = """
by_address AS (
    INSERT INTO appointments_attempt AS counted (key, window_start, ends_at, count)
    SELECT %(address_key)s, %(address_begun)s, %(address_ends)s, 1 FROM draft WHERE %(address_most)s > 0
    ON CONFLICT (key, window_start) DO UPDATE
        SET count = counted.count + 1 WHERE counted.count < %(address_most)s
    RETURNING key
), by_contact AS (
    INSERT INTO appointments_attempt AS counted (key, window_start, ends_at, count)
    SELECT contact, %(contact_begun)s, %(contact_ends)s, 1
    FROM by_address, unnest(%(contact_keys)s) AS contact
    ON CONFLICT (key, window_start) DO UPDATE SET count = counted.count + 1
    RETURNING key, count > %(contact_most)s AS too_often
)"""
"""The parts of ``lifecycle.SUBMIT`` that count a request.

``by_address`` is empty, and nothing is counted, where too many came from there. By where it comes from alone:
were a contact refused, anybody could learn that it asked before, and keep its owner from asking. One that
was given ``too_often`` is counted, and not written to. Always in the same order, so that two at once never
wait for each other.
"""

COUNT_REQUEST_TYPES = {
    "address_key": "bytea",
    "address_most": "int",
    "address_begun": "timestamptz",
    "address_ends": "timestamptz",
    "contact_keys": "bytea[]",
    "contact_most": "int",
    "contact_begun": "timestamptz",
    "contact_ends": "timestamptz",
}

GIVE_BACK = """
UPDATE appointments_attempt SET count = count - 1 WHERE key = %s AND window_start = %s AND count > 0
"""


class Limited(Exception):
    """It was done as often as it may be; it may be done again at ``again_at``. ``first``: just now."""

    def __init__(self, again_at: datetime, *, first: bool = False) -> None:
        super().__init__("done as often as it may be for now")
        self.again_at = again_at
        self.first = first

    @property
    def seconds(self) -> int:
        """How long to wait, for the header Retry-After."""
        return max(1, ceil((self.again_at - timezone.now()).total_seconds()))


def count(name: str, value: str) -> datetime:
    """Count that this address or contact does what the limit of that name is about; the stretch's beginning.

    Raises Limited once that was done too often. Inside a transaction that then rolls back, the refused
    attempt is not counted; those let through are.
    """
    most, begun, ends = _stretch(name)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, [_key(name, value), begun, ends])
        number: int = cursor.fetchone()[0]
    if number > most:
        raise Limited(ends, first=number == most + 1)
    return begun


def _stretch(name: str) -> tuple[int, datetime, datetime]:
    """How often at most in the present stretch of time, when that began, and when it ends."""
    most, seconds = settings.LIMITS[name]
    stretch, now = timedelta(seconds=seconds), timezone.now()
    begun = now - (now - datetime.min.replace(tzinfo=UTC)) % stretch
    return most, begun, begun + stretch


def give_back(name: str, value: str, begun: datetime) -> None:
    """Take back one that was counted in the stretch that began then, and let through."""
    with connection.cursor() as cursor:
        cursor.execute(GIVE_BACK, [_key(name, value), begun])


def of_request(*, address: str, contacts_given: list[str]) -> dict[str, Any]:
    """What ``COUNT_REQUEST`` counts: where a request comes from, and each of its contacts."""
    most, begun, ends = _stretch("request_by_address")
    contact_most, contact_begun, contact_ends = _stretch("request_by_contact")
    return {
        "address_key": _key("request_by_address", address),
        "address_most": most,
        "address_begun": begun,
        "address_ends": ends,
        "contact_keys": [contact_key(each) for each in sorted(contacts_given, key=contacts.mailbox)],
        "contact_most": contact_most,
        "contact_begun": contact_begun,
        "contact_ends": contact_ends,
    }


def contact_key(contact: str) -> bytes:
    """By what ``by_contact`` of ``COUNT_REQUEST`` knows a contact."""
    return _key("request_by_contact", contacts.mailbox(contact))


def too_many_requests() -> Limited:
    """What is to be raised where ``COUNT_REQUEST`` let nothing through."""
    return Limited(_stretch("request_by_address")[2])


def contact_limited(contact: str) -> bool:
    """Count that a patient gives this contact; whether it was given too often to be written to."""
    try:
        count("request_by_contact", contacts.mailbox(contact))
    except Limited:
        return True
    return False


def count_change(*, address: str, request_id: int) -> None:
    """Count what a patient does by the private link. Raises Limited."""
    count("change_by_address", address)
    count("change_by_request", str(request_id))


def delete_expired() -> int:
    """Delete the counts of stretches that are over; returns how many."""
    return Attempt.objects.filter(ends_at__lte=timezone.now()).delete()[0]


def _key(name: str, value: str) -> bytes:
    return salted_hmac("appointments.limits", f"{name}\n{value}", algorithm="sha256").digest()
