"""Requests as FHIR R4 (4.0.1): a collection of Patient, Appointment, RelatedPerson and the answers.

A request becomes an Appointment that is ``proposed`` for as long as it is open, also with a date: this site
asks for appointments and books none. Closed it is ``cancelled``, with the outcome as the reason; but of a
patient who was seen there is no Appointment here: the visit itself stands in the clinic's own records, and R4
has no fulfilled appointment without its beginning and end.

Two requests of one person are two Patients: nobody is merged by a program.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext

from appointments import urgency
from appointments.answers import Authority, ForWhom, HalfDay, Language, Reach, UrgencyLevel
from appointments.export_words import Words
from appointments.fhir_answers import Questions
from appointments.fhir_parts import (
    Resource,
    concept,
    filled,
    identifier,
    instant,
    reference,
    text,
    urn,
)
from appointments.models import AppointmentRequest
from appointments.states import Outcome

PRIORITIES = {UrgencyLevel.SAME_DAY: 1, UrgencyLevel.SOON: 5, UrgencyLevel.ROUTINE: 9}
"""As iCalendar counts (RFC 5545, 3.8.1.9), which R4 follows: 1 the highest, 5 medium, 9 the lowest."""
ROLES = {
    Authority.PARENT: ("PRN", "parent"),
    Authority.GUARDIAN: ("GUARD", "guardian"),
    Authority.PROXY: ("HPOWATT", "healthcare power of attorney"),
}
TEST_DATA = {
    "system": "http://terminology.hl7.org/CodeSystem/v3-ActReason",
    "code": "HTEST",
    "display": "test health data",
}
NOON = time(12)


class Bundle:
    """A collection, written piece by piece; without its last characters it is no JSON."""

    content_type = "application/fhir+json; fhirVersion=4.0"
    ending = "json"
    piece = 50

    def __init__(self, words: Words) -> None:
        self.words = words
        self.answers = Questions(words)

    def head(self) -> bytes:
        made = {"resourceType": "Bundle", "type": "collection", "timestamp": instant(timezone.now())}
        questions = {
            "fullUrl": self.answers.url,
            "resource": self.answers.questionnaire(today=timezone.localdate()),
        }
        return f'{_json(made)[:-1]},"entry":[\n{_json(questions)}'.encode()

    def rows(self, requests: Iterable[AppointmentRequest]) -> bytes:
        entries = (entry for request in requests for entry in self.entries(request))
        return "".join(f",\n{_json(entry)}" for entry in entries).encode()

    def foot(self, count: int) -> bytes:
        return b"\n]}\n"

    def entries(self, request: AppointmentRequest) -> list[Resource]:
        """All that becomes of one request."""
        resources = [
            _patient(request, self.words),
            *([_helper(request, self.words)] if request.for_whom == ForWhom.HELPED else []),
            self.answers.response(request, subject=reference("Patient", request), source=_source(request)),
            *([] if request.outcome == Outcome.SEEN else [_appointment(request, self.words)]),
        ]
        return [
            {"fullUrl": urn(resource["resourceType"], request), "resource": _marked(resource, request)}
            for resource in resources
        ]


def _source(request: AppointmentRequest) -> Resource:
    """Who gave the answers."""
    helped = request.for_whom == ForWhom.HELPED
    return reference("RelatedPerson" if helped else "Patient", request)


def _marked(resource: Resource, request: AppointmentRequest) -> Resource:
    return {**resource, "meta": {"tag": [TEST_DATA]}} if request.is_sample else resource


def _patient(request: AppointmentRequest, words: Words) -> Resource:
    helped = request.for_whom == ForWhom.HELPED
    return filled(
        resourceType="Patient",
        extension=[_needs_interpreter()] if request.interpreter else [],
        identifier=[{"use": "temp", **identifier(request)}],
        name=_name(request.patient_name),
        # Whoever helps gave their own address: it is theirs, not the patient's.
        telecom=[] if helped else _telecom(request),
        birthDate=request.date_of_birth.isoformat(),
        address=[{"state": request.state, "country": "US"}] if request.state else [],
        contact=_speaker(request),
        communication=_communication(request, words),
    )


def _needs_interpreter() -> Resource:
    url = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
    return {"url": url, "valueBoolean": True}


def _name(said: str) -> list[Resource]:
    """As it was written: nobody but its bearer knows where a name parts."""
    return [{"text": name}] if (name := text(said)) else []


def _telecom(request: AppointmentRequest) -> list[Resource]:
    """The ways to reach them, the one they asked for first."""
    by_text = request.reach == Reach.TEXT
    ways = [("email", request.email), ("sms" if by_text else "phone", request.phone)]
    ways.sort(key=lambda way: (way[0] == "email") != (request.reach == Reach.EMAIL))
    given = [(system, value) for system, said in ways if (value := text(said))]
    return [
        {"system": system, "value": value, "rank": rank}
        for rank, (system, value) in enumerate(given, start=1)
    ]


def _speaker(request: AppointmentRequest) -> list[Resource]:
    """Who may speak for the patient on the phone."""
    name = _name(request.speaker_name)
    if not name:
        return []
    telecom = [{"system": "phone", "value": request.speaker_phone}] if request.speaker_phone else []
    return [
        filled(
            relationship=[{"text": gettext("May speak for the patient")}],
            name=name[0],
            telecom=telecom,
        )
    ]


def _communication(request: AppointmentRequest, words: Words) -> list[Resource]:
    if request.language == Language.OTHER:
        said = text(request.other_language) or words.label("language", request.language)
        language: Resource = {"text": said}
    else:
        coding = {"system": "urn:ietf:bcp:47", "code": request.language}
        language = {"coding": [coding], "text": words.label("language", request.language)}
    return [{"language": language, "preferred": True}]


def _helper(request: AppointmentRequest, words: Words) -> Resource:
    authority = words.label("helper_authority", request.helper_authority)
    relation = {"text": text(request.helper_relation) or authority}
    system = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
    codes = [
        {"coding": [{"system": system, "code": code, "display": display}], "text": authority}
        for known, (code, display) in ROLES.items()
        if request.helper_authority == known
    ]
    return filled(
        resourceType="RelatedPerson",
        identifier=[{"use": "temp", **identifier(request)}],
        patient=reference("Patient", request),
        relationship=[relation, *(codes or [{"text": authority}])],
        name=_name(request.helper_name),
        telecom=_telecom(request),
    )


def _appointment(request: AppointmentRequest, words: Words) -> Resource:
    closed = not request.is_open
    return filled(
        resourceType="Appointment",
        identifier=[identifier(request)],
        status="cancelled" if closed else "proposed",
        cancelationReason=_why_closed(request, words) if closed else None,
        reasonCode=[concept(words, "goals", code) for code in request.goals],
        priority=PRIORITIES[UrgencyLevel(request.urgency)],
        description=gettext("Request for an appointment, not a booking"),
        supportingInformation=[reference("QuestionnaireResponse", request)],
        created=instant(request.received_at),
        comment=_date_agreed(request),
        participant=_participants(request, words),
        requestedPeriod=[period(wish) for wish in request.times],
    )


def _why_closed(request: AppointmentRequest, words: Words) -> Resource:
    by_patient = request.outcome == Outcome.WITHDRAWN
    standard = {
        "system": "http://terminology.hl7.org/CodeSystem/appointment-cancellation-reason",
        "code": "pat" if by_patient else "other",
        "display": "Patient" if by_patient else "Other",
    }
    own = concept(words, "outcome", request.outcome)
    return {**own, "coding": [standard, *own["coding"]]}


def _date_agreed(request: AppointmentRequest) -> str:
    """Only its beginning is known here, and R4 has no appointment that begins and does not end."""
    if request.scheduled_for is None or not request.is_open:
        return ""
    return gettext("Date agreed: %(date)s") % {"date": instant(request.scheduled_for)}


def _participants(request: AppointmentRequest, words: Words) -> list[Resource]:
    actors = [reference("Patient", request)]
    if request.for_whom == ForWhom.HELPED:
        actors.append(reference("RelatedPerson", request))
    asking = [{"actor": actor, "status": "accepted"} for actor in actors]
    wishes = [("place", request.place, "Location"), ("person", request.person, "Practitioner")]
    asked = [
        {"actor": {"type": kind, "display": words.titles[name].get(slug, slug)}, "status": "needs-action"}
        for name, slug, kind in wishes
        if slug
    ]
    return asking + asked


def period(wish: dict[str, str]) -> Resource:
    """A half-day of the clinic's, as instants with its own offset from UTC."""
    hours = urgency.rules().hours
    day = date.fromisoformat(wish["date"])
    morning = (min(hours.opens, NOON), NOON)
    begins, ends = morning if wish["half"] == HalfDay.AM else (NOON, max(hours.closes, NOON))
    moments = (datetime.combine(day, moment, hours.time_zone) for moment in (begins, ends))
    return dict(zip(("start", "end"), map(instant, moments), strict=True))


_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
