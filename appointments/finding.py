"""Finds the requests that staff search for, by indexes only, and never more than can be looked through."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import reduce

from django.db.models import DateTimeField, Func, Q, TextField, Value
from django.db.models.functions import LTrim, Reverse, Right, StrIndex

from appointments import audit, lifecycle
from appointments.audit import Actor
from appointments.models import AppointmentRequest
from appointments.models.request import LONGEST_NAMES
from appointments.querysets import RequestQuerySet
from appointments.search_words import FEWEST_DIGITS, Kind, Reading, read, tidy

SHOWN = 200
SHORT_WORD = 3
"""Letters of a word of which the index, which knows three at a time, needs the blank before it."""


@dataclass(frozen=True, slots=True)
class Findings:
    """The ids found, open ones first; whether there were more; how the words were read."""

    ids: list[int]
    more: bool
    readings: list[Reading]


def search(*, actor: Actor, words: str) -> Findings:
    """Find, and record that somebody searched: a keyed hash of the words, how they were read, how many."""
    found = find(words)
    kinds = {reading.kind.value for reading in found.readings}
    if any(reading.name for reading in found.readings):
        kinds.add(Kind.NAME.value)
    audit.record(
        actor=actor,
        action="search",
        kinds=sorted(kinds),
        words=audit.keyed_hash(tidy(words)),
        found=len(found.ids),
        more=found.more or None,
    )
    return found


def find(words: str) -> Findings:
    """Those that the words may mean, by the surest reading first; one statement finds them all."""
    readings = read(words, today=lifecycle.today())
    matching = [each for reading in readings for each in _matching(reading)]
    waiting = [every.open().order_by("is_answered", "respond_by", "pk") for every, _finished in matching]
    finished = [part for _every, parts in matching for part in parts]
    ids = list(dict.fromkeys(_first_of_each(waiting, finished))) if matching else []
    return Findings(ids[:SHOWN], len(ids) > SHOWN, readings)


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


Matching = tuple[RequestQuerySet, list[RequestQuerySet]]
"""All that match, and the finished ones among them, the latest first, in one part or more."""


def _looked_up(matching: RequestQuerySet) -> Matching:
    return matching, [_by_sorting(matching)]


def _by_sorting(matching: RequestQuerySet) -> RequestQuerySet:
    """The finished ones, the latest first, where no index has them so: they are looked up, then sorted."""
    return matching.filter(status="closed").order_by(_BySorting("received_at").desc(), "-pk")


def _in_order(matching: RequestQuerySet) -> RequestQuerySet:
    """The finished ones, the latest first, as an index holds them."""
    return matching.filter(status="closed").order_by("-received_at", "-pk")


class _BySorting(Func):
    """A time in whose order no index leads, so that PostgreSQL looks up what matches and sorts that.

    Else it may walk through all requests in their order until enough match, expecting far more of them than
    there are.
    """

    template = "(%(expressions)s + interval '0')"
    output_field = DateTimeField()


def _matching(reading: Reading) -> Iterator[Matching]:
    """Of what the reading means, those of its name, where it has one."""
    for every, finished in _alone(reading):
        yield _with_parts(every, reading.name), [_with_parts(each, reading.name) for each in finished]


def _alone(reading: Reading) -> Iterator[Matching]:
    everything = AppointmentRequest.objects.all()
    match reading.kind:
        case Kind.REFERENCE:
            yield _looked_up(everything.filter(reference=reading.values[0]))
        case Kind.REFERENCE_PART:
            begins, ends = reading.values
            # The index knows the last group.
            last = everything.alias(last=Right("reference", 3)).filter(last=ends[-3:])
            yield _looked_up(last.filter(reference__endswith=ends))
            yield _looked_up(everything.filter(reference__startswith=begins))
        case Kind.EMAIL:
            yield _looked_up(everything.exclude(email="").filter(email__istartswith=reading.values[0]))
        case Kind.PHONE:
            yield _with_patients_phone(reading.values)
            yield _looked_up(_with_phone("speaker_phone", reading.values))
        case Kind.BIRTH:
            yield _looked_up(everything.filter(date_of_birth__in=reading.days))
        case Kind.NAME:
            yield _named(reading.values)


def _with_patients_phone(endings: tuple[str, ...]) -> Matching:
    """So many may share four digits that those finished have an index of them in the order shown."""
    found = _with_phone("phone", endings)
    digits = endings[-1]
    if len(digits) > FEWEST_DIGITS:
        return _looked_up(found)
    given = AppointmentRequest.objects.exclude(phone="").alias(last=Right("phone", FEWEST_DIGITS))
    return found, [_in_order(given.filter(last=digits))]


def _with_phone(column: str, endings: tuple[str, ...]) -> RequestQuerySet:
    """The indexes know numbers from the end; they leave out rows without one."""
    any_ending = Q()
    for ending in endings:
        how = "turned" if ending.startswith("+") else "turned__startswith"
        any_ending |= Q(**{how: ending[::-1]})
    given = AppointmentRequest.objects.exclude(**{column: ""}).alias(turned=Reverse(column))
    return given.filter(any_ending)


def _named(parts: tuple[str, ...]) -> Matching:
    """So many may match that walking is quicker: an index holds names in the order shown, but the longest."""
    matching = _with_parts(AppointmentRequest.objects.all(), parts)
    short = matching.filter(search_names__length__lte=LONGEST_NAMES)
    long = matching.filter(search_names__length__gt=LONGEST_NAMES)
    return matching, [_in_order(short), _by_sorting(long)]


def _with_parts(requests: RequestQuerySet, parts: tuple[str, ...]) -> RequestQuerySet:
    return reduce(_with_part, parts, requests)


def _with_part(requests: RequestQuerySet, part: str) -> RequestQuerySet:
    """A word that begins so, as the column has it: without accents and capitals, a blank before it.

    The index answers by three letters at a time. Those with the blank are in so many names that a longer word
    is found in a third of the time without them; that it begins there is seen in the names found.
    """
    word = Func(Value(part), function="appointments_folded", output_field=TextField())
    if len(part) <= SHORT_WORD:
        return requests.filter(search_names__contains=word)
    found = requests.filter(search_names__contains=LTrim(word))
    return found.alias(begins=StrIndex("search_names", word)).exclude(begins=0)
