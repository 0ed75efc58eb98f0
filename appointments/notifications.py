"""Messages, queued in the transaction of what they announce; and what staff do about those that failed.

``appointments.letters`` makes their words, ``appointments.delivery`` sends them.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce
from django.utils import timezone

from appointments import audit, limits
from appointments.answers import UrgencyLevel
from appointments.audit import Actor
from appointments.models import AppointmentRequest, Event, Message
from clinic_site.postgresql.prepared import as_json

KIND_AFTER = {
    "schedule": Message.Kind.SCHEDULED,
    "unschedule": Message.Kind.UNSCHEDULED,
    "close": Message.Kind.CLOSED,
    "withdraw": Message.Kind.CLOSED,
    "reopen": Message.Kind.REOPENED,
}
"""Which message tells the patient of which step."""

TO_THE_PATIENT = [
    kind for kind in Message.Kind if kind not in (Message.Kind.URGENT, Message.Kind.CONTACT_OLD)
]
"""Kinds that go to the address the request has now."""


AFTER_THEIR_OWN_ACT = [Message.Kind.RECEIVED, Message.Kind.CONTACT, Message.Kind.LINK]
"""Kinds that follow from what the patient, or somebody with the link, did."""


TELL_OF_REQUEST = """
message AS (
    INSERT INTO appointments_message
        (request_id, event_id, kind, recipient, language, state, attempts, due_at, message_key)
    SELECT event.request_id, event.id, kind, recipient, language, 'waiting', 0, %(now)s, gen_random_uuid()
    FROM event, jsonb_to_recordset(%(messages)s)
        AS told (kind text, recipient text, language text, contact bytea)
    WHERE NOT EXISTS (SELECT FROM by_contact WHERE key = contact AND too_often)
)"""
"""The part of ``lifecycle.SUBMIT`` that queues the messages about the request it stores, but none to a
contact that was given too often."""

TELL_OF_REQUEST_TYPES = {"messages": "jsonb"}


def of_request(request: AppointmentRequest) -> dict[str, Any]:
    """What ``TELL_OF_REQUEST`` queues: to the patient that it is received, to staff where it is urgent."""
    told: list[dict[str, Any]] = []
    if request.email:
        contact = limits.contact_key(request.email)
        told.append(_told(Message.Kind.RECEIVED, request.email, request.site_language) | {"contact": contact})
    if request.urgency == UrgencyLevel.SAME_DAY and settings.STAFF_ALERT_EMAIL:
        told.append(_told(Message.Kind.URGENT, settings.STAFF_ALERT_EMAIL, settings.LANGUAGE_CODE))
    return {"messages": as_json(told)}


def _told(kind: Message.Kind, recipient: str, language: str) -> dict[str, Any]:
    return {"kind": kind, "recipient": recipient, "language": language}


def tell_patient(*, request: AppointmentRequest, event: Event, kind: Message.Kind) -> None:
    """Queue a message to the patient, where they gave an e-mail address."""
    if request.email:
        _queue(request, event, kind, request.email, request.site_language)


def tell_former_address(
    *, request: AppointmentRequest, event: Event, address: str, write: bool = True
) -> None:
    """Tell this address that it is no longer the request's, and let no message that waits go there.

    They go to the new address; where we may not ``write`` there, only what staff did is told. An address that
    was never written to, because it was given too often, is told nothing.
    """
    if not _withheld(request, event):
        _queue(request, event, Message.Kind.CONTACT_OLD, address, request.site_language)
    waiting = request.messages.filter(state=Message.State.WAITING, kind__in=TO_THE_PATIENT, recipient=address)
    if not write:
        waiting.filter(kind__in=AFTER_THEIR_OWN_ACT).delete()
    if request.email:
        waiting.update(recipient=request.email)
    else:
        waiting.delete()


def _withheld(request: AppointmentRequest, event: Event) -> bool:
    """Whether the address that the request had before this event was given too often to be written to."""
    given = Q(action="submit") | Q(action="change_contact", codes__changed__contains="email")
    last = Event.objects.filter(given, request_id=request.pk, pk__lt=event.pk).last()
    if last is None or "contact_limited" not in last.codes:
        return False
    return not request.messages.filter(event_id=last.pk, kind__in=TO_THE_PATIENT).exists()


def tell_staff(*, request: AppointmentRequest, event: Event) -> None:
    """Queue the message that something urgent waits."""
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


def remind_staff() -> int:
    """Tell staff once more, once, of each urgent request that nobody took up within its target."""
    late = AppointmentRequest.objects.alarming().overdue(timezone.now())
    told = Event.objects.filter(action="overdue", request_id__in=late.order_by().values("pk"))
    unreminded = late.exclude(pk__in=told.values("request_id"))
    return sum(_remind(request_id) for request_id in list(unreminded.values_list("pk", flat=True)))


@transaction.atomic
def _remind(request_id: int) -> bool:
    """Whether this worker reminded. The trail is read once the row is locked: another may have been first."""
    alarming = AppointmentRequest.objects.alarming().select_for_update(skip_locked=True)
    request = alarming.filter(pk=request_id).first()
    if request is None or Event.objects.filter(action="overdue", request_id=request_id).exists():
        return False
    event = audit.record(actor=audit.SYSTEM, action="overdue", request_id=request_id)
    tell_staff(request=request, event=event)
    return True


def with_fate(messages: QuerySet[Message]) -> QuerySet[Message]:
    """Each message with ``fate``: the last trail entry about it, as its action; empty where there is none."""
    about = Event.objects.filter(request_id=OuterRef("request_id"))
    about = about.annotate(message=Cast(KT("codes__message"), BigIntegerField()))
    last = about.filter(message=OuterRef("pk")).order_by("-pk").values("action")[:1]
    return messages.annotate(fate=Coalesce(Subquery(last), Value("")))


def undelivered() -> QuerySet[Message]:
    """Messages that failed and that nobody has dealt with: they raise the second alarm of the staff."""
    failed = Message.objects.filter(state=Message.State.FAILED)
    return with_fate(failed).exclude(fate="mail_set_aside")  # type: ignore[misc]  # the stubs lack fate


@transaction.atomic
def send_again(*, actor: Actor, message_id: int) -> bool:
    """Let a failed message be tried from the start, to the address that holds now.

    False where it has not failed (someone was quicker), or where there is no address any more.
    """
    failed = Message.objects.select_related("request").select_for_update(of=("self",))
    message = failed.filter(pk=message_id, state=Message.State.FAILED).first()
    recipient = _recipient_now(message) if message else ""
    if message is None or not recipient:
        return False
    message.recipient, message.state, message.attempts = recipient, Message.State.WAITING, 0
    message.due_at = timezone.now()
    message.save(update_fields=["recipient", "state", "attempts", "due_at"])
    audit.record(actor=actor, action="resend", request_id=message.request_id, message=message.pk)
    return True


def send_all_again(*, actor: Actor) -> int:
    """Let every undelivered message be tried anew; how many."""
    ids = list(undelivered().values_list("pk", flat=True))
    return sum(send_again(actor=actor, message_id=message_id) for message_id in ids)


@transaction.atomic
def set_aside(*, actor: Actor, message_id: int) -> bool:
    """Note that the patient was told another way, which ends the alarm. False where it is not failed."""
    failed = Message.objects.select_for_update().filter(pk=message_id, state=Message.State.FAILED)
    message = failed.first()
    if message is None:
        return False
    audit.record(actor=actor, action="mail_set_aside", request_id=message.request_id, message=message.pk)
    return True


def _recipient_now(message: Message) -> str:
    if message.kind == Message.Kind.URGENT:
        return str(settings.STAFF_ALERT_EMAIL)
    return message.request.email if message.kind in TO_THE_PATIENT else message.recipient
