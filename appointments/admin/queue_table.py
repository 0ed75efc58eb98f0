"""The table of the queue, with the classes that Django's own has.

It is written as text: Django's way from a column to its cell, six of them in fifty rows, took longer than all
else on the page together. Whatever comes from outside goes through ``escape``; so does what is translated.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from html import escape
from typing import Any

from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext
from django.utils.translation import gettext_lazy as _

from appointments.admin import presence, presentation, unseen
from appointments.answers import ForWhom, Reach, UrgencyLevel, VisitType
from appointments.models import AppointmentRequest
from appointments.states import Outcome, Status

COLUMNS = {
    "due": _("Answer due"),
    "urgency_and_why": _("Urgency, and why"),
    "patient": _("Patient"),
    "reach_by": _("Reach by"),
    "holder": _("Status, and with"),
    "place_or_visit": _("Visit"),
}
MOST_REASONS = 3


def table(rows: list[Any], *, may_take: bool, places: Mapping[str, str]) -> SafeString:
    """Expects rows as ``open_list.shown`` reads them.

    ``may_take``: whether new ones can be taken up here; ``places``: titles by slug.
    """
    write = _Row(may_take=may_take, places=places)
    heads = [_head(f"column-{name}", f"<span>{escape(str(label))}</span>") for name, label in COLUMNS.items()]
    if may_take:
        toggle = f'<input type="checkbox" id="action-toggle" aria-label="{_said("Select all on this page")}">'
        heads.insert(0, _head("action-checkbox-column", f"<span>{toggle}</span>"))
    return mark_safe(  # noqa: S308 - escaped where it is written
        '<div class="results"><table id="result_list">\n'
        f"<thead><tr>{''.join(heads)}</tr></thead>\n<tbody>{''.join(map(write, rows))}</tbody></table></div>"
    )


def _head(column: str, inside: str) -> str:
    return f'<th scope="col" class="{column}"><div class="text">{inside}</div></th>'


def _said(text: str) -> str:
    return escape(gettext(text))


def _labels(codes: Any) -> dict[str, str]:
    return {code.value: escape(str(code.label)) for code in codes}


@dataclass(frozen=True, slots=True)
class _Words:
    """What rows are written with, escaped, and the addresses of the request with id 0."""

    change: str
    claim: str
    urgencies: Mapping[str, str]
    statuses: Mapping[str, str]
    outcomes: Mapping[str, str]
    visits: Mapping[str, str]
    ways: Mapping[str, str]
    due: Mapping[str, str]
    nobody: str
    hard: str
    no_message: str
    interpreter: str
    helper: str
    take_up: str
    came: str
    select: str


@cache
def _words(_language: str | None) -> _Words:
    """The same each time in one language, which has to be the active one."""
    name = "admin:appointments_appointmentrequest"
    return _Words(
        change=reverse(f"{name}_change", args=[0]),
        claim=reverse(f"{name}_claim", args=[0]),
        urgencies=_labels(UrgencyLevel),
        statuses=_labels(Status),
        outcomes=_labels(Outcome),
        visits=_labels(VisitType),
        ways=_labels(Reach),
        due={code: escape(str(words)) for code, words in presentation.DUE_WORDS.items()},
        nobody=_said("nobody yet"),
        hard=_said("Speaking is hard"),
        no_message=_said("Leave no message"),
        interpreter=_said("Needs an interpreter"),
        helper=_said("Ask for %(name)s, who helps"),
        take_up=_said("Take up"),
        came=_said("came %(time)s ago"),
        select=_said("Select %(reference)s"),
    )


class _Row:
    """Writes the rows of one page, as of the moment it is made."""

    def __init__(self, *, may_take: bool, places: Mapping[str, str]) -> None:
        self._may_take, self._places = may_take, places
        self._why: dict[str, str] = {}
        self._now, self._language = timezone.now(), get_language()
        self._words = _words(self._language)

    def __call__(self, row: Any) -> str:
        return (
            f"<tr>{self._box(row) if self._may_take else ''}"
            f'<td class="field-due">{self._due(row)}</td>\n'
            f'<td class="field-urgency_and_why">{self._urgency(row)}</td>\n'
            f'<th class="field-patient" scope="row">{self._patient(row)}</th>\n'
            f'<td class="field-reach_by">{self._reach(row)}</td>\n'
            f'<td class="field-holder">{self._holder(row)}{self._taking(row)}</td>\n'
            f'<td class="field-place_or_visit">{self._visit(row)}</td></tr>\n'
        )

    def _box(self, row: AppointmentRequest) -> str:
        """Only what can be taken up can be ticked."""
        if row.status != Status.NEW:
            return '<td class="action-checkbox"></td>'
        label = self._words.select % {"reference": escape(row.reference)}
        named = f'name="{ACTION_CHECKBOX_NAME}" value="{row.id}"'
        box = f'<input type="checkbox" {named} class="action-select" aria-label="{label}">'
        return f'<td class="action-checkbox">{box}</td>'

    def _due(self, row: AppointmentRequest) -> str:
        code, words, time = presentation.standing(row, self._now)
        due = self._words.due[words] % {"time": self._long(*time) if time else ""}
        came = self._words.came % {"time": self._long(row.received_at, self._now)}
        return f'<span class="due due-{code}">{due}</span><br><span class="quiet">{came}</span>'

    def _long(self, earlier: datetime, later: datetime) -> str:
        return escape(presentation.how_long(earlier, later, self._language))

    def _urgency(self, row: AppointmentRequest) -> str:
        why = map(self._reason, row.urgency_reasons[:MOST_REASONS])
        level = f'<span class="urgency urgency-{row.urgency}">{self._words.urgencies[row.urgency]}</span>'
        return level + "".join(why)

    def _reason(self, code: str) -> str:
        if code not in self._why:
            self._why[code] = f"<div>{escape(presentation.reason(code))}</div>"
        return self._why[code]

    def _patient(self, row: AppointmentRequest) -> str:
        told = "".join(f'<br><strong class="warn">{escape(text)}</strong>' for text in unseen.told(row))
        words = f'{escape(row.patient_name)}<br><span class="quiet">{escape(row.reference)}</span>{told}'
        return f'<a href="{self._words.change.replace("/0/", f"/{row.id}/")}">{words}</a>'

    def _reach(self, row: AppointmentRequest) -> str:
        """And what to know before it is tried; the request itself says it at length."""
        address = escape(presentation.contact_address(row)).replace("@", "<wbr>@")
        marks = "".join(f'<br><strong class="warn">{mark}</strong>' for mark in self._marks(row))
        return f"{self._words.ways[row.reach]}: {address}{marks}"

    def _marks(self, row: AppointmentRequest) -> Iterator[str]:
        if row.speaking_hard:
            yield self._words.hard
        if row.refuses_messages:
            yield self._words.no_message
        if row.interpreter:
            yield self._words.interpreter
        if row.for_whom == ForWhom.HELPED:
            yield self._words.helper % {"name": escape(row.helper_name)}

    def _holder(self, row: Any) -> str:
        """Where it stands, who has it, and who looks at it now."""
        nobody = self._words.nobody if row.is_open else ""
        who = escape(row.assigned_to.get_username()) if row.assigned_to else nobody
        outcome = f": {self._words.outcomes[row.outcome]}" if row.outcome else ""
        lookers = escape(presence.words(row.looked_at_by))
        looking = f'<span class="looking" data-request="{row.id}">{lookers}</span>'
        return f'{self._words.statuses[row.status]}{outcome}<br><span class="quiet">{who}</span>{looking}'

    def _taking(self, row: AppointmentRequest) -> str:
        """The button that takes a new one up."""
        if not self._may_take or row.status != Status.NEW:
            return ""
        to = self._words.claim.replace("/0/", f"/{row.id}/")
        sends = f'name="seen_version" value="{row.version}" formaction="{to}"'
        words = f'{self._words.take_up}<span class="visually-hidden"> {escape(row.reference)}</span>'
        return f'<button class="button take-up" {sends}>{words}</button>'

    def _visit(self, row: AppointmentRequest) -> str:
        place = escape(self._places.get(row.place, row.place))
        below = f'<br><span class="quiet">{place}</span>' if place else ""
        return self._words.visits.get(row.visit_type, escape(row.visit_type)) + below
