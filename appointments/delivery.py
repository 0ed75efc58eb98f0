"""Delivery of the messages that are due, by as many workers as there are.

A message is claimed by a lease, in a transaction of its own, and sent after it. A worker that dies between
the mail server's yes and the commit leaves the message claimed: when the lease is over it is sent once more,
with the same Message-ID, by which mail programs and servers know it as one. It is never lost.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPRecipientsRefused

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from appointments import audit, letters
from appointments.models import Message

logger = logging.getLogger("appointments.delivery")

PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440)]
"""Between one attempt and the next; after the last, the message is listed as failed."""

LEASE = timedelta(minutes=5)
"""How long a worker may take over one message before another worker tries it."""

PERMANENT = 500
"""From here on a mail server's answer is its last word (RFC 5321, 4.2.1)."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round of the worker did."""

    sent: int
    put_off: int
    failed: int = 0


def deliver_due(*, limit: int = 100) -> Delivery:
    """Send what is due, one message at a time over one connection.

    Where the mail server cannot be reached the round ends: the next message would fare no better, and each
    try may take as long as the time-out.
    """
    became: Counter[str] = Counter()
    with _mail_server() as server:
        while became.total() < limit and (message := _claim(timezone.now())):
            try:
                server.open()
            except OSError as error:
                became[_put_off(message, error)] += 1
                break
            became[_send(message, server)] += 1
    state = Message.State
    return Delivery(sent=became[state.SENT], put_off=became[state.WAITING], failed=became[state.FAILED])


@contextmanager
def _mail_server() -> Iterator[BaseEmailBackend]:
    server = get_connection()
    try:
        yield server
    finally:
        _hang_up(server)


def _hang_up(server: BaseEmailBackend) -> None:
    with suppress(OSError):
        server.close()


def _claim(now: datetime) -> Message | None:
    """Take the next message for this worker alone, for the length of the lease."""
    with transaction.atomic():
        message = (
            Message.objects.select_related("request")
            .select_for_update(skip_locked=True, of=("self",))
            .filter(state=Message.State.WAITING, due_at__lte=now)
            .order_by("due_at")
            .first()
        )
        if message is None:
            return None
        message.attempts += 1
        message.due_at = now + LEASE
        message.save(update_fields=["attempts", "due_at"])
    return message


def _send(message: Message, server: BaseEmailBackend) -> Message.State:
    """Send one message; what became of it."""
    try:
        email = letters.as_email(message)
        email.connection = server
        email.send()
    except SMTPRecipientsRefused as error:
        if all(code >= PERMANENT for code, _said in error.recipients.values()):
            return _give_up(message, "mail_refused")
        return _put_off(message, error)
    except Exception as error:  # noqa: BLE001 - whatever the mail server does, the message is kept
        _hang_up(server)
        return _put_off(message, error)
    Message.objects.filter(pk=message.pk, state=Message.State.WAITING).update(
        state=Message.State.SENT, sent_at=timezone.now()
    )
    return Message.State.SENT


def _put_off(message: Message, error: Exception) -> Message.State:
    """Until after the next pause; after the last pause it has failed."""
    logger.warning(
        "message %s not sent at attempt %s: %s", message.pk, message.attempts, type(error).__name__
    )
    if message.attempts > len(PAUSES):
        return _give_up(message, "mail_given_up")
    Message.objects.filter(pk=message.pk, state=Message.State.WAITING).update(
        due_at=timezone.now() + PAUSES[message.attempts - 1]
    )
    return Message.State.WAITING


@transaction.atomic
def _give_up(message: Message, action: str) -> Message.State:
    """Leave it to the staff; the trail says why it failed."""
    waiting = Message.objects.filter(pk=message.pk, state=Message.State.WAITING)
    if waiting.update(state=Message.State.FAILED):
        audit.record(actor=audit.SYSTEM, action=action, request_id=message.request_id, message=message.pk)
    return Message.State.FAILED
