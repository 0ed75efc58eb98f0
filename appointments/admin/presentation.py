"""What staff read about a request: answers grouped as the patient was asked, and the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timesince import timesince
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import audit, colleagues, retention, states, urgency
from appointments.admin.clock import clock
from appointments.admin.fates import EVENT_LABELS
from appointments.admin.looks import WATCHED_LABELS
from appointments.admin.security_words import EVENT_LABELS as SECURITY_LABELS
from appointments.fields import phone_as_written
from appointments.forms.times import half_day_shown
from appointments.models import AppointmentRequest, Event, Message, Note
from services.models import US_STATES, Location, Person

GROUPS: list[tuple[Any, list[str]]] = [
    (_("Patient"), ["patient_name", "date_of_birth", "state", "insurance"]),
    (_("Asked by"), ["for_whom", "helper_name", "helper_relation", "helper_authority"]),
    (_("When it started"), ["examined", "onset", "began"]),
    (_("Face"), ["side", "movement", "trend"]),
    (_("Eye"), ["eye_closes", "eye_cared", "eye_signs"]),
    (_("Other signs and history"), ["ear_signs", "cause", "nerve_cut", "history", "tried"]),
    (_("May speak for the patient"), ["speaker_name", "speaker_phone"]),
    (_("Wishes"), ["goals", "visit_type", "place", "person", "times"]),
    (_("Language and help"), ["language", "other_language", "interpreter", "easier"]),
]
FOUR_WEEKS, SOME_DAY = timedelta(weeks=4), datetime(2026, 3, 2, tzinfo=UTC)
LISTS = {"eye_signs": words.EyeSign, "ear_signs": words.EarSign, "history": words.History}


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline, with what hangs on it."""

    event: Event
    label: str
    who: str
    note: Note | None
    messages: list[Message]


def groups(request: AppointmentRequest) -> list[tuple[str, list[tuple[str, str]]]]:
    """Headings, each with its answered questions and the answers in words."""
    shown = []
    for heading, names in GROUPS:
        lines = [(_label(name), _value(request, name)) for name in names]
        answered = [(label, value) for label, value in lines if value]
        if answered:
            shown.append((str(heading), answered))
    return shown


def _label(name: str) -> str:
    if name == "onset":
        return gettext("Started")
    return str(AppointmentRequest._meta.get_field(name).verbose_name).capitalize()  # type: ignore[union-attr]


def _value(request: AppointmentRequest, name: str) -> str:
    value = getattr(request, name, None)
    if name == "onset":
        return onset(request)
    if name in LISTS:
        labels = [str(LISTS[name](code).label) for code in getattr(request, name)]
        return "; ".join(labels) or gettext("None of these")
    if name == "goals":
        return "; ".join(request.goal_labels)
    if name == "times":
        return "; ".join(half_day_shown(time) for time in request.times)
    if name in ("place", "person"):
        return _page_title(name, request) or gettext("No preference")
    if isinstance(value, date):
        return date_format(value)
    if name == "speaker_phone":
        return phone_as_written(request.speaker_phone)
    if name == "state":
        return str(US_STATES.get(request.state, request.state))
    if isinstance(value, bool):
        return gettext("Yes") if value else ""
    display = getattr(request, f"get_{name}_display", None)
    return str(display() if display else value or "")


def _page_title(name: str, request: AppointmentRequest) -> str:
    slug: str = getattr(request, name)
    pages = (Location if name == "place" else Person).objects.in_language(settings.LANGUAGE_CODE)
    page = pages.filter(slug=slug).first() if slug else None
    return page.text.title if page else slug


def wishes(request: AppointmentRequest) -> list[tuple[str, list[str]]]:
    """What the patient wished for the visit, for whoever gives it a date."""
    times = [half_day_shown(time) for time in request.times]
    names = ("visit_type", "place", "person")
    return [
        (gettext("Times that suit the patient"), times or [gettext("Any time")]),
        (gettext("Wishes"), [f"{_label(name)}: {_value(request, name)}" for name in names]),
    ]


def onset(request: AppointmentRequest) -> str:
    """When it started, and how long ago in months."""
    since = clock(request)
    return f"{since.started} ({since.ago})" if since.ago else since.started


def contact_way(request: AppointmentRequest) -> str:
    """How this patient wants to be reached, with the address itself."""
    return f"{words.Reach(request.reach).label}: {contact_address(request)}"


