"""What became of a made-up request: its status, its times, and the trail that led there."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random

from appointments.states import Outcome, Status

DAY = timedelta(days=1)
STAFF, PATIENT = "staff", "patient"
# In UTC; close enough to the clinic's hours for times that only have to look right.
OPENS, CLOSES = 14, 21


@dataclass(slots=True)
class Course:
    """A request on its way. An entry of the trail is time, kind of actor, account, action, codes as JSON."""

    received: datetime
    holder: int
    status: str = Status.NEW.value
    outcome: str = ""
    first_contact: datetime | None = None
    scheduled_for: datetime | None = None
    closed: datetime | None = None
    assigned: int | None = None
    version: int = 1
    is_unseen: bool = False
    entries: list[tuple[datetime, str, int | None, str, str]] = field(default_factory=list)

    @property
    def gave_up_a_date(self) -> bool:
        return bool(self.scheduled_for and self.closed and self.scheduled_for > self.closed)

    def step(self, at: datetime, action: str, target: Status, codes: str = "", by: str = STAFF) -> None:
        """Move on as the lifecycle would have."""
        said = f'{{"before": "{self.status}", "after": "{target.value}"{codes}}}'
        self.entries.append((at, by, self.holder if by == STAFF else None, action, said))
        self.status = target.value
        self.version += 1
        if by == STAFF:
            self.assigned = self.holder


def at_work(chance: Random, at: datetime) -> datetime:
    """The same moment, or the next one at which somebody is at work."""
    if at.hour >= CLOSES:
        at += DAY
    if at.weekday() > 4:
        at += DAY * (7 - at.weekday())
    if not OPENS <= at.hour < CLOSES:
        hour = OPENS + int(chance.random() * (CLOSES - OPENS))
        at = max(at, at.replace(hour=hour, minute=int(chance.random() * 60)))
    return at


def _later(chance: Random, at: datetime, days: float) -> datetime:
    return at_work(chance, at + DAY * (0.02 + chance.random() * days))


def _contact(chance: Random, course: Course, due: datetime) -> datetime:
    """Take it up and reach the patient, in time more often than not. When they were reached."""
    target = due - course.received
    taken = at_work(chance, course.received + target * (chance.random() * 0.6))
    course.step(taken, "take_up", Status.IN_REVIEW)
    if chance.random() < 0.15:
        taken = _later(chance, taken, 1)
        course.step(taken, "attempt", Status.IN_REVIEW)
    course.first_contact = at_work(chance, taken + target * (chance.random() * 0.5))
    course.step(course.first_contact, "contact", Status.CONTACTED)
    return course.first_contact


def _schedule(chance: Random, course: Course, at: datetime, ahead: float) -> datetime:
    """Give a date; when it was given."""
    at = _later(chance, at, 2)
    day = at_work(chance, at + DAY * (2 + chance.random() * ahead))
    course.scheduled_for = day.replace(minute=day.minute // 15 * 15, second=0, microsecond=0)
    said = f', "scheduled_for": "{course.scheduled_for.isoformat()}"'
    course.step(at, "schedule", Status.SCHEDULED, said)
    return at


def finished(chance: Random, course: Course, due: datetime, now: datetime) -> None:
    """A request that was closed before now."""
    lot = chance.random()
    outcome = next(each for share, each in OUTCOMES if lot < share)
    at = course.received
    if outcome not in WITHOUT_CONTACT or chance.random() < 0.4:
        at = _contact(chance, course, due)
    elif outcome != Outcome.WITHDRAWN:
        at = at_work(chance, at + (due - at) * (chance.random() * 0.6))
        course.step(at, "take_up", Status.IN_REVIEW)
    if outcome == Outcome.SEEN or (outcome == Outcome.WITHDRAWN and course.first_contact):
        at = _schedule(chance, course, at, 40)
        if outcome == Outcome.SEEN and course.scheduled_for:
            at = max(at, course.scheduled_for)
    if outcome == Outcome.NOT_REACHED:
        for _attempt in range(2):
            at = _later(chance, at, 3)
            course.step(at, "attempt", Status(course.status))
    by = PATIENT if outcome == Outcome.WITHDRAWN else STAFF
    course.closed = _later(chance, at, 3)
    action = "withdraw" if by == PATIENT else "close"
    course.step(course.closed, action, Status.CLOSED, f', "outcome": "{outcome.value}"', by)
    course.outcome = outcome.value
    course.is_unseen = by == PATIENT and now - course.closed <= 2 * DAY
    if by == PATIENT and not course.is_unseen:
        seen = _later(chance, course.closed, 1)
        course.entries.append((seen, STAFF, course.holder, "seen", "{}"))


def still_open(chance: Random, course: Course, due: datetime, now: datetime) -> None:
    """A request that is looked after, or waits: the longer ago it came, the further it is."""
    days = (now - course.received) / DAY
    lot = chance.random() * (1 if days > 3 else 1.6 if days > 1 else 4)
    if now - due > 2 * DAY and chance.random() < 0.98:
        lot *= 0.7  # hardly anybody waits for so long
    if lot > 0.93:
        return
    if lot > 0.75:
        taken = at_work(chance, course.received + (due - course.received) * (chance.random() * 0.5))
        course.step(taken, "take_up", Status.IN_REVIEW)
        return
    at = _contact(chance, course, due)
    if lot < 0.45:
        _schedule(chance, course, at, 40)


OUTCOMES = [(0.66, Outcome.SEEN), (0.75, Outcome.NOT_REACHED), (0.84, Outcome.REFERRED),
            (0.91, Outcome.WITHDRAWN), (0.94, Outcome.DUPLICATE), (1.0, Outcome.NOT_SUITABLE)]  # fmt: skip
WITHOUT_CONTACT = {Outcome.NOT_REACHED, Outcome.WITHDRAWN, Outcome.DUPLICATE}
