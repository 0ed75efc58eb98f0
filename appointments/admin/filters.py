"""Filters of the queue. Each choice is a condition, so that one statement counts them all.

What a condition compares with and what differs from one moment or person to another is ``Given``: so the
statement can be written once. ``known`` says what holds now.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appointments import answers, lifecycle
from appointments.admin import unseen
from appointments.admin.frame import frame
from appointments.states import Status
from clinic_site.postgresql.one_statement import Given

DAY, THREE_DAYS, WEEK, NOW, ME = map(Given, ("day", "three_days", "week", "now", "me"))
GROWN_UP, SENIOR, WITHDRAWN_SINCE = map(Given, ("grown_up", "senior", "withdrawn_since"))


def known(account: int | None) -> dict[str, Any]:
    """What the conditions are told, by name."""
    now = timezone.now()
    return {
        NOW.name: now,
        DAY.name: now - timedelta(days=1),
        THREE_DAYS.name: now - timedelta(days=3),
        WEEK.name: now - timedelta(days=7),
        GROWN_UP.name: _birthday(18),
        SENIOR.name: _birthday(65),
        WITHDRAWN_SINCE.name: unseen.shown_since(),
        ME.name: account,
    }


def told(condition: Q, values: dict[str, Any]) -> Q:
    """The same condition with values in place of what is ``Given``, for a statement of its own."""
    same = Q(_connector=condition.connector, _negated=condition.negated)
    children: list[Any] = condition.children
    same.children = [
        told(child, values) if isinstance(child, Q) else (child[0], _value(child[1], values))
        for child in children
    ]
    return same


def _value(value: Any, values: dict[str, Any]) -> Any:
    return values[value.name] if isinstance(value, Given) else value


@dataclass(frozen=True, slots=True)
class Choice:
    """One choice of a filter: its code in the address, its words, its condition."""

    code: str
    label: Any
    condition: Q


class QueueFilter(admin.SimpleListFilter):
    """A filter whose choices are conditions; ``counted`` says which of them are counted."""

    everything: Any = _("All")
    rest = ""
    """The choice that each open request fits which fits no other; empty where it may fit several, or none."""
    nothing_known = Q(pk=0)
    """What a code that is no choice means."""

    is_read_elsewhere = False
    """Whether the list applies what is chosen itself (``OpenList``)."""

    def __init__(self, request: HttpRequest, params: dict[str, Any], model: Any, model_admin: Any) -> None:
        self.offered = self.now_offered(request)
        super().__init__(request, params, model, model_admin)

    def now_offered(self, request: HttpRequest) -> list[Choice]:
        return list(self.offer(request))

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        raise NotImplementedError

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(choice.code, choice.label) for choice in self.offered]

    def condition(self) -> Q:
        """What is chosen; empty where nothing is."""
        code = self.value()
        if not code:
            return Q()
        return next((choice.condition for choice in self.offered if choice.code == code), self.nothing_known)

    @property
    def known_code(self) -> str:
        """What is chosen, as a choice names it; empty where an address says something else."""
        return next((choice.code for choice in self.offered if choice.code == self.value()), "")

    @property
    def narrows_open(self) -> bool:
        """Whether it leaves out any open request."""
        return bool(self.condition())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        condition = Q() if self.is_read_elsewhere else self.condition()
        return queryset.filter(told(condition, known(request.user.pk))) if condition else queryset

    def counted(self) -> list[Choice]:
        return self.offered

    def choices(self, changelist: Any) -> Iterator[Any]:
        chosen, rest = self.value(), changelist.get_query_string(remove=[self.parameter_name])
        narrowed = f"{rest}{'' if rest == '?' else '&'}{self.parameter_name}="
        yield {"selected": not chosen, "query_string": rest, "display": self.everything}
        for choice in self.offered:
            count = changelist.facets.get((self.parameter_name, choice.code))
            yield {
                "selected": chosen == choice.code,
                "query_string": f"{narrowed}{quote(choice.code)}",
                "display": choice.label if count is None else f"{choice.label} ({count:,})",
            }


class FixedFilter(QueueFilter):
    """One that offers the same to everybody: its choices are put together once, in each language."""

    def now_offered(self, request: HttpRequest) -> list[Choice]:
        key = type(self), get_language()
        if key not in _fixed:
            _fixed[key] = [replace(choice, label=str(choice.label)) for choice in self.offer(request)]
        return _fixed[key]


_fixed: dict[tuple[type[FixedFilter], str | None], list[Choice]] = {}


class CodeFilter(FixedFilter):
    """A column whose answers are codes. Its name in the address is the one Django would give it."""

    column: str
    codes: Any

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        for code in self.codes:
            yield Choice(code.value, code.label, Q(**{self.column: code.value}))


class UrgencyFilter(CodeFilter):
    title, parameter_name = _("urgency"), "urgency__exact"
    column, codes, rest = "urgency", answers.UrgencyLevel, answers.UrgencyLevel.ROUTINE.value


class VisitFilter(CodeFilter):
    title, parameter_name = _("visit"), "visit_type__exact"
    column, codes = "visit_type", answers.VisitType


class LanguageFilter(CodeFilter):
    title, parameter_name = _("language"), "language__exact"
    column, codes = "language", answers.Language


class StatusFilter(QueueFilter):
    """Open requests unless something else is asked for; finished ones only then, or where one searches."""

    title = _("status")
    parameter_name = "status"
    OPEN, CLOSED, ALL, WITHDRAWN = "open", "closed", "all", "withdrawn"
    is_open = ~Q(status=Status.CLOSED)
    nothing_known = is_open
    rest = Status.SCHEDULED.value

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        self.searching = bool(request.GET.get("found"))
        self.everything = _("Open and finished") if self.searching else _("Open")
        if self.searching:
            yield Choice(self.OPEN, _("Open"), self.is_open)
        for status in Status:
            yield Choice(status.value, status.label, Q(status=status.value))
        yield Choice(self.WITHDRAWN, _("Withdrawn, to be seen"), unseen.is_withdrawn(WITHDRAWN_SINCE))
        if not self.searching:
            yield Choice(self.ALL, _("All, finished too"), Q())

    def condition(self) -> Q:
        return super().condition() if self.value() or self.searching else self.is_open

    @property
    def narrows_open(self) -> bool:
        return self.condition() != self.is_open

    def counted(self) -> list[Choice]:
        """Finished ones are counted among the results of a search only."""
        left_out = {self.WITHDRAWN, self.ALL} | (set() if self.searching else {self.CLOSED})
        return [choice for choice in self.offered if choice.code not in left_out]


class HolderFilter(FixedFilter):
    """Who has it."""

    title = _("who has it")
    parameter_name = "with"
    nothing_known = Q()

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        yield Choice("me", _("Me"), Q(assigned_to=ME))
        yield Choice("nobody", _("Nobody yet"), Q(assigned_to=None))


class PlaceFilter(QueueFilter):
    """The place the patient asked for."""

    title = _("place")
    parameter_name = "place"
    ANY = "any"

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        for slug, title in frame(request).places:
            yield Choice(slug, title, Q(place=slug))
        yield Choice(self.ANY, _("No preference"), Q(place=""))


class AgeFilter(FixedFilter):
    """How old the patient is on this day at the clinic."""

    title = _("age of the patient")
    parameter_name = "age"
    rest = "adult"

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        yield Choice("child", _("Under 18"), Q(date_of_birth__gt=GROWN_UP))
        yield Choice("adult", _("18 to 64"), Q(date_of_birth__lte=GROWN_UP, date_of_birth__gt=SENIOR))
        yield Choice("senior", _("65 and over"), Q(date_of_birth__lte=SENIOR))


def _birthday(years: int) -> date:
    """Who was born on this day or before is at least so old today."""
    today = lifecycle.today()
    leap_day = today.month == 2 and today.day == 29
    return today.replace(year=today.year - years, day=28 if leap_day and years % 4 else today.day)


class WaitingFilter(FixedFilter):
    """How long ago it came."""

    title = _("received")
    parameter_name = "received"
    rest = "three"

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        yield Choice("day", _("In the last 24 hours"), Q(received_at__gt=DAY))
        yield Choice("three", _("1 to 3 days ago"), Q(received_at__lte=DAY, received_at__gt=THREE_DAYS))
        yield Choice("week", _("3 to 7 days ago"), Q(received_at__lte=THREE_DAYS, received_at__gt=WEEK))
        yield Choice("older", _("Over a week ago"), Q(received_at__lte=WEEK))


class AnswerFilter(FixedFilter):
    """How the answer stands against its target."""

    title = _("answer")
    parameter_name = "answer"
    OVERDUE, rest = "overdue", "ahead"

    def offer(self, request: HttpRequest) -> Iterator[Choice]:
        yield Choice(self.OVERDUE, _("Overdue"), Q(is_answered=False, respond_by__lte=NOW))
        yield Choice("ahead", _("Not yet due"), Q(is_answered=False, respond_by__gt=NOW))
        yield Choice("given", _("Answered"), Q(is_answered=True))


FILTERS: list[Any] = [
    *(StatusFilter, AnswerFilter, HolderFilter, UrgencyFilter, WaitingFilter),
    *(PlaceFilter, LanguageFilter, VisitFilter, AgeFilter),
]
