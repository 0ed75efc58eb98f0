"""What may happen to a request, and the only writer of its status.

Every step is one transaction: the row, its trail entry, and the message to whoever is told. Nothing outside
the database happens here.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import GeneratedField
from django.utils import timezone

from appointments import (
    audit,
    clinic_time,
    colleagues,
    limits,
    notifications,
    private_link,
    states,
    urgency,
)
from appointments.answers import NONE_OF_THESE, UrgencyLevel
from appointments.audit import Actor
from appointments.models import AppointmentRequest, EmergencyStop, Event, Note, RequestDraft
from appointments.reference import new_reference
from appointments.states import Need, Outcome, Status
from clinic_site.postgresql.prepared import Prepared, as_json

CONTACT_ACTIONS = {"contact", "schedule"}
"""Steps after which the patient has been answered."""

WAITING_AGAIN = {"unschedule", "reopen"}
"""Steps after which the patient waits for an answer anew: no date holds, and the target runs from now."""


class Emergency(Exception):
    """The answers hold an emergency sign: nothing is stored, and the patient is told to call 911."""


class Outdated(Exception):
    """The request has changed since the person who acts last saw it; ``events`` are what happened since."""

    def __init__(self, events: list[Event]) -> None:
        super().__init__("the request has changed")
        self.events = events


class Incomplete(Exception):
    """A step was asked for without what it needs."""

    def __init__(self, need: Need) -> None:
        super().__init__(f"{need} is missing")
        self.need = need


class NoColleague(Exception):
    """A request was to be given to an account that may not look after requests."""


def today() -> date:
    """The day at the clinic."""
    return clinic_time.clinic_today(timezone.now(), urgency.rules().hours.time_zone)


def count_emergency_stop() -> None:
    """Keep that a draft ended at an emergency sign, and nothing else of it."""
    with transaction.atomic():
        EmergencyStop.objects.get_or_create(day=today())
        stop = EmergencyStop.objects.select_for_update().get(day=today())
        stop.count += 1
        stop.save(update_fields=["count"])


STORED = [
    field.column
    for field in AppointmentRequest._meta.concrete_fields
    if not field.primary_key and not isinstance(field, GeneratedField)
]
SUBMIT = Prepared(
    f"""
WITH draft AS (
    SELECT id FROM appointments_requestdraft
    WHERE submission_key = %(submission_key)s AND request_id IS NULL FOR UPDATE
), {limits.COUNT_REQUEST}, request AS (
    INSERT INTO appointments_appointmentrequest ({", ".join(STORED)}) SELECT {", ".join(STORED)}
    FROM by_address, jsonb_populate_record(NULL::appointments_appointmentrequest, %(request)s)
    RETURNING id
), {audit.RECORD_REQUEST}, {notifications.TELL_OF_REQUEST}
UPDATE appointments_requestdraft SET request_id = request.id, sealed_answers = '', expires_at = %(expires_at)s
FROM draft, request WHERE appointments_requestdraft.id = draft.id
RETURNING request_id
""",  # noqa: S608 - no word of anybody's is in it
    {"now": "timestamptz"}
    | limits.COUNT_REQUEST_TYPES
    | audit.RECORD_REQUEST_TYPES
    | notifications.TELL_OF_REQUEST_TYPES,
)
"""All of a sending in one statement, which is one transaction. Each part takes its rows from one before it:
without a draft to send, or over the limit of where it comes from, nothing is stored and nothing is counted.
Of two who send the same draft at once, the second waits for the draft's row and then finds nothing to send.
"""


def submit(
    *,
    actor: Actor,
    submission_key: UUID,
    answers: Mapping[str, Any],
    consent_version: str,
    site_language: str,
    address: str,
) -> AppointmentRequest:
    """Store a complete request, once: whatever is resent while the draft lasts gets the same row back.

    ``address`` is whom the limits count as the sender. Raises Emergency for answers that must not be stored,
    RequestDraft.DoesNotExist for an unknown draft, limits.Limited where too many came from there.
    A contact that was given too often is not written to.
    """
    now = timezone.now()
    assessment = urgency.assess(answers, today=today())
    level = assessment.level
    if level == urgency.Level.EMERGENCY:
        if sent := _sent(submission_key):
            return sent
        raise Emergency
    request = AppointmentRequest(
        reference=new_reference(),
        submission_key=submission_key,
        received_at=now,
        status=Status.NEW,
        computed_urgency=level.value,
        urgency=level.value,
        urgency_reasons=[rule.code for rule in assessment.reasons],
        rules_version=assessment.rules_version,
        consent_version=consent_version,
        respond_by=clinic_time.respond_by(now, level, urgency.rules()),
        site_language=site_language,
        **_columns(answers),
    )
    private_link.renew(request)
    contacts_given = [each for each in (request.email, request.phone) if each]
    stored = SUBMIT.one(
        {
            "submission_key": submission_key,
            "request": as_json({name: getattr(request, name) for name in STORED}),
            "expires_at": now + timedelta(seconds=settings.DRAFT_LIFETIME_SECONDS),
            "now": now,
            **limits.of_request(address=address, contacts_given=contacts_given),
            **audit.of_request(actor, urgency=level.value, rules=assessment.rules_version),
            **notifications.of_request(request),
        }
    )
    if stored is None:
        if sent := _sent(submission_key):
            return sent
        raise limits.too_many_requests()
    request.pk = stored[0]
    return request


def _sent(submission_key: UUID) -> AppointmentRequest | None:
    """What became of a draft; None where it was not sent. Raises RequestDraft.DoesNotExist."""
    return RequestDraft.objects.get(submission_key=submission_key).request


ANSWER_COLUMNS = [
    "examined", "onset_kind", "onset_year", "onset_month", "onset_day", "began", "trend", "side", "movement",
    "eye_closes", "eye_cared", "eye_signs", "ear_signs", "cause", "nerve_cut", "history", "tried", "goals",
    "visit_type", "place", "person", "times", "language", "other_language", "interpreter", "easier",
    "for_whom", "patient_name", "date_of_birth", "helper_name", "helper_relation", "helper_authority",
    "reach", "email", "phone", "speaking_hard", "relay", "may_leave_message", "speaker_name", "speaker_phone",
    "insurance", "state",
]  # fmt: skip


def _columns(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as columns; a question that did not apply keeps its column's default."""
    given = {name: answers[name] for name in ANSWER_COLUMNS if answers.get(name) is not None}
    return {
        name: [code for code in value if code != NONE_OF_THESE] if isinstance(value, list) else value
        for name, value in given.items()
    }


