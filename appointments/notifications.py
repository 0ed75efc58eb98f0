"""Messages: queued in the transaction of what they announce, delivered outside it.

Words come from ``templates/messages/<kind>.txt`` when a message is sent. They hold no symptom, no reason and
no name of the service, and nothing personal stands in a subject.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from appointments.models import AppointmentRequest, Event, Message
from services.models import Clinic

logger = logging.getLogger("appointments.notifications")

PAUSES = [timedelta(minutes=m) for m in (1, 5, 15, 60, 240, 720, 1440)]
"""Between one attempt and the next; after the last, the message is listed as failed."""

LEASE = timedelta(minutes=5)
"""How long a worker may take over one message before another worker tries it."""

SUBJECTS = {
    Message.Kind.RECEIVED: _("We have your request"),
    Message.Kind.SCHEDULED: _("A date for your visit"),
    Message.Kind.UNSCHEDULED: _("Your visit needs a new date"),
    Message.Kind.CLOSED: _("Your request is closed"),
    Message.Kind.REOPENED: _("Your request is open again"),
    Message.Kind.URGENT: _("A request is waiting for an answer today"),
}

KIND_AFTER = {
    "schedule": Message.Kind.SCHEDULED,
    "unschedule": Message.Kind.UNSCHEDULED,
    "close": Message.Kind.CLOSED,
    "withdraw": Message.Kind.CLOSED,
    "reopen": Message.Kind.REOPENED,
}
"""Which message tells the patient of which step."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What one round of the worker did."""

    sent: int
    put_off: int


def tell_patient(*, request: AppointmentRequest, event: Event, kind: Message.Kind) -> None:
    """Queue a message to the patient, where they gave an e-mail address."""
    if request.email:
        _queue(request, event, kind, request.email, request.site_language)


def tell_staff(*, request: AppointmentRequest, event: Event) -> None:
    """Queue the message that something urgent came in."""
    if settings.STAFF_ALERT_EMAIL:
        _queue(request, event, Message.Kind.URGENT, settings.STAFF_ALERT_EMAIL, settings.LANGUAGE_CODE)


def _queue(
    request: AppointmentRequest, event: Event, kind: Message.Kind, recipient: str, language: str
) -> None:
    Message.objects.create(
        request=request,
        event_id=event.pk,
        kind=kind,
        recipient=recipient,
        language=language,
        due_at=timezone.now(),
    )


def deliver_due(*, limit: int = 100) -> Delivery:
    """Send what is due, one message at a time. Several workers may run this at once."""
    sent = put_off = 0
    for _round in range(limit):
        message = _claim(timezone.now())
        if message is None:
            break
        if _send(message):
            sent += 1
        else:
            put_off += 1
    return Delivery(sent=sent, put_off=put_off)


def _claim(now: datetime) -> Message | None:
    """Take the next message for this worker alone, for the length of the lease."""
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(skip_locked=True)
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


def _send(message: Message) -> bool:
    try:
        as_email(message).send()
    except Exception as error:  # noqa: BLE001 - whatever the mail server does, the message is kept
        logger.warning(
            "message %s not sent at attempt %s: %s", message.pk, message.attempts, type(error).__name__
        )
        _put_off(message)
        return False
    Message.objects.filter(pk=message.pk, state=Message.State.WAITING).update(
        state=Message.State.SENT, sent_at=timezone.now()
    )
    return True


def _put_off(message: Message) -> None:
    waiting = Message.objects.filter(pk=message.pk, state=Message.State.WAITING)
    if message.attempts > len(PAUSES):
        waiting.update(state=Message.State.FAILED)
    else:
        waiting.update(due_at=timezone.now() + PAUSES[message.attempts - 1])


def as_email(message: Message) -> EmailMessage:
    """The message as it is sent, in its own language. Its Message-ID is the same at each attempt."""
    with translation.override(message.language):
        context = {
            "request": message.request,
            "clinic": Clinic.objects.first(),
            "address": settings.PUBLIC_ADDRESS,
        }
        domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
        return EmailMessage(
            subject=str(SUBJECTS[Message.Kind(message.kind)]),
            body=render_to_string(f"messages/{message.kind}.txt", context).strip() + "\n",
            to=[message.recipient],
            headers={"Message-ID": f"<{message.message_key}@{domain}>", "Auto-Submitted": "auto-generated"},
        )
