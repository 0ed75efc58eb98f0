"""The list of the queue: filtered, counted and paged without ever counting the whole table."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext, ngettext

from appointments.admin import paging, searching
from appointments.admin.decisions import may
from appointments.admin.filters import (
    Choice,
    HolderFilter,
    LanguageFilter,
    PlaceFilter,
    QueueFilter,
    StatusFilter,
    known,
    told,
)
from appointments.admin.frame import frame
from appointments.admin.open_list import Facets, OpenList, all_of, counts, named, shown
from appointments.models import AppointmentRequest
from appointments.states import Status
from clinic_site.postgresql.one_statement import OneStatement, one_row

AT = "at"
"""Where in the list a page begins."""
COUNTED = 1_000
WITH_INDEX = (HolderFilter, PlaceFilter, LanguageFilter)
"""Filters of finished requests whose order an index has; others are looked for by paging.WINDOW at a time."""


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

    def get_filters(self, request: HttpRequest) -> Any:
        specs, *rest = super().get_filters(request)
        self.filter_specs = specs
        reads_itself = self.found is None and self.scope == "open"
        for spec in self.specs:
            spec.is_read_elsewhere = reads_itself
        return specs, *rest

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
        self._account = int(request.user.pk or 0)
        self.facets, total = {}, None
        if self.found:
            self.facets, kept = self._counts_of_found()
            total = len(kept)
            self.page = self._found_page(request, kept)
        else:
            at = self._at(request)
            if self.scope == "open":
                total = self._read_open(at)
            else:
                self.page = self._page(at)
                total = self._bounded_count() if self.page.is_first else None
        self.total = total
        self.result_list = self.page.rows
        self.result_count = len(self.result_list)
        self.full_result_count = None
        self.show_full_result_count = False
        self.new_count = sum(row.status == Status.NEW for row in self.result_list)
        self.show_admin_actions = self.new_count > 0 and may(request, "contact_request")
        self.places = dict(frame(request).places)
        self.can_show_all = self.multi_page = False
        self.opened = timezone.now()
        if self.found:
            typed = {"words": self.found.words}
            self.searching = searching.SearchForm(initial=typed, auto_id=searching.SEARCH_IDS)

    def _at(self, request: HttpRequest) -> paging.Cursor:
        try:
            return paging.cursor(request.GET.get(AT, ""), self.order)
        except paging.BadCursor as error:
            raise IncorrectLookupParameters from error

    def _page(self, at: paging.Cursor) -> paging.Page:
        rows, through = shown(but=self._account), self._looked_through()
        return paging.page(self.queryset, self.order, at, shown=rows, looked_through=through)

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
        conditions = [told(spec.condition(), known(self._account)) for spec in (status, *leading)]
        return AppointmentRequest.objects.filter(*conditions)

    def _found_page(self, request: HttpRequest, there: set[int]) -> paging.Page:
        """What was found is few and in an order of its own: the place is a number."""
        kept = [pk for pk in (self.found.ids if self.found else []) if pk in there]
        text = request.GET.get(AT, "")
        start = int(text) if text.isdecimal() and len(text) < 6 else 0
        size = paging.SIZE
        rows = shown(but=self._account).in_bulk(kept[start : start + size])
        self.following_number = start + size if start + size < len(kept) else None
        self.preceding_number = max(start - size, 0) if start else None
        there_still = [rows[pk] for pk in kept[start : start + size] if pk in rows]
        return paging.Page(there_still, is_first=start == 0)

    def _read_open(self, at: paging.Cursor) -> int:
        """The page, how many there are of each choice under the other filters, and how many fit all."""
        in_use = [spec for spec in self.specs if spec.narrows_open]
        others = [spec for spec in self.specs if spec not in in_use]
        alone = [(spec, choice) for spec, choice in _choices(others) if choice.code != spec.rest]
        self.facets, total, rows = OpenList(
            self.order, at, {str(spec.parameter_name): spec for spec in in_use}, alone, _choices(in_use)
        ).read(self._account)
        for spec in others:
            if spec.rest:
                counted = sum(
                    count for (name, _code), count in self.facets.items() if name == spec.parameter_name
                )
                self.facets[str(spec.parameter_name), spec.rest] = total - counted
        self.page = paging.page_of(rows, self.order, at)
        return total

    def _counts_of_found(self) -> tuple[Facets, set[int]]:
        """Of each choice under the other filters, and the ids of what fits all: few, so in one statement."""
        asked = _choices(self.specs)
        if not (self.found and self.found.ids):
            return named(asked, [0] * len(asked)), set()
        chosen = {str(spec.parameter_name): spec.condition() for spec in self.specs}
        fitting = ArrayAgg("pk", filter=all_of(chosen.values()))
        counted = one_row(self.root_queryset, fitting=fitting, **counts(asked, under=chosen))
        statement = OneStatement(lambda: {"counted": counted}, planned=False)
        [(kept, *numbers)] = statement.ask(**known(self._account))["counted"]
        return named(asked, numbers), set(kept or ())

    def _bounded_count(self) -> int | None:
        """Up to COUNTED, or one more; None where the filters would have to be looked for."""
        if self._looked_through() is not None:
            return None
        return self.queryset.order_by()[: COUNTED + 1].count()

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


def _choices(specs: list[QueueFilter]) -> list[tuple[QueueFilter, Choice]]:
    return [(spec, choice) for spec in specs for choice in spec.counted()]