def contact_address(request: AppointmentRequest) -> str:
    return request.email if request.reach == words.Reach.EMAIL else phone_as_written(request.phone)


def contact_links(request: AppointmentRequest) -> list[tuple[str, str]]:
    """Every way to reach this patient as words and a link, the one they asked for first."""
    links = []
    if request.email:
        links.append((words.Reach.EMAIL, request.email, mail_link(request.email)))
    if request.phone:
        by_text = request.reach == words.Reach.TEXT
        way, scheme = (words.Reach.TEXT, "sms") if by_text else (words.Reach.PHONE, "tel")
        links.append((way, phone_as_written(request.phone), f"{scheme}:{request.phone}"))
    links.sort(key=lambda link: link[0] != request.reach)
    shown = [(f"{way.label}: {address}", href) for way, address, href in links]
    if request.speaker_phone:
        number = phone_as_written(request.speaker_phone)
        shown.append((f"{request.speaker_name}: {number}", f"tel:{request.speaker_phone}"))
    return shown


def mail_link(address: str) -> str:
    """A link to write to this address, and nothing else that the address may hold."""
    return f"mailto:{quote(address, safe='@')}"


def contact_warnings(request: AppointmentRequest) -> list[str]:
    """What to know before contacting them."""
    warnings = []
    if request.speaking_hard:
        warnings.append(gettext("Speaking by phone is hard for this patient. Do not call without asking."))
    if request.relay:
        warnings.append(gettext("Uses a relay service (711)."))
    if request.refuses_messages:
        warnings.append(gettext("Do not leave a message."))
    if request.speaker_name:
        warnings.append(gettext("%(name)s may speak for this patient.") % {"name": request.speaker_name})
    if request.interpreter:
        warnings.append(gettext("Needs an interpreter."))
    if request.for_whom == words.ForWhom.HELPED:
        warnings.append(gettext("The contact is the helper, %(name)s.") % {"name": request.helper_name})
    return warnings


def tells(row: states.Transition, request: AppointmentRequest) -> str:
    """What the patient hears of this step by itself, in words; empty where nothing is to be told."""
    if not row.tells():
        return ""
    if not request.email:
        told = {"contact": contact_way(request)}
        return gettext("No message goes out: tell them yourself. %(contact)s") % told
    if states.Need.OUTCOME in row.needs:
        quiet = [str(each.label) for each in states.Outcome if each in states.QUIET_OUTCOMES]
        told = {"address": request.email, "outcomes": ", ".join(quiet)}
        return gettext("An e-mail goes to %(address)s; none with these outcomes: %(outcomes)s.") % told
    return gettext("An e-mail goes to %(address)s.") % {"address": request.email}


def reasons(request: AppointmentRequest) -> list[str]:
    """Why the rules gave this urgency, in words."""
    return [reason(code) for code in request.urgency_reasons]


def reason(code: str) -> str:
    """In words; a code that the rules no longer have as it is."""
    rule = urgency.rules().rule(code)
    return rule.reason_text(settings.LANGUAGE_CODE) if rule else code