@transaction.atomic
def take_step(
    *,
    actor: Actor,
    request_id: int,
    action: str,
    seen_version: int,
    outcome: str = "",
    scheduled_for: datetime | None = None,
    duplicate_of: int | None = None,
    reason: str = "",
) -> AppointmentRequest:
    """Take one of the steps of the table of transitions.

    ``duplicate_of`` is the id of the request that one closed as a duplicate repeats; nothing is merged.
    Raises Outdated where the request has changed since ``seen_version``, states.NotAllowed for a step that is
    not in the table, Incomplete where the step needs more.
    """
    request = _current(request_id, seen_version)
    by = states.By.PATIENT if actor == audit.PATIENT else states.By.STAFF
    row = states.transition(action, request.status, by)
    given = {Need.OUTCOME: outcome, Need.SCHEDULED_FOR: scheduled_for, Need.REASON: reason}
    for need in row.needs:
        if not given[need]:
            raise Incomplete(need)
    before, now = request.status, timezone.now()
    closing = Outcome(row.outcome or outcome) if row.target == Status.CLOSED else None
    request.status = row.target
    request.outcome = closing or ""
    request.closed_at = now if closing else None
    request.scheduled_for = scheduled_for if action == "schedule" else request.scheduled_for
    request.withdrawal_unseen = closing == Outcome.WITHDRAWN and by is states.By.PATIENT and _matters(request)
    if action in WAITING_AGAIN:
        request.scheduled_for = request.first_contact_at = None
        request.waiting_anew_since = now
        request.respond_by = clinic_time.respond_by(now, urgency.Level(request.urgency), urgency.rules())
    if action in CONTACT_ACTIONS and request.first_contact_at is None:
        request.first_contact_at = now
    if actor.account and request.assigned_to_id is None:
        request.assigned_to_id = actor.account
    date_given = scheduled_for.isoformat() if action == "schedule" and scheduled_for else None
    event = audit.record(
        actor=actor,
        action=action,
        request_id=request.pk,
        before=before,
        after=row.target,
        outcome=closing,
        scheduled_for=date_given,
        duplicate_of=duplicate_of if closing == Outcome.DUPLICATE else None,
    )
    keep_reason(request, event, actor, reason)
    if row.tells(closing):
        notifications.tell_patient(request=request, event=event, kind=notifications.KIND_AFTER[action])
    if action == "reopen" and request.urgency == UrgencyLevel.SAME_DAY:
        notifications.tell_staff(request=request, event=event)
    return saved(request)


