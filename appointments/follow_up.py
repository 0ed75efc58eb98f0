"""What may change on a stored request besides its status: the contact, the preferred times, the private link.

As in lifecycle.py every change is one transaction: the row, its trail entry, and the messages about it. The
trail says which columns changed, never what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from appointments import audit, contacts, lifecycle, limits, notifications, private_link, states
from appointments.audit import Actor
from appointments.models import AppointmentRequest, Event, LinkWish, Message

CONTACT = ("reach", "email", "phone", "speaking_hard", "relay", "may_leave_message")
"""The columns of change_contact."""

LINK_SHOWN = timedelta(minutes=15)
"""How long staff can look again at a link they made."""

LINK_WISHED = "link_wished"
LINK_ACTIONS = (LINK_WISHED, "renew_link")
"""A wish that came by phone number waits until staff have made a link."""

PATIENT_CHANGES = ("change_contact", "change_times")
"""What the patient changes by the private link; staff are shown it until their next step, or press Seen."""

SEEN = "seen"


@transaction.atomic
def change_contact(
    *,
    actor: Actor,
    request_id: int,
    seen_version: int,
    contact: Mapping[str, Any],
    address: str = "",
    reason: str = "",
) -> AppointmentRequest:
    """Reach the patient another way from now on; the address before is told too.

    ``address`` is the patient's, whom the limits count as the sender; staff are not counted, and say why.
    Raises Outdated, limits.Limited, states.NotAllowed where the request is closed. What is there already
    changes nothing; nor does an e-mail address that differs in case alone. One that patients gave too often
    is not written to.
    """
    request = _open(request_id, "change_contact")
    former, given = request.email, {name: contact[name] for name in CONTACT}
    moved = contacts.normal(former) != contacts.normal(given["email"])
    if not moved:
        given["email"] = former
    changed = _changed(request, given)
    if not changed:
        return request
    lifecycle.refuse_outdated(request, seen_version)
    by_patient = actor == audit.PATIENT
    if by_patient:
        limits.count_change(address=address, request_id=request_id)
    limited = by_patient and moved and bool(given["email"]) and limits.contact_limited(given["email"])
    values = {name: given[name] for name in changed}
    event = _recorded(actor, "change_contact", request, values, contact_limited=limited or None)
    lifecycle.keep_reason(request, event, actor, reason)
    if not limited:
        notifications.tell_patient(request=request, event=event, kind=Message.Kind.CONTACT)
    if former and moved:
        notifications.tell_former_address(request=request, event=event, address=former, write=not limited)
    return lifecycle.saved(request)


@transaction.atomic
def change_times(
    *, actor: Actor, request_id: int, seen_version: int, times: list[dict[str, str]], address: str
) -> AppointmentRequest:
    """Prefer other half-days. A date that was given stays as it is.

    ``address`` is whom the limits count as the sender. Raises Outdated, limits.Limited, states.NotAllowed
    where the request is closed. What is there already changes nothing.
    """
    request = _open(request_id, "change_times")
    if not _changed(request, {"times": times}):
        return request
    lifecycle.refuse_outdated(request, seen_version)
    limits.count_change(address=address, request_id=request_id)
    _recorded(actor, "change_times", request, {"times": times})
    return lifecycle.saved(request)


@transaction.atomic
def renew_link(*, actor: Actor, request_id: int, tell_patient: bool, address: str = "") -> AppointmentRequest:
    """Give the request a new private link; the one before opens nothing any more.

    It is no change of the request: nobody's screen is outdated by it. ``address`` is the patient's, whom the
    limits count; staff are not counted. Raises states.NotAllowed where links no longer open it,
    limits.Limited.
    """
    request = lifecycle.locked(request_id)
    if not AppointmentRequest.objects.followable(timezone.now()).filter(pk=request_id).exists():
        raise states.NotAllowed("renew_link", request.status)
    if actor == audit.PATIENT:
        limits.count_change(address=address, request_id=request_id)
    private_link.renew(request)
    request.save(update_fields=["link_nonce", "link_digest"])
    event = audit.record(actor=actor, action="renew_link", request_id=request_id)
    if tell_patient:
        notifications.tell_patient(request=request, event=event, kind=Message.Kind.LINK)
    return request


@transaction.atomic
def mark_seen(*, actor: Actor, request_id: int, seen_version: int) -> None:
    """Keep that staff have seen what the patient did by the private link. Raises Outdated."""
    lifecycle.refuse_outdated(lifecycle.locked(request_id), seen_version)
    audit.record(actor=actor, action=SEEN, request_id=request_id)
    lifecycle.note_withdrawal_seen(request_id)


def wish_for_link(*, contact: str) -> None:
    """Keep that somebody asked for a new link, whether there is a request or not; the worker answers."""
    LinkWish.objects.create(contact=contact)


ANSWERED_WISHES = 3
"""For how many requests one wish is answered at most, the newest first."""


def answer_link_wishes(*, limit: int = 100) -> int:
    """Answer the wishes that wait, each by one worker and once; returns how many."""
    answered = 0
    while answered < limit and _answer_one():
        answered += 1
    return answered


@transaction.atomic
def _answer_one() -> bool:
    wish = LinkWish.objects.select_for_update(skip_locked=True).order_by("pk").first()
    if wish is None:
        return False
    followable = AppointmentRequest.objects.followable(timezone.now())
    for request in followable.with_contact(wish.contact)[:ANSWERED_WISHES]:
        if "@" in wish.contact:
            _send_link(request.pk)
        elif not waits_for_link(request):
            audit.record(actor=audit.SYSTEM, action=LINK_WISHED, request_id=request.pk)
    wish.delete()
    return True


def _send_link(request_id: int) -> None:
    """Send the link that holds: anybody may ask, so nobody's link may stop by it.

    A new one is made only where the site's secret was replaced and the link cannot be told any more.
    """
    request = lifecycle.locked(request_id)
    if not private_link.token_of(request):
        renew_link(actor=audit.SYSTEM, request_id=request_id, tell_patient=True)
        return
    event = audit.record(actor=audit.SYSTEM, action="send_link", request_id=request_id)
    notifications.tell_patient(request=request, event=event, kind=Message.Kind.LINK)


def made_link_lately(*, account: int, request_id: int) -> bool:
    """Whether this member of staff made the link that the request has now, some minutes ago."""
    last = Event.objects.filter(request_id=request_id, action="renew_link").last()
    return last is not None and last.actor_id == account and timezone.now() - last.at < LINK_SHOWN


def waits_for_link(request: AppointmentRequest) -> bool:
    """Whether somebody asked by phone number for a new link, and staff have made none since."""
    last = Event.objects.filter(request_id=request.pk, action__in=LINK_ACTIONS).last()
    return last is not None and last.action == LINK_WISHED


def _open(request_id: int, action: str) -> AppointmentRequest:
    request = lifecycle.locked(request_id)
    if not request.is_open:
        raise states.NotAllowed(action, request.status)
    return request


def _changed(request: AppointmentRequest, values: Mapping[str, Any]) -> list[str]:
    return [name for name, value in values.items() if getattr(request, name) != value]


def _recorded(
    actor: Actor, action: str, request: AppointmentRequest, values: Mapping[str, Any], **codes: Any
) -> Event:
    """Set the columns, unsaved, and record which."""
    for name, value in values.items():
        setattr(request, name, value)
    return audit.record(actor=actor, action=action, request_id=request.pk, changed=sorted(values), **codes)
