"""The list of the queue: filtered, counted and paged without ever counting the whole table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Aggregate, Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from appointments import looking
from appointments.admin import paging, searching, unseen
from appointments.admin.decisions import may
from appointments.admin.filters import (
    Choice,
    HolderFilter,
    LanguageFilter,
    PlaceFilter,
    QueueFilter,
    StatusFilter,
)
from appointments.models import AppointmentRequest
from appointments.states import Status

AT = "at"
"""Where in the list a page begins."""
COUNTED = 1_000
SHOWN = (
    *("reference", "received_at", "status", "outcome", "urgency", "urgency_reasons", "respond_by"),
    *("first_contact_at", "is_answered", "scheduled_for", "closed_at", "version", "visit_type", "place"),
    *("patient_name", "reach", "email", "phone", "speaking_hard", "assigned_to__username"),
)
"""What a row of the list is made of."""
WITH_INDEX = (HolderFilter, PlaceFilter, LanguageFilter)
"""Filters of finished requests whose order an index has; others are looked for by paging.WINDOW at a time."""

Facets = dict[tuple[str, str], int]
"""How many there are, by the name of a filter and the code of a choice."""


class Rows(Count):
    """How many rows: that each has an id need not be looked at in every one."""

    template = "COUNT(*)"


class Queue(ChangeList):
    """Django's list, but for its counting and its page numbers."""

    facets: Facets
    found: searching.Found | None
    page: paging.Page

    def get_filters_params(self, params: dict[str, Any] | None = None) -> dict[str, Any]:
        kept = super().get_filters_params(params)
        return {name: value for name, value in kept.items() if name not in (AT, searching.FOUND)}

    def get_query_string(self, new_params: Any = None, remove: Any = None) -> str:
        """Another filter begins at the start."""
        return super().get_query_string({AT: None, **(new_params or {})}, remove)

    def get_queryset(
        self, request: HttpRequest, exclude_parameters: list[str | None] | None = None
    ) -> QuerySet[AppointmentRequest]:
        self.found = searching.found(request)
        everything = AppointmentRequest.objects.all()
        self.root_queryset = everything.filter(pk__in=self.found.ids) if self.found else everything
        return super().get_queryset(request, exclude_parameters)

    def get_ordering(self, request: HttpRequest, queryset: QuerySet[Any]) -> list[Any]:
        sign = "-" if self.order.descending else ""
        return [f"{sign}{column}" for column in self.order.columns]

    @property
    def specs(self) -> list[QueueFilter]:
        return [spec for spec in self.filter_specs if isinstance(spec, QueueFilter)]

    @property
    def scope(self) -> str:
        """Which requests are listed before any other filter: open ones, finished ones, or all."""
        status = next(spec for spec in self.specs if isinstance(spec, StatusFilter)).value()
        if status in (Status.CLOSED, StatusFilter.WITHDRAWN):
            return "finished"
        return "all" if status == StatusFilter.ALL else "open"

    @property
    def order(self) -> paging.Order:
        return {
            "open": paging.MOST_PRESSING,
            "finished": paging.LAST_CLOSED,
            "all": paging.LAST_RECEIVED,
        }[self.scope]

    def get_results(self, request: HttpRequest) -> None:
        self.facets, total = {}, None
        if self.found:
            self.facets, kept = self._counts_of_found()
            total = len(kept)
            self.page = self._found_page(request, kept)
        else:
            if self.scope == "open":
                self.facets, total = self._counts_of_open()
            self.page = self._page(request)
            if total is None and self.page.is_first:
                total = self._bounded_count()
        self.total = total
        self.result_list = self.page.rows
        self._prepare_rows(may_take=may(request, "contact_request"))
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = False
        self.show_admin_actions = any(row.may_take_up for row in self.result_list)
        if not self.show_admin_actions:
            self.list_display = [name for name in self.list_display if name != "action_checkbox"]
        self.can_show_all = self.multi_page = False
        self.opened = timezone.now()
        typed = {"words": self.found.words} if self.found else {}
        self.searching = searching.SearchForm(initial=typed, auto_id="search_%s")

    def _page(self, request: HttpRequest) -> paging.Page:
        try:
            at = paging.cursor(request.GET.get(AT, ""), self.order)
        except paging.BadCursor as error:
            raise IncorrectLookupParameters from error
        shown, through = self._shown(request), self._looked_through()
        return paging.page(self.queryset, self.order, at, shown=shown, looked_through=through)

    def _looked_through(self) -> QuerySet[AppointmentRequest] | None:
        """The requests in whose order an index leads; None where it knows all the filters."""
        if self.scope == "open":
            return None
        active = [spec for spec in self.specs if spec.value() and not isinstance(spec, StatusFilter)]
        leading = (
            [spec for spec in active if isinstance(spec, WITH_INDEX)][:1] if self.scope == "finished" else []
        )
        if active == leading:
            return None
        status = next(spec for spec in self.specs if isinstance(spec, StatusFilter))
        conditions = [spec.condition() for spec in (status, *leading)]
        return AppointmentRequest.objects.filter(*conditions)

    def _found_page(self, request: HttpRequest, there: set[int]) -> paging.Page:
        """What was found is few and in an order of its own: the place is a number."""
        kept = [pk for pk in (self.found.ids if self.found else []) if pk in there]
        text = request.GET.get(AT, "")
        start = int(text) if text.isdecimal() and len(text) < 6 else 0
        size = paging.SIZE
        rows = self._shown(request).in_bulk(kept[start : start + size])
        self.following_number = start + size if start + size < len(kept) else None
        self.preceding_number = max(start - size, 0) if start else None
        there_still = [rows[pk] for pk in kept[start : start + size] if pk in rows]
        return paging.Page(there_still, is_first=start == 0)

    def _counts_of_open(self) -> tuple[Facets, int]:
        """How many there are of each choice under the other filters, and how many fit all.

        The choices of filters that are not in use are counted among what fits alone.
        """
        chosen = {spec.parameter_name: spec.condition() for spec in self.specs if spec.condition()}
        if chosen.get(StatusFilter.parameter_name) == StatusFilter.is_open:
            del chosen[StatusFilter.parameter_name]  # they are open, and need not be asked one by one
        in_use = [spec for spec in self.specs if spec.parameter_name in chosen]
        not_in_use = [spec for spec in self.specs if spec.parameter_name not in chosen]
        base = AppointmentRequest.objects.open()
        fitting = base.filter(*chosen.values())
        asked = [
            (spec, choice) for spec in not_in_use for choice in spec.counted() if choice.code != spec.rest
        ]
        facets, total = _counted(fitting, asked, under={}, total=Rows("pk"))
        for spec in not_in_use:
            if spec.rest:
                others = sum(count for (name, _code), count in facets.items() if name == spec.parameter_name)
                facets[str(spec.parameter_name), spec.rest] = total - others
        if in_use:
            facets |= _counted(base, _choices(in_use), under=chosen)[0]
        return facets, total

    def _counts_of_found(self) -> tuple[Facets, set[int]]:
        """Of each choice under the other filters, and the ids of what fits all: few, so in one statement."""
        chosen = {spec.parameter_name: spec.condition() for spec in self.specs}
        all_that_fit = ArrayAgg("pk", filter=_all_of(chosen.values()))
        facets, kept = _counted(self.root_queryset, _choices(self.specs), under=chosen, total=all_that_fit)
        return facets, set(kept or ())

    def _bounded_count(self) -> int | None:
        """Up to COUNTED, or one more; None where the filters would have to be looked for."""
        if self._looked_through() is not None:
            return None
        return self.queryset.order_by()[: COUNTED + 1].count()

    def _prepare_rows(self, *, may_take: bool) -> None:
        """Their addresses are those of one that is none, so that not each is put together anew."""
        name = "admin:appointments_appointmentrequest"
        change, claim = (reverse(f"{name}_{screen}", args=[0]) for screen in ("change", "claim"))
        for row in self.result_list:
            row.may_take_up = may_take and row.status == Status.NEW
            row.change_address = change.replace("/0/", f"/{row.pk}/")
            row.claim_address = claim.replace("/0/", f"/{row.pk}/")

    def url_for_result(self, result: Any) -> str:
        return str(result.change_address)

    def _shown(self, request: HttpRequest) -> QuerySet[AppointmentRequest]:
        """Requests with all that a row says: what their trail tells, who has them and who looks at them."""
        rows = unseen.marked(AppointmentRequest.objects.only(*SHOWN)).select_related("assigned_to")
        return looking.marked(rows, but=int(request.user.pk or 0))

    @property
    def how_many(self) -> str:
        """In words; empty where it is not known without looking at everything."""
        if self.total is None:
            return ""
        if self.total > COUNTED and not self.facets:
            return gettext("More than %(number)s requests") % {"number": f"{COUNTED:,}"}
        said = ngettext("%(number)s request", "%(number)s requests", self.total)
        return said % {"number": f"{self.total:,}"}

    @property
    def ways(self) -> dict[str, str]:
        """Addresses of the first, preceding, following and last page, where there are such."""
        if self.found:
            numbers = {"preceding": self.preceding_number, "following": self.following_number}
            ways = {name: str(at) for name, at in numbers.items() if at is not None}
        else:
            cursors = {"preceding": self.page.preceding, "following": self.page.following}
            ways = {name: at.encoded() for name, at in cursors.items() if at is not None}
            if self.page.following:
                ways["last"] = paging.LAST
        if not self.page.is_first:
            ways["first"] = ""
        return {name: self.get_query_string({AT: at or None}) for name, at in ways.items()}


def _counted(
    requests: QuerySet[AppointmentRequest],
    asked: list[tuple[QueueFilter, Choice]],
    *,
    under: Mapping[str | None, Q],
    total: Aggregate | None = None,
) -> tuple[Facets, Any]:
    """These choices of filters, each ``under`` what is chosen in the others; one statement."""
    counts: dict[str, Aggregate] = {"total": total} if total else {}
    for number, (spec, choice) in enumerate(asked):
        others = [condition for name, condition in under.items() if name != spec.parameter_name]
        counts[f"count_{number}"] = Rows("pk", filter=_all_of([*others, choice.condition]))
    counted = requests.aggregate(**counts)
    facets = {
        (str(spec.parameter_name), choice.code): counted[f"count_{number}"]
        for number, (spec, choice) in enumerate(asked)
    }
    return facets, counted.get("total")


def _choices(specs: list[QueueFilter]) -> list[tuple[QueueFilter, Choice]]:
    return [(spec, choice) for spec in specs for choice in spec.counted()]


def _all_of(conditions: Any) -> Q:
    together = Q()
    for condition in conditions:
        together &= condition
    return together
