"""What stands on the screen of one request, beside its answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import colleagues, duplicates, lifecycle, retention, states, urgency
from appointments.admin import alike, hours, presentation, unseen
from appointments.admin.clock import clock
from appointments.admin.decisions import may
from appointments.admin.forms import NoteForm
from appointments.admin.looks import just_looked_at, looks
from appointments.models import AppointmentRequest
from appointments.states import Need, Status

KEYS = {
    "take_up": "t",
    "attempt": "a",
    "contact": "c",
    "schedule": "s",
    "unschedule": "d",
    "close": "x",
    "reopen": "r",
}
"""The key of each step, for who works without a mouse."""

USUAL: dict[str, str] = {
    Status.NEW: "take_up",
    Status.IN_REVIEW: "contact",
    Status.CONTACTED: "schedule",
    Status.SCHEDULED: "close",
}
"""The step that usually comes next: it stands first."""

NEEDS = {
    Need.OUTCOME: _("needs an outcome"),
    Need.SCHEDULED_FOR: _("needs a date"),
    Need.REASON: _("needs a reason"),
}


@dataclass(frozen=True, slots=True)
class Step:
    """A step this person may take now, with what it needs in words, and its key."""

    action: str
    label: str
    needs: str
    key: str


def context(request: HttpRequest, stored: AppointmentRequest) -> dict[str, Any]:
    """Expects ``unseen.marked``."""
    account = int(request.user.pk or 0)
    timeline = presentation.timeline(stored)
    return {
        "stored": stored,
        "due": presentation.due(stored),
        "target": hours.target(stored.urgency, urgency.rules()),
        "reasons": presentation.reasons(stored),
        "patient": _patient(stored),
        "speaks": _speaks(stored),
        "holder": colleagues.name_of(stored.assigned_to) if stored.assigned_to else "",
        "contact_links": presentation.contact_links(stored),
        "contact_warnings": presentation.contact_warnings(stored),
        "clock": clock(stored),
        "groups": presentation.groups(stored),
        "timeline": timeline,
        "notes": [each for each in timeline if each.note and each.event.action == "note"],
        "likely": [(each, alike.why(each), alike.standing(each)) for each in duplicates.likely(stored)],
        "next_one": _next(account, stored),
        "looks": looks(stored),
        "unseen": unseen.told(stored),
        **_holds(request, stored),
        **_steps(request, stored, account),
    }


def _steps(request: HttpRequest, stored: AppointmentRequest, account: int) -> dict[str, Any]:
    """What this person may do now."""
    rows = [row for row in states.allowed(stored.status) if may(request, row.permission)]
    steps = [_step(row) for row in rows]
    steps.sort(key=lambda step: step.action != USUAL.get(stored.status))
    may_contact, may_assign = may(request, "contact_request"), may(request, "assign_request")
    return {
        "steps": steps,
        "usual": USUAL.get(stored.status),
        "may_close": any(step.action == "close" for step in steps),
        "may_mark_seen": bool(unseen.to_see(stored)) and may_contact,
        "may_renew_link": may_contact,
        "may_correct": may_contact and stored.is_open,
        "may_change_urgency": may(request, "change_urgency") and stored.is_open,
        "may_assign": may_assign and stored.is_open,
        "may_take": may_assign and may_contact and stored.is_open and stored.assigned_to_id != account,
        "note_form": NoteForm() if may(request, "write_note") else None,
    }


def _holds(request: HttpRequest, stored: AppointmentRequest) -> dict[str, Any]:
    """What keeps the request from deletion, and whether this person may say so."""
    held = retention.holds(stored)
    return {
        "holds": held,
        "not_held": [hold for hold in retention.Hold if hold not in held],
        "may_hold": may(request, "hold_request"),
    }


def _step(row: states.Transition) -> Step:
    needs = ", ".join(str(NEEDS[need]) for need in row.needs)
    return Step(row.action, str(row.label), needs, KEYS.get(row.action, ""))


def _next(account: int, stored: AppointmentRequest) -> tuple[AppointmentRequest, tuple[str, str]] | None:
    """The request to go on with, and how it stands against its target.

    To who leaves one as it is, the most pressing that they have not just looked at; else they would go to and
    fro between the first two.
    """
    waiting = AppointmentRequest.objects.next_for(account, but=stored.pk)
    following = None
    if stored.is_open and not stored.is_answered:
        following = waiting.exclude(just_looked_at(account)).first()
    following = following or waiting.first()
    return (following, presentation.due(following)) if following else None


def _patient(stored: AppointmentRequest) -> dict[str, str]:
    """Who the patient is and how old, and who asked for them."""
    helped = stored.for_whom == words.ForWhom.HELPED
    relation = f" ({stored.helper_relation})" if stored.helper_relation else ""
    return {
        "age": age(stored.date_of_birth, lifecycle.today()),
        "asked_by": f"{stored.helper_name}{relation}" if helped else "",
        "authority": stored.get_helper_authority_display() if helped else "",
    }


ADULT = 18


def age(born: date, today: date) -> str:
    """How old on this day: in months up to the second birthday; whoever is no adult is said to be a child."""
    months = urgency.months_between(born, today) if born <= today else 0
    years = months // 12
    if years < 2:
        shown = ngettext("%(count)s month old", "%(count)s months old", months) % {"count": months}
    else:
        shown = ngettext("%(count)s year old", "%(count)s years old", years) % {"count": years}
    return gettext("a child, %(age)s") % {"age": shown} if years < ADULT else shown


def _speaks(stored: AppointmentRequest) -> str:
    """The patient's language; that an interpreter is needed is said among the warnings."""
    return stored.other_language or str(words.Language(stored.language).label)