@transaction.atomic
def change_urgency(
    *, actor: Actor, request_id: int, seen_version: int, level: str, reason: str
) -> AppointmentRequest:
    """Raise or lower the urgency of an open request, with a reason; the target moves with it.

    Raises Outdated, Incomplete, states.NotAllowed.
    """
    request = _current(request_id, seen_version)
    if not request.is_open:
        raise states.NotAllowed("change_urgency", request.status)
    if not reason:
        raise Incomplete(Need.REASON)
    before = request.urgency
    request.urgency = UrgencyLevel(level)
    since = _waiting_since(request)
    request.respond_by = clinic_time.respond_by(since, urgency.Level(level), urgency.rules())
    event = audit.record(
        actor=actor, action="change_urgency", request_id=request.pk, before=before, after=request.urgency
    )
    keep_reason(request, event, actor, reason)
    if request.status == Status.NEW and before != request.urgency == UrgencyLevel.SAME_DAY:
        notifications.tell_staff(request=request, event=event)
    return saved(request)


@transaction.atomic
def assign(
    *, actor: Actor, request_id: int, seen_version: int, account: int | None, reason: str = ""
) -> AppointmentRequest:
    """Give an open request to a colleague, or with None back to nobody. Who has it already keeps it.

    It is no step of the table: the status stays, and so does the target. Raises Outdated, NoColleague,
    states.NotAllowed.
    """
    request = _current(request_id, seen_version)
    if not request.is_open:
        raise states.NotAllowed("assign", request.status)
    if account is not None and not colleagues.may_hold().filter(pk=account).exists():
        raise NoColleague
    former = request.assigned_to_id
    if former == account:
        return request
    request.assigned_to_id = account
    event = audit.record(actor=actor, action="assign", request_id=request.pk, account=account, former=former)
    keep_reason(request, event, actor, reason)
    return saved(request)


def _matters(request: AppointmentRequest) -> bool:
    """Whether a withdrawal leaves staff something to do: a date that is free again, or an urgent request,
    whose patient may need care all the same.
    """
    freed = bool(request.scheduled_for and request.closed_at and request.scheduled_for > request.closed_at)
    return freed or request.urgency == UrgencyLevel.SAME_DAY


def note_withdrawal_seen(request_id: int) -> None:
    """Staff acted on it; a step of theirs says so by itself."""
    unseen = AppointmentRequest.objects.filter(pk=request_id, withdrawal_unseen=True)
    unseen.update(withdrawal_unseen=False)


@transaction.atomic
def write_note(*, actor: Actor, request_id: int, text: str) -> Note:
    """Add an internal note; notes do not make another person's screen outdated."""
    event = audit.record(actor=actor, action="note", request_id=request_id)
    note_withdrawal_seen(request_id)
    return Note.objects.create(request_id=request_id, author_id=actor.account, event_id=event.pk, text=text)


def _current(request_id: int, seen_version: int) -> AppointmentRequest:
    """The request, locked. Raises Outdated where someone else was quicker."""
    request = locked(request_id)
    refuse_outdated(request, seen_version)
    return request


def locked(request_id: int) -> AppointmentRequest:
    """The request as it is, until the end of the transaction for this caller alone."""
    return AppointmentRequest.objects.select_for_update().get(pk=request_id)


def refuse_outdated(request: AppointmentRequest, seen_version: int) -> None:
    """Raise Outdated where a locked request is no longer as the person who acts last saw it."""
    if request.version != seen_version:
        raise Outdated(events_since(request, seen_version))


MOST_TOLD = 20
"""How many changes are told at most to who has not looked for long."""


def events_since(request: AppointmentRequest, seen_version: int) -> list[Event]:
    """What changed the request since it had this version, the earliest first.

    Every change is one entry and one version, so that the versions passed count the entries. A version that
    the request never had, from a tampered form, is told the last change alone.
    """
    passed = request.version - seen_version
    changes = Event.objects.filter(request_id=request.pk).exclude(action__in=[*audit.BESIDE, "submit"])
    return list(changes.order_by("-pk")[: min(passed, MOST_TOLD) if passed > 0 else 1])[::-1]


def _waiting_since(request: AppointmentRequest) -> datetime:
    """When the wait for an answer began: the arrival, or the last step that began it anew."""
    return request.waiting_anew_since or request.received_at


def keep_reason(request: AppointmentRequest, event: Event, actor: Actor, reason: str) -> None:
    """Keep what a person wrote about their step outside the trail, where it can be erased."""
    if reason:
        Note.objects.create(request=request, author_id=actor.account, event_id=event.pk, text=reason)


def saved(request: AppointmentRequest) -> AppointmentRequest:
    """Store a changed, locked request; screens that showed it before are outdated from now on."""
    request.version += 1
    request.save()
    return request
