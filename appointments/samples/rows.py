"""Whole made-up requests and their trail, as lines for COPY."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from uuid import UUID

from appointments import clinic_time, reference, urgency
from appointments.answers import HalfDay
from appointments.samples.cases import ASSESSED_COLUMNS, Case, draw
from appointments.samples.copying import NULL, field, moment
from appointments.samples.courses import DAY, Course, finished, still_open
from appointments.samples.people import PERSON_COLUMNS, person

REQUEST_COLUMNS = [
    "id", "reference", "submission_key", "link_nonce", "received_at", "is_sample", "legal_hold",
    "in_medical_record", "consent_version", "respond_by", "status", "outcome", "first_contact_at",
    "scheduled_for", "closed_at", "withdrawal_unseen", "assigned_to_id", "version", "visit_type", "place",
    "person", "times", "language", "other_language", "interpreter", "site_language",
    *ASSESSED_COLUMNS, *PERSON_COLUMNS,
]  # fmt: skip

YEARS = 3
SETTLED = 16 * DAY
"""A closed request came at least so long ago."""
OPEN_FOR = 25
"""An open request came at most so many days ago."""
AFTER_MIDNIGHT = [6, 7, 8, 9, 9, 10, 10, 11, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 20, 21, 21, 22, 23, 2]
"""Hours of the day at which requests come, at the clinic."""


@dataclass(frozen=True, slots=True)
class World:
    """What the made-up requests may name."""

    now: datetime
    places: list[str]
    people: list[str]
    staff: list[int]


@dataclass(slots=True)
class Chunk:
    """Lines for both tables."""

    requests: list[str]
    entries: list[str]


def said_of_samples(codes: str) -> str:
    """The codes of an entry, saying that it is made up: its time lies in the past, and the request may go."""
    return '{"sample": true}' if codes == "{}" else f'{codes[:-1]}, "sample": true}}'


class Maker:
    """Makes requests one after the other; the same chance and world make the same ones."""

    def __init__(self, chance: Random, world: World) -> None:
        self.chance = chance
        self.world = world
        self.rules = urgency.rules()
        self.cases = draw(chance)

    def chunks(self, ids: list[int], *, open_count: int, size: int) -> Iterator[Chunk]:
        """Those closed by now in the order they came, then the open ones."""
        moments = self._moments(len(ids), open_count)
        closed = len(ids) - open_count
        for start in range(0, len(ids), size):
            chunk = Chunk([], [])
            for place in range(start, min(start + size, len(ids))):
                self._add(chunk, ids[place], next(moments), is_open=place >= closed)
            yield chunk

    def _moments(self, count: int, open_count: int) -> Iterator[datetime]:
        closed = count - open_count
        first = self.world.now - YEARS * 365 * DAY
        span = self.world.now - SETTLED - first
        for number in range(closed):
            yield self._in_the_day(first + span * ((number + self.chance.random()) / closed))
        ages = [min(self.chance.expovariate(1 / 4.0), OPEN_FOR) for _ in range(open_count)]
        for age in sorted(ages, reverse=True):
            yield self.world.now - DAY * age - timedelta(minutes=2)

    def _in_the_day(self, at: datetime) -> datetime:
        """Fewer at weekends, and at the hours at which people write."""
        if at.weekday() > 4 and self.chance.random() < 0.5:
            at -= DAY * (1 + int(self.chance.random() * 5))
        hour = (self.chance.choice(AFTER_MIDNIGHT) + 4) % 24
        second = int(self.chance.random() * 3600)
        return at.replace(hour=hour, minute=second // 60, second=second % 60, microsecond=0)

    def _add(self, chunk: Chunk, pk: int, received: datetime, *, is_open: bool) -> None:
        arrived = clinic_time.clinic_today(received, self.rules.hours.time_zone)
        case = self.chance.choice(self.cases)
        due = clinic_time.respond_by(received, case.level, self.rules)
        course = self._course(received, due, is_open=is_open)
        chunk.requests.append(self._line(pk, case, course, due, arrived))
        submitted = f'{{"urgency": "{case.level.value}", "rules": "{self.rules.version}"}}'
        entries = [(received, "patient", None, "submit", submitted), *course.entries]
        chunk.entries += [
            f"{moment(at)}\t{pk}\t{kind}\t{field(account)}\t{action}\t{said_of_samples(codes)}\n"
            for at, kind, account, action, codes in entries
        ]

    def _course(self, received: datetime, due: datetime, *, is_open: bool) -> Course:
        """What became of it; one that would have gone on after now is tried anew, or still waits."""
        while True:
            course = Course(received, self.chance.choice(self.world.staff))
            (still_open if is_open else finished)(self.chance, course, due, self.world.now)
            if all(entry[0] < self.world.now for entry in course.entries):
                return course
            if is_open:
                return Course(received, course.holder)

    def _line(self, pk: int, case: Case, course: Course, due: datetime, arrived: date) -> str:
        chance = self.chance
        lot = chance.random()
        visit = "in_person" if lot < 0.45 else "virtual" if lot < 0.65 else "either"
        language = "es" if chance.random() < 0.11 else "other" if chance.random() < 0.03 else "en"
        place = chance.choice(self.world.places) if visit != "virtual" and chance.random() < 0.7 else ""
        asked_for = chance.choice(self.world.people) if chance.random() < 0.15 else ""
        own = (
            str(pk), reference.new_reference(self.chance.choice), str(UUID(int=chance.getrandbits(128))),
            str(UUID(int=chance.getrandbits(128))), moment(course.received), "t", "f", "f", "sample",
            moment(due), course.status, course.outcome, moment(course.first_contact),
            moment(course.scheduled_for), moment(course.closed),
            field(course.is_unseen and (course.gave_up_a_date or case.level == urgency.Level.SAME_DAY)),
            NULL if course.assigned is None else str(course.assigned), str(course.version),
            visit, place, asked_for, self._times(arrived), language,
            "Arabic" if language == "other" else "", field(language != "en" and chance.random() < 0.7),
            "es" if language == "es" else "en",
        )  # fmt: skip
        born = str(arrived - timedelta(days=case.days)) if case.from_birth and case.days else ""
        whose = person(chance, arrived, in_person=visit == "in_person", born=born)
        return "\t".join(own) + f"\t{case.told_on(arrived)}\t{whose}\n"

    def _times(self, arrived: date) -> str:
        """Up to three half-days, as JSON."""
        days = sorted({1 + int(self.chance.random() * 40) for _ in range(int(self.chance.random() * 3.5))})
        halves = (self.chance.choice(HalfDay.values) for _ in days)
        told = (
            f'{{"date": "{arrived + timedelta(days=day)}", "half": "{half}"}}'
            for day, half in zip(days, halves, strict=True)
        )
        return f"[{', '.join(told)}]"
