"""Where a request stands, in words for its patient: no symptom, no reason, no level of urgency.

Who reads over a shoulder learns that someone asked for an appointment, and nothing of why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import get_language, gettext

from appointments import answers, states
from appointments.models import AppointmentRequest, Event
from appointments.partly_hidden import email_hidden, phone_hidden
from appointments.states import Outcome, Status
from clinic_site.moments import moment
from services.models import Location

STEPS = {row.action for row in states.TRANSITIONS}


@dataclass(frozen=True, slots=True)
class Standing:
    """The heading of the patient's page and the sentences under it."""

    heading: str
    sentences: list[str]


def of(request: AppointmentRequest) -> Standing:
    """Where the request stands now."""
    last = Event.objects.filter(request_id=request.pk, action__in=STEPS).last()
    if last is not None and request.is_open and last.action in _AFTER:
        return _AFTER[last.action](request, last)
    return _WITH[Status(request.status)](request)


def _answer_due(request: AppointmentRequest) -> list[str]:
    if request.first_contact_at is not None:
        return []
    due = {"when": moment(request.respond_by)}
    if request.respond_by < timezone.now():
        return [
            gettext("We wanted to answer you by %(when)s. We are late, and we are sorry.") % due,
            gettext("You do not have to wait: you can phone us or write to us now."),
        ]
    return [gettext("A person answers you by %(when)s.") % due]


def _new(request: AppointmentRequest) -> Standing:
    waits = gettext("Your request is in our list, and nothing is lost. It is a request, not a booking.")
    return Standing(gettext("We have your request"), [waits, *_answer_due(request)])


def _in_review(request: AppointmentRequest) -> Standing:
    read = gettext("Someone on our staff has your request and looks after it.")
    return Standing(gettext("We are reading your request"), [read, *_answer_due(request)])


def _contacted(request: AppointmentRequest) -> Standing:
    return Standing(
        gettext("We have reached you"),
        [
            gettext("We reached you and answered your request."),
            gettext("If we are to meet, we agree on a date with you. It will be shown here."),
        ],
    )


def _scheduled(request: AppointmentRequest) -> Standing:
    if request.scheduled_for is None or request.scheduled_for < timezone.now():
        return Standing(
            gettext("The time of your visit has passed"),
            [gettext("Could you not come? Phone us or write to us.")],
        )
    return Standing(
        gettext("Your visit has a date"),
        [gettext("If this time does not suit you, phone us or write to us.")],
    )


def _closed(request: AppointmentRequest) -> Standing:
    heading = gettext("Your request is closed")
    match Outcome(request.outcome):
        case Outcome.SEEN:
            said = [
                gettext("We have seen you, so this request is done. Need us again? Phone us or write to us.")
            ]
        case Outcome.NOT_REACHED:
            said = [
                gettext("We tried to reach you and could not. We would still like to help."),
                gettext("Phone us, write to us, or send a new request with another way to reach you."),
            ]
        case Outcome.REFERRED:
            said = [
                gettext("We asked others to look after you, who can help you better."),
                gettext("Have you not heard from them? Phone us or write to us."),
            ]
        case Outcome.WITHDRAWN:
            said = [
                gettext("You withdrew it, and we stopped working on it."),
                gettext("You can send a new request at any time. You are welcome."),
            ]
        case Outcome.DUPLICATE:
            said = [gettext("You sent us more than one request. We go on with the other one.")]
        case Outcome.NOT_SUITABLE:
            said = [
                gettext("We read your request with care, and think that other help is better for you."),
                gettext("Phone us or write to us: we talk it over with you, and help you find it."),
            ]
    return Standing(heading, said)


def _tried(request: AppointmentRequest, event: Event) -> Standing:
    return Standing(
        gettext("We tried to reach you"),
        [
            gettext("We tried on %(when)s and did not reach you.") % {"when": moment(event.at)},
            gettext("We try again. You can also phone us, write to us, or change how we reach you."),
            *_answer_due(request),
        ],
    )


def _date_fell_through(request: AppointmentRequest, event: Event) -> Standing:
    gone = gettext("The date that your visit had no longer holds. We look for a new one with you.")
    return Standing(gettext("Your visit needs a new date"), [gone, *_answer_due(request)])


def _open_again(request: AppointmentRequest, event: Event) -> Standing:
    again = gettext("It was closed, and we have taken it up again.")
    return Standing(gettext("Your request is open again"), [again, *_answer_due(request)])


_WITH: dict[Status, Callable[[AppointmentRequest], Standing]] = {
    Status.NEW: _new,
    Status.IN_REVIEW: _in_review,
    Status.CONTACTED: _contacted,
    Status.SCHEDULED: _scheduled,
    Status.CLOSED: _closed,
}
_AFTER: dict[str, Callable[[AppointmentRequest, Event], Standing]] = {
    "attempt": _tried,
    "unschedule": _date_fell_through,
    "reopen": _open_again,
}
"""Steps that the patient is told of in more words than the status has."""


def way_to_reach(request: AppointmentRequest) -> str:
    """How we reach the patient, the address itself partly hidden."""
    email, phone = email_hidden(request.email), phone_hidden(request.phone)
    match answers.Reach(request.reach):
        case answers.Reach.EMAIL:
            return gettext("We write to %(address)s.") % {"address": email}
        case answers.Reach.TEXT:
            return gettext("We send a text message to %(number)s.") % {"number": phone}
        case answers.Reach.PHONE:
            return gettext("We call %(number)s.") % {"number": phone}


def place_of(request: AppointmentRequest) -> Location | None:
    """The place of a visit in person, where the patient named one."""
    if request.visit_type != answers.VisitType.IN_PERSON or not request.place:
        return None
    language = get_language() or request.site_language
    return Location.objects.published().in_language(language).filter(slug=request.place).first()
