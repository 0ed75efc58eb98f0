"""Which requests an export takes: one by its id, or those of the queue's filters and a period. Codes only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils.formats import date_format
from django.utils.translation import gettext

from appointments import exports
from appointments.admin import chosen
from appointments.admin.export_forms import ExportForm, ManyForm
from appointments.admin.ids import is_id
from appointments.models import AppointmentRequest
from appointments.querysets import RequestQuerySet

ONE = "request"


@dataclass(frozen=True, slots=True)
class Choice:
    """``codes`` is what an export keeps of it; ``one`` the request where there is a single one."""

    codes: dict[str, Any]
    one: AppointmentRequest | None
    filters: list[tuple[str, str]]
    count: int

    @property
    def title(self) -> str:
        return gettext("Export this request") if self.one else gettext("Export these requests")

    @property
    def too_many(self) -> bool:
        return self.count > settings.EXPORT_LIMIT

    @property
    def count_shown(self) -> str:
        return f"{self.count:,}"

    def form(self, data: Any, shapes: list[str]) -> ExportForm:
        return (ExportForm if self.one else ManyForm)(data, shapes=shapes)

    def period(self, given: Mapping[str, Any]) -> dict[str, str]:
        """The days of the form as codes."""
        return {name: day.isoformat() for name in ("first_day", "last_day") if (day := given.get(name))}


def from_address(request: HttpRequest) -> Choice:
    """What the address asks for. Raises chosen.NotOffered, Http404."""
    if ONE in request.GET:
        told = request.GET[ONE]
        one = AppointmentRequest.objects.filter(pk=told).first() if is_id(told) else None
        if one is None:
            raise Http404
        return Choice({ONE: one.pk}, one, [], 1)
    filters = {name: str(value) for name, value in request.GET.items()}
    found = chosen.requests(request, filters)
    return Choice({"filters": filters}, None, chosen.in_words(request, filters), exports.bounded_count(found))


def requests(request: HttpRequest, codes: Mapping[str, Any]) -> RequestQuerySet:
    """The requests of an export. Raises chosen.NotOffered."""
    if ONE in codes:
        return AppointmentRequest.objects.filter(pk=codes[ONE])
    days = (codes.get(name) for name in ("first_day", "last_day"))
    first, last = (date.fromisoformat(day) if day else None for day in days)
    return chosen.requests(request, codes["filters"]).received_on(first, last)


def in_words(request: HttpRequest, codes: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What an export took, for people; nothing where the queue no longer has its filters."""
    if ONE in codes:
        one = AppointmentRequest.objects.filter(pk=codes[ONE]).first()
        return [(gettext("Request"), one.reference if one else gettext("erased since"))]
    try:
        said = chosen.in_words(request, codes["filters"])
    except chosen.NotOffered:
        said = [(gettext("Filters"), gettext("no longer offered"))]
    labels = {"first_day": gettext("Received from"), "last_day": gettext("Received until")}
    return said + [
        (label, date_format(date.fromisoformat(codes[name])))
        for name, label in labels.items()
        if name in codes
    ]
