"""What changed on a request while somebody had its form open, and what they had typed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext

from appointments import states
from appointments.admin import presentation
from appointments.models import Event


@dataclass(frozen=True, slots=True)
class Change:
    """One change: what was done, by whom and when, and the fields it changed, each before and after."""

    label: str
    who: str
    at: datetime
    fields: list[tuple[str, str, str]]


def changes(events: list[Event], *, reader: int) -> list[Change]:
    """The changes as whoever had the form open is told them; their own as theirs, from another page."""
    named = presentation.Named.of(events)
    return [
        Change(
            label=presentation.event_label(event, named),
            who=gettext("you, on another page") if event.actor_id == reader else named.who(event),
            at=event.at,
            fields=_fields(event),
        )
        for event in events
    ]


def _fields(event: Event) -> list[tuple[str, str, str]]:
    """The status, where it changed. What else did is told in the label itself."""
    before, after = event.codes.get("before"), event.codes.get("after")
    known = [status.value for status in states.Status]
    if before == after or before not in known or after not in known:
        return []
    return [(gettext("Status"), str(states.Status(before).label), str(states.Status(after).label))]


def typed(form: forms.Form) -> list[tuple[str, str]]:
    """What the visible fields of a form held, in words; the reason has a place of its own."""
    held = []
    for bound in form.visible_fields():
        value = bound.value()
        if not value or bound.name == "reason":
            continue
        options = getattr(bound.field, "choices", None)
        shown = dict(options).get(value, value) if options else value
        held.append((str(bound.label), gettext("Yes") if shown is True else str(shown)))
    return held