def how_long(earlier: datetime, later: datetime, language: str | None = None) -> str:
    """The time between in words, in its largest unit. Up to four weeks it is the same wherever it begins.

    ``language``: the active one, where it is known already.
    """
    between = later - earlier
    if between >= FOUR_WEEKS:
        return timesince(earlier, later, depth=1)
    return _minutes_in_words(int(between.total_seconds() // 60), language or get_language())


@lru_cache(maxsize=4096)
def _minutes_in_words(minutes: int, _language: str | None) -> str:
    return timesince(SOME_DAY, SOME_DAY + timedelta(minutes=minutes), depth=1)


DUE_WORDS: dict[str, Any] = {
    "closed": _("Closed"),
    "answered": _("Answered"),
    "over": _("%(time)s over"),
    "left": _("%(time)s left"),
}


def standing(request: AppointmentRequest, now: datetime) -> tuple[str, str, tuple[datetime, datetime] | None]:
    """How the request stands against its target: a code for the look, one of ``DUE_WORDS``, and from when to
    when the time runs that stands in them.
    """
    if not request.is_open:
        return "done", "closed", None
    if request.first_contact_at is not None:
        return "done", "answered", None
    if request.respond_by <= now:
        return "over", "over", (request.respond_by, now)
    near = request.respond_by - now < timedelta(hours=2)
    return "near" if near else "ahead", "left", (now, request.respond_by)


def due(request: AppointmentRequest) -> tuple[str, str]:
    """How the request stands against its target: a code for the look, and the words."""
    code, words_of, time = standing(request, timezone.now())
    return code, str(DUE_WORDS[words_of]) % {"time": how_long(*time) if time else ""}


def timeline(request: AppointmentRequest) -> list[Happening]:
    """Everything that happened, the latest first."""
    happened = Event.objects.filter(request_id=request.pk).exclude(action__in=audit.LOOKS)
    events = list(happened.order_by("-pk"))
    named = Named.of(events)
    notes = {note.event_id: note for note in request.notes.all()}
    messages = list(request.messages.exclude(kind=Message.Kind.URGENT))
    return [
        Happening(
            event=event,
            label=event_label(event, named),
            who=named.who(event),
            note=notes.get(event.pk),
            messages=[message for message in messages if message.event_id == event.pk],
        )
        for event in events
    ]


@dataclass(frozen=True, slots=True)
class Named:
    """The names of the accounts, and the references of the requests, that trail entries hold as ids."""

    accounts: Mapping[int, str]
    references: Mapping[int, str]

    @classmethod
    def of(cls, events: Sequence[Event]) -> Named:
        """In two queries, however many entries there are."""
        accounts = {event.actor_id for event in events} | {event.codes.get("account") for event in events}
        others = {event.codes.get("duplicate_of") for event in events} - {None}
        return cls(colleagues.names_of(accounts), AppointmentRequest.objects.references(others))

    def who(self, event: Event) -> str:
        """Who did it, by name where the account still exists."""
        return self.accounts.get(event.actor_id or 0) or str(Event.ActorKind(event.actor_kind).label)


NOBODY_NAMED = Named({}, {})


def action_label(action: str) -> str:
    """An action of the trail in words; one that has none any more as it is."""
    own = {
        "submit": gettext("Request received"),
        "note": gettext("Note"),
        "change_urgency": gettext("Urgency changed"),
        "change_contact": gettext("How to reach them changed"),
        "change_times": gettext("Preferred times changed"),
        "renew_link": gettext("New private link made"),
        "seen": gettext("Seen by staff"),
        "send_link": gettext("Private link sent again"),
        "hold": gettext("Hold set"),
        "release": gettext("Hold released"),
        "link_wished": gettext("New private link asked for by phone number"),
        "export": gettext("Exported"),
        "export_end": gettext("Export ended"),
        "print": gettext("Printed"),
        "assign": gettext("Given back: with nobody now"),
        **EVENT_LABELS,
        **WATCHED_LABELS,
        **SECURITY_LABELS,
    }
    steps = {row.action: str(row.label) for row in states.TRANSITIONS}
    return str(own.get(action) or steps.get(action) or action)


def event_label(event: Event, named: Named = NOBODY_NAMED) -> str:
    """What happened, in words."""
    label = action_label(event.action)
    if event.codes.get("contact_limited"):
        often = gettext("More requests today with this contact than usual; no mail went to it")
        return f"{label}. {often}"
    if event.action == "change_urgency":
        before, after = (words.UrgencyLevel(event.codes[key]).label for key in ("before", "after"))
        return f"{label}: {before} → {after}"
    if event.action in ("hold", "release"):
        return f"{label}: {retention.Hold(event.codes['kind']).label}"
    if event.action == "assign" and (account := event.codes.get("account")):
        return gettext("Given to %(name)s") % {"name": named.accounts.get(account, gettext("a colleague"))}
    if event.codes.get("changed") and event.action == "change_contact":
        columns = (_label(name).lower() for name in event.codes["changed"])
        return f"{label}: {', '.join(columns)}"
    if event.codes.get("outcome"):
        outcome = f"{label}: {states.Outcome(event.codes['outcome']).label}"
        other = named.references.get(event.codes.get("duplicate_of", 0), "")
        return (
            gettext("%(outcome)s of %(other)s") % {"outcome": outcome, "other": other} if other else outcome
        )
    if event.codes.get("scheduled_for"):
        moment = localtime(datetime.fromisoformat(event.codes["scheduled_for"]))
        return f"{label}: {date_format(moment, 'M j, Y, g:i a T')}"
    return label
