"""Entries of the trail as auditors read them, a page at a time, however many there are.

A page continues from the entry that stood last, by the order of an index; nothing is counted or skipped over.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext

from appointments.admin.looks import names
from appointments.admin.presentation import Named, event_label
from appointments.admin.trail_words import details, hashed_names
from appointments.models import Event, Seal

PAGE = 50

OF_REQUEST = """SELECT id FROM appointments_event WHERE request_id = %s UNION ALL
SELECT id FROM appointments_event WHERE codes ? 'requests' AND (codes -> 'requests') @> %s::jsonb"""
"""What happened to a request, and the lists that showed it: by two indexes, which OR would use neither of."""

ACTIONS = """WITH RECURSIVE found AS (
    (SELECT action FROM appointments_event ORDER BY action LIMIT 1) UNION ALL
    SELECT (SELECT action FROM appointments_event WHERE action > found.action ORDER BY action LIMIT 1)
    FROM found WHERE found.action IS NOT NULL)
SELECT action FROM found WHERE action IS NOT NULL"""
"""Every action there is, by as many steps through the index; DISTINCT would read a million entries."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry in words; ``place`` is that of its seal, None while it has none."""

    event: Event
    label: str
    who: str
    codes: list[tuple[str, str]]
    requests: list[int]
    place: int | None


@dataclass(frozen=True, slots=True)
class Page:
    entries: list[Entry]
    before: int | None
    """Where the next page continues; None on the last one."""


@dataclass(frozen=True, slots=True)
class Chain:
    """How far the trail is sealed, and what ``verify_audit`` found when it last ran."""

    sealed: int
    head: str
    checked: Event | None

    @property
    def intact(self) -> bool:
        return self.checked is not None and not self.checked.codes.get("wrong")


def page(chosen: dict[str, Any]) -> Page:
    """The latest entries by these filters, before the entry ``before``. Raises Event.DoesNotExist."""
    events = _filtered(chosen)
    if chosen.get("before"):
        last = Event.objects.only("at").get(pk=chosen["before"])
        events = events.filter(Q(at__lt=last.at) | Q(pk__lt=last.pk), at__lte=last.at)
    rows = list(events.order_by("-at", "-pk")[: PAGE + 1])
    return Page(_entries(rows[:PAGE]), rows[PAGE - 1].pk if len(rows) > PAGE else None)


def chain() -> Chain:
    """Two look-ups by index: the chain has no gaps, so that its last place says how many there are."""
    last = Seal.objects.order_by("pk").last()
    checked = Event.objects.filter(action="check_trail").order_by("-at", "-pk").first()
    return Chain(last.pk if last else 0, bytes(last.digest).hex() if last else "", checked)


def actions() -> list[str]:
    """Codes of all actions in the trail."""
    with connection.cursor() as cursor:
        cursor.execute(ACTIONS)
        return [action for (action,) in cursor.fetchall()]


def _filtered(chosen: dict[str, Any]) -> QuerySet[Event]:
    events = Event.objects.all()
    if actor := chosen.get("actor"):
        staff = actor.isdecimal()
        kind = Event.ActorKind.STAFF if staff else actor
        events = events.filter(actor_kind=kind, actor_id=int(actor) if staff else None)
    if chosen.get("action"):
        events = events.filter(action=chosen["action"])
    if number := chosen.get("request"):
        events = events.filter(pk__in=RawSQL(OF_REQUEST, [number, str(number)]))  # noqa: S611 - no text in it
    if chosen.get("since"):
        events = events.filter(at__gte=chosen["since"])
    if chosen.get("until"):
        events = events.filter(at__lt=chosen["until"])
    return events


def _entries(events: list[Event]) -> list[Entry]:
    """In words, with what stands beside them: the same few queries for one and for fifty."""
    people, named = names({event.actor_id for event in events}), Named.of(events)
    places = dict(
        Seal.objects.filter(event_id__in=[event.pk for event in events]).values_list("event_id", "pk")
    )
    hashed = hashed_names() if any(event.action == "log_in_failed" for event in events) else {}
    return [
        Entry(
            event=event,
            label=event_label(event, named),
            who=_who(event, people),
            codes=details(event.codes, hashed),
            requests=[number for number in event.codes.get("requests", []) if isinstance(number, int)],
            place=places.get(event.pk),
        )
        for event in events
    ]


def _who(event: Event, people: dict[int, str]) -> str:
    if event.actor_id is None:
        return str(Event.ActorKind(event.actor_kind).label)
    return people.get(event.actor_id) or gettext("account %(number)s") % {"number": event.actor_id}
