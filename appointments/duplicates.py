"""Requests that may be the same one sent twice. Found and shown; nothing is ever merged by itself."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from appointments import contacts
from appointments.models import AppointmentRequest
from appointments.querysets import RequestQuerySet
from appointments.states import Outcome

SHOWN = 10
"""How many are shown at most, the newest first."""

BORN_ON_A_DAY = 200
"""How many of one birth date are compared by name: at a million requests about 30 share one."""

SIMILAR = 0.8
"""How alike two names are at least, from 0 to 1: a letter or two mistyped."""


class Alike(StrEnum):
    """What two requests have in common."""

    EMAIL = "email"
    PHONE = "phone"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Likely:
    """A request that may be the same, and why.

    ``another`` where only the contact is the same, and birth date and name both differ: somebody who helps
    several people asks for each of them with one contact.
    """

    request: AppointmentRequest
    alike: tuple[Alike, ...]
    another: bool

    @property
    def can_stand_for_it(self) -> bool:
        """Whether one may be closed in favor of this: not where this was closed as a duplicate itself."""
        return self.request.outcome != Outcome.DUPLICATE


def likely(request: AppointmentRequest) -> list[Likely]:
    """The newest requests that may repeat this one, in one query: each part reads a few rows of an index."""
    others = AppointmentRequest.objects.exclude(pk=request.pk)
    parts = [others.born_on(request.date_of_birth)[:BORN_ON_A_DAY]]
    parts += [others.with_contact(given)[:SHOWN] for given in (request.email, request.phone) if given]
    found = {other.pk: _compared(request, other) for other in _together(parts)}
    newest = sorted(
        (each for each in found.values() if each.alike),
        key=lambda each: (each.request.received_at, each.request.pk),
        reverse=True,
    )
    return newest[:SHOWN]


def _together(parts: list[RequestQuerySet]) -> RequestQuerySet:
    first, *rest = (part.values_list("pk", flat=True) for part in parts)
    ids = first.union(*rest) if rest else first
    return AppointmentRequest.objects.filter(pk__in=ids)


def _compared(request: AppointmentRequest, other: AppointmentRequest) -> Likely:
    alike = []
    if request.email and contacts.normal(request.email) == contacts.normal(other.email):
        alike.append(Alike.EMAIL)
    if request.phone and request.phone == other.phone:
        alike.append(Alike.PHONE)
    same_day, same_name = (
        request.date_of_birth == other.date_of_birth,
        similar(request.patient_name, other.patient_name),
    )
    if same_day and same_name:
        alike.append(Alike.PERSON)
    return Likely(other, tuple(alike), another=not same_day and not same_name)


def similar(one: str, two: str) -> bool:
    """Whether two names may be one person's: the same words in any order, one left out, or mistyped."""
    first, second = _words(one), _words(two)
    shorter, longer = sorted((set(first), set(second)), key=len)
    if len(shorter) > 1 and shorter <= longer:
        return True
    return SequenceMatcher(None, " ".join(first), " ".join(second)).ratio() >= SIMILAR


def _words(name: str) -> list[str]:
    """The words of a name in alphabetical order, without accents, case and punctuation."""
    bare = "".join(
        character
        for character in unicodedata.normalize("NFKD", name.casefold())
        if not unicodedata.combining(character)
    )
    return sorted("".join(character if character.isalnum() else " " for character in bare).split())
