"""The erasure of one person, who asked for it: all their requests, with everything that hangs on them.

A person is a patient: a name, in any spelling, and a date of birth. A contact alone may be that of a helper
who wrote for several. What a draft holds cannot be found, for it is sealed; it lasts two hours.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass

from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction

from appointments import audit, contacts, names
from appointments.audit import Actor
from appointments.models import AppointmentRequest, LinkWish, StaffSession
from appointments.retention import Removed, holds, remove
from appointments.security.sessions import SEARCHES, SessionStore


class Held(Exception):
    """Nothing was erased: these requests are under a hold; ``requests`` are all of them."""

    def __init__(self, requests: list[AppointmentRequest]) -> None:
        super().__init__("under a hold")
        self.requests = requests


class SeveralPatients(Exception):
    """A contact was given for several patients; ``references`` are those of each."""

    def __init__(self, references: list[list[str]]) -> None:
        super().__init__("the contact of several patients")
        self.references = references


@dataclass(frozen=True, slots=True)
class Person:
    """The requests of one patient; ``beside`` are others with a contact of theirs, a helper's perhaps."""

    requests: list[AppointmentRequest]
    beside: list[AppointmentRequest]


def find_by_reference(reference: str) -> Person | None:
    """Whose request this is, with all the others of the same name and date of birth."""
    request = AppointmentRequest.objects.filter(reference=reference).first()
    return _person(request) if request else None


def find_by_contact(contact: str) -> Person | None:
    """Whose contact this is. Raises SeveralPatients where it was given for more than one: a helper's, say."""
    found = AppointmentRequest.objects.with_contact(contact).order_by("pk")
    patients: dict[tuple[str, str], list[AppointmentRequest]] = {}
    for request in found:
        who = (names.normal(request.patient_name), request.date_of_birth.isoformat())
        patients.setdefault(who, []).append(request)
    if len(patients) > 1:
        raise SeveralPatients([[request.reference for request in each] for each in patients.values()])
    return _person(found[0]) if patients else None


def _person(request: AppointmentRequest) -> Person:
    everything = AppointmentRequest.objects.all()
    own = list(everything.of_patient(request.patient_name, request.date_of_birth))
    others: dict[int, AppointmentRequest] = {}
    for contact in _contacts(own):
        others |= {each.pk: each for each in everything.with_contact(contact)}
    mine = {each.pk for each in own}
    return Person(own, [each for pk, each in sorted(others.items()) if pk not in mine])


def _contacts(requests: list[AppointmentRequest]) -> set[str]:
    given = (contact for request in requests for contact in (request.email, request.phone) if contact)
    return {contacts.normal(contact) for contact in given}


@transaction.atomic
def erase(*, actor: Actor, request_ids: list[int]) -> Removed:
    """Delete these requests of one person, open ones too, and wishes for a link to their contacts.

    Raises Held, with nothing deleted, where one of them is under a hold. Those that are gone already count
    for nothing: to erase once more changes nothing.
    """
    rows = AppointmentRequest.objects.filter(pk__in=request_ids).order_by("pk")
    requests = list(rows.select_for_update())
    held = [request for request in requests if holds(request)]
    if held:
        raise Held(held)
    if not requests:
        return Removed()
    given = _contacts(requests)
    wishes = [wish.pk for wish in LinkWish.objects.all() if contacts.normal(wish.contact) in given]
    LinkWish.objects.filter(pk__in=wishes).delete()
    ids = [request.pk for request in requests]
    removed = remove(ids)
    removed.hanging += Counter({str(LinkWish._meta.verbose_name_plural): len(wishes)} if wishes else {})
    audit.record_each(actor=actor, action="erased", request_ids=ids)
    _forget_searches()
    return removed


def _forget_searches() -> None:
    """Drop what all staff have searched for from their log-ins: it may be the name of who is erased."""
    for key in list(StaffSession.objects.values_list("session_key", flat=True)):
        session = SessionStore(key)
        if session.pop(SEARCHES, None) is not None:
            with suppress(UpdateError):  # they logged out this very moment, and it is gone with the rest
                session.save()
