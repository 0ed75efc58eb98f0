"""The statuses of a request and the one table of what may happen to it. No ORM; lifecycle.py carries it out.

Urgency is not a status: it is computed, and changed by a person, apart from this table.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


class Status(StrEnum):
    NEW = "new"
    IN_REVIEW = "in_review"
    CONTACTED = "contacted"
    SCHEDULED = "scheduled"
    CLOSED = "closed"

    @property
    def label(self) -> _StrPromise:
        return _STATUS_LABELS[self]


class Outcome(StrEnum):
    """Why a request was closed."""

    SEEN = "seen"
    NOT_REACHED = "not_reached"
    REFERRED = "referred"
    WITHDRAWN = "withdrawn"
    DUPLICATE = "duplicate"
    NOT_SUITABLE = "not_suitable"

    @property
    def label(self) -> _StrPromise:
        return _OUTCOME_LABELS[self]


class Need(StrEnum):
    """What a person has to give for a step to be taken."""

    OUTCOME = "outcome"
    SCHEDULED_FOR = "scheduled_for"
    REASON = "reason"


class By(StrEnum):
    """Who may take a step."""

    STAFF = "staff"
    PATIENT = "patient"


_STATUS_LABELS: Mapping[Status, _StrPromise] = {
    Status.NEW: _("New"),
    Status.IN_REVIEW: _("In review"),
    Status.CONTACTED: _("Contacted"),
    Status.SCHEDULED: _("Scheduled"),
    Status.CLOSED: _("Closed"),
}
_OUTCOME_LABELS: Mapping[Outcome, _StrPromise] = {
    Outcome.SEEN: _("Seen"),
    Outcome.NOT_REACHED: _("Could not be reached"),
    Outcome.REFERRED: _("Referred elsewhere"),
    Outcome.WITHDRAWN: _("Withdrawn by patient"),
    Outcome.DUPLICATE: _("Duplicate"),
    Outcome.NOT_SUITABLE: _("Not suitable"),
}

OPEN = (Status.NEW, Status.IN_REVIEW, Status.CONTACTED, Status.SCHEDULED)

# Who was seen needs no letter, and "closed" about a duplicate would frighten someone who still waits.
QUIET_OUTCOMES = frozenset({Outcome.SEEN, Outcome.DUPLICATE})


class NotAllowed(Exception):
    """This step does not exist, or not from this status: someone else was quicker, or the page is old."""

    def __init__(self, action: str, status: str) -> None:
        super().__init__(f"{action} is not allowed from {status}")
        self.action = action
        self.status = status


@dataclass(frozen=True, slots=True)
class Transition:
    """One row of the table. permission is a codename of this app, empty for the patient's own step."""

    action: str
    label: _StrPromise
    sources: tuple[Status, ...]
    target: Status
    permission: str
    needs: tuple[Need, ...] = ()
    tells_patient: bool = False
    outcome: Outcome | None = None
    by: By = By.STAFF

    def tells(self, outcome: Outcome | None = None) -> bool:
        """Whether the patient is sent a message when this step is taken with this outcome."""
        return self.tells_patient and outcome not in QUIET_OUTCOMES


# fmt: off
TRANSITIONS: tuple[Transition, ...] = (
    # Someone starts to look after it; this also ends the alarm of an urgent request that nobody took.
    Transition("take_up", _("Take up"), (Status.NEW,), Status.IN_REVIEW, "contact_request"),
    # An attempt that reached nobody: the status stays, but whoever tries has taken a new request up.
    Transition("attempt", _("Tried, not reached"), (Status.NEW, Status.IN_REVIEW), Status.IN_REVIEW,
               "contact_request"),
    Transition("attempt", _("Tried, not reached"), (Status.CONTACTED,), Status.CONTACTED, "contact_request"),
    Transition("contact", _("Reached the patient"), (Status.NEW, Status.IN_REVIEW), Status.CONTACTED,
               "contact_request"),
    # Also from scheduled: another date.
    Transition("schedule", _("Schedule"), (Status.IN_REVIEW, Status.CONTACTED, Status.SCHEDULED),
               Status.SCHEDULED, "schedule_request", (Need.SCHEDULED_FOR,), tells_patient=True),
    # The date falls through and there is no new one yet: nobody may go on reading the old date.
    Transition("unschedule", _("Cancel the date"), (Status.SCHEDULED,), Status.CONTACTED, "schedule_request",
               (Need.REASON,), tells_patient=True),
    Transition("close", _("Close"), OPEN, Status.CLOSED, "close_request", (Need.OUTCOME,),
               tells_patient=True),
    Transition("reopen", _("Reopen"), (Status.CLOSED,), Status.IN_REVIEW, "reopen_request", (Need.REASON,),
               tells_patient=True),
    Transition("withdraw", _("Withdraw"), OPEN, Status.CLOSED, "", tells_patient=True,
               outcome=Outcome.WITHDRAWN, by=By.PATIENT),
)
# fmt: on


def allowed(status: str, by: By = By.STAFF) -> tuple[Transition, ...]:
    """The steps that may be taken from this status, in the order of the table."""
    return tuple(row for row in TRANSITIONS if status in row.sources and row.by is by)


def transition(action: str, status: str, by: By = By.STAFF) -> Transition:
    """The row for this step from this status. Raises NotAllowed where there is none."""
    for row in allowed(status, by):
        if row.action == action:
            return row
    raise NotAllowed(action, status)
