"""The list of the queue: filtered, counted and paged without ever counting the whole table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from appointments import looking
from appointments.admin import paging, searching, unseen
from appointments.admin.decisions import may
from appointments.admin.filters import HolderFilter, LanguageFilter, PlaceFilter, QueueFilter, StatusFilter
from appointments.models import AppointmentRequest
from appointments.states import Status

AT = "at"
"""Where in the list a page begins."""
COUNTED = 1_000
WITH_INDEX = (HolderFilter, PlaceFilter, LanguageFilter)
"""Filters of finished requests whose order an index has; others are looked for by paging.WINDOW at a time."""


class Queue(ChangeList):
    """Django's list, but for its counting and its page numbers."""

    facets: Mapping[tuple[str, str], int]
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
        self.facets, total = self._counts() if self.found or self.scope == "open" else ({}, None)
        self.page = self._found_page(request) if self.found else self._page(request)
        self.total = self._bounded_count() if total is None and self.page.is_first else total
        self.result_list = self._rows(request, self.page.ids)
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
        return paging.page(self.queryset, self.order, at, looked_through=self._looked_through())

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

    def _found_page(self, request: HttpRequest) -> paging.Page:
        """What was found is few and in an order of its own: the place is a number."""
        ids = self.found.ids if self.found else []
        there = set(self.queryset.order_by().values_list("pk", flat=True))
        kept = [pk for pk in ids if pk in there]
        text = request.GET.get(AT, "")
        start = int(text) if text.isdecimal() and len(text) < 6 else 0
        size = paging.SIZE
        made = paging.Page(kept[start : start + size], is_first=start == 0)
        self.following_number = start + size if start + size < len(kept) else None
        self.preceding_number = max(start - size, 0) if start else None
        return made

    def _counts(self) -> tuple[dict[tuple[str, str], int], int]:
        """How many there are of each choice under the other filters, and of all of them: one statement."""
        chosen = {spec.parameter_name: spec.condition() for spec in self.specs}
        counts: dict[str, Count] = {"total": Count("pk", filter=_all_of(chosen.values()))}
        names: dict[str, tuple[str, str]] = {}
        for spec in self.specs:
            others = [condition for name, condition in chosen.items() if name != spec.parameter_name]
            for choice in spec.counted():
                name = f"count_{len(names)}"
                names[name] = (str(spec.parameter_name), choice.code)
                counts[name] = Count("pk", filter=_all_of([choice.condition, *others]))
        base = self.root_queryset if self.found else AppointmentRequest.objects.open()
        counted = base.aggregate(**counts)
        return {told: counted[name] for name, told in names.items()}, counted["total"]

    def _bounded_count(self) -> int | None:
        """Up to COUNTED, or one more; None where the filters would have to be looked for."""
        if self._looked_through() is not None:
            return None
        return self.queryset.order_by()[: COUNTED + 1].count()

    def _rows(self, request: HttpRequest, ids: list[int]) -> list[AppointmentRequest]:
        """The rows of this page alone, with what their trail says of them and who looks at them."""
        rows = unseen.marked(AppointmentRequest.objects.filter(pk__in=ids)).select_related("assigned_to")
        by_id = {row.pk: row for row in looking.marked(rows, but=int(request.user.pk or 0))}
        may_take = may(request, "contact_request")
        for row in by_id.values():
            row.may_take_up = may_take and row.status == Status.NEW  # type: ignore[attr-defined]
        return [by_id[pk] for pk in ids if pk in by_id]

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


def _all_of(conditions: Any) -> Q:
    together = Q()
    for condition in conditions:
        together &= condition
    return together
