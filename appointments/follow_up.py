"""What may change on a stored request besides its status: the contact, the preferred times, the private link.

As in lifecycle.py every change is one transaction: the row, its trail entry, and the messages about it. The
trail says which columns changed, never what they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone

from appointments import audit, lifecycle, notifications, private_link, states
from appointments.audit import Actor
from appointments.models import AppointmentRequest, Event, LinkWish, Message

CONTACT = ("reach", "email", "phone", "speaking_hard", "relay", "may_leave_message")
"""The columns of change_contact."""

LINK_WISHED = "link_wished"
LINK_ACTIONS = (LINK_WISHED, "renew_link")
"""A wish that came by phone number waits until staff have made a link."""

PATIENT_CHANGES = ("change_contact", "change_times")
"""What the patient changes by the private link; staff are shown it until their next step."""


@transaction.atomic
def change_contact(
    *, actor: Actor, request_id: int, seen_version: int, contact: Mapping[str, Any]
) -> AppointmentRequest:
    """Reach the patient another way from now on; the address before is told too.

    Raises Outdated, states.NotAllowed where the request is closed. What is there already changes nothing.
    """
    request = _open(request_id, "change_contact")
    changed = _changed(request, {name: contact[name] for name in CONTACT})
    if not changed:
        return request
    lifecycle.refuse_outdated(request, seen_version)
    former = request.email
    event = _recorded(actor, "change_contact", request, {name: contact[name] for name in changed})
    notifications.tell_patient(request=request, event=event, kind=Message.Kind.CONTACT)
    if former and former.casefold() != request.email.casefold():
        notifications.tell_former_address(request=request, event=event, address=former)
    return lifecycle.saved(request)


@transaction.atomic
def change_times(
    *, actor: Actor, request_id: int, seen_version: int, times: list[dict[str, str]]
) -> AppointmentRequest:
    """Prefer other half-days. A date that was given stays as it is.

    Raises Outdated, states.NotAllowed where the request is closed. What is there already changes nothing.
    """
    request = _open(request_id, "change_times")
    if not _changed(request, {"times": times}):
        return request
    lifecycle.refuse_outdated(request, seen_version)
    _recorded(actor, "change_times", request, {"times": times})
    return lifecycle.saved(request)


@transaction.atomic
def renew_link(*, actor: Actor, request_id: int, tell_patient: bool) -> AppointmentRequest:
    """Give the request a new private link; the one before opens nothing any more.

    It is no change of the request: nobody's screen is outdated by it. Raises states.NotAllowed where links no
    longer open it.
    """
    request = lifecycle.locked(request_id)
    if not AppointmentRequest.objects.followable(timezone.now()).filter(pk=request_id).exists():
        raise states.NotAllowed("renew_link", request.status)
    private_link.renew(request)
    request.save(update_fields=["link_nonce", "link_digest"])
    event = audit.record(actor=actor, action="renew_link", request_id=request_id)
    if tell_patient:
        notifications.tell_patient(request=request, event=event, kind=Message.Kind.LINK)
    return request


def wish_for_link(*, contact: str) -> None:
    """Keep that somebody asked for a new link, whether there is a request or not; the worker answers."""
    LinkWish.objects.create(contact=contact)


ANSWERED_WISHES = 3
"""How many requests one wish renews at most, the newest first."""


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
            renew_link(actor=audit.SYSTEM, request_id=request.pk, tell_patient=True)
        elif not waits_for_link(request):
            audit.record(actor=audit.SYSTEM, action=LINK_WISHED, request_id=request.pk)
    wish.delete()
    return True


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


def _recorded(actor: Actor, action: str, request: AppointmentRequest, values: Mapping[str, Any]) -> Event:
    """Set the columns, unsaved, and record which."""
    for name, value in values.items():
        setattr(request, name, value)
    return audit.record(actor=actor, action=action, request_id=request.pk, changed=sorted(values))
