"""Finds the requests that staff search for, by indexes only, and never more than can be looked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import DateTimeField, F, Func, Q, TextField, Value
from django.db.models.functions import Right

from appointments import audit, lifecycle
from appointments.audit import Actor
from appointments.models import AppointmentRequest
from appointments.models.request import LONGEST_NAMES
from appointments.querysets import RequestQuerySet
from appointments.search_words import Kind, Reading, read, tidy

SHOWN = 200


@dataclass(frozen=True, slots=True)
class Findings:
    """The ids found, open ones first; whether there were more; how the words were read."""

    ids: list[int]
    more: bool
    readings: list[Reading]


def search(*, actor: Actor, words: str) -> Findings:
    """Find, and record that somebody searched: a keyed hash of the words, how they were read, how many."""
    found = find(words)
    kinds = sorted({reading.kind.value for reading in found.readings})
    audit.record(
        actor=actor,
        action="search",
        kinds=kinds,
        words=audit.keyed_hash(tidy(words)),
        found=len(found.ids),
        more=found.more or None,
    )
    return found


def find(words: str) -> Findings:
    """Those that the words may mean, by the surest reading first; one statement finds them all."""
    readings = read(words, today=lifecycle.today())
    matching = [(reading.kind, requests) for reading in readings for requests in _matching(reading)]
    waiting = [requests.open().order_by("is_answered", "respond_by", "pk") for _kind, requests in matching]
    finished = [part for kind, requests in matching for part in _finished(kind, requests)]
    ids = list(dict.fromkeys(_first_of_each(waiting, finished))) if matching else []
    return Findings(ids[:SHOWN], len(ids) > SHOWN, readings)


def _finished(kind: Kind, matching: RequestQuerySet) -> Iterator[RequestQuerySet]:
    """The latest first."""
    closed = matching.filter(status="closed")
    if kind == Kind.NAME:
        yield closed.filter(search_names__length__lte=LONGEST_NAMES).order_by("-received_at", "-pk")
        closed = closed.filter(search_names__length__gt=LONGEST_NAMES)
    yield closed.order_by(_BySorting("received_at").desc(), "-pk")


def _first_of_each(waiting: list[RequestQuerySet], finished: list[RequestQuerySet]) -> Iterator[int]:
    """All that wait, then all that are finished, each kind in turn. A union is in no order of its own."""
    pressing, latest = ("is_answered", "respond_by", "pk"), (Value(False), "received_at", "pk")
    first, *others = [
        *(part.values_list(Value(number), *pressing)[: SHOWN + 1] for number, part in enumerate(waiting)),
        *(part.values_list(Value(~number), *latest)[: SHOWN + 1] for number, part in enumerate(finished)),
    ]
    rows = sorted(first.union(*others, all=True))
    for number in range(len(waiting)):
        yield from (pk for part, *_, pk in rows if part == number)
    for number in range(len(finished)):
        yield from (pk for part, *_, pk in reversed(rows) if part == ~number)


class _BySorting(Func):
    """A time in whose order no index leads, so that PostgreSQL looks up what matches and sorts that.

    Else it may walk through all requests in their order until enough match, expecting far more of them than
    there are. Names alone may match so many that walking is quicker: an index holds them in that order.
    """

    template = "(%(expressions)s + interval '0')"
    output_field = DateTimeField()


def _matching(reading: Reading) -> Iterator[RequestQuerySet]:
    everything = AppointmentRequest.objects.all()
    match reading.kind:
        case Kind.REFERENCE:
            yield everything.filter(reference=reading.values[0])
        case Kind.REFERENCE_PART:
            begins, ends = reading.values
            # The index knows the last group.
            yield everything.alias(last=Right("reference", 3)).filter(
                last=ends[-3:], reference__endswith=ends
            )
            yield everything.filter(reference__startswith=begins)
        case Kind.EMAIL:
            yield everything.exclude(email="").filter(email__istartswith=reading.values[0])
        case Kind.PHONE:
            yield from map(_with_phone, ["phone", "speaker_phone"], [reading.values] * 2)
        case Kind.BIRTH:
            yield everything.filter(date_of_birth__in=reading.days)
        case Kind.NAME:
            yield everything.filter(*(Q(search_names__contains=_folded(part)) for part in reading.values))


def _with_phone(column: str, endings: tuple[str, ...]) -> RequestQuerySet:
    """The index knows the last four digits; it leaves out rows without a number."""
    any_ending = Q()
    for ending in endings:
        any_ending |= (
            Q(**{column: ending}) if ending.startswith("+") else Q(**{f"{column}__endswith": ending})
        )
    given = AppointmentRequest.objects.exclude(**{column: ""}).alias(last=Right(F(column), 4))
    return given.filter(any_ending, last=endings[-1][-4:])


def _folded(part: str) -> Func:
    """As the column has it: without accents and capitals, a blank before it."""
    return Func(Value(part), function="appointments_folded", output_field=TextField())
