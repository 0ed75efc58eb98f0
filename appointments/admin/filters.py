"""Filters of the queue."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from appointments.admin import unseen
from appointments.states import Status
from services.models import Location


class StatusFilter(admin.SimpleListFilter):
    """Open requests unless something else is asked for; finished ones only then."""

    title = _("status")
    parameter_name = "status"
    CLOSED, ALL, WITHDRAWN = "closed", "all", "withdrawn"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [
            *((status.value, status.label) for status in Status),
            (self.WITHDRAWN, _("Withdrawn, not seen yet")),
            (self.ALL, _("All, finished too")),
        ]

    def choices(self, changelist: Any) -> Iterator[Any]:
        own = super().choices(changelist)
        everything = next(own)
        yield {**everything, "display": _("Open")}
        yield from own

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        if self.value() in [status.value for status in Status]:
            return queryset.filter(status=self.value())
        if self.value() == self.WITHDRAWN:
            return unseen.withdrawn(queryset)
        return queryset if self.value() == self.ALL else queryset.open()


class HolderFilter(admin.SimpleListFilter):
    """Who has it."""

    title = _("with")
    parameter_name = "with"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("me", _("Me")), ("nobody", _("Nobody yet"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "me":
            return queryset.filter(assigned_to=request.user.pk)
        return queryset.filter(assigned_to=None) if self.value() == "nobody" else queryset


class PlaceFilter(admin.SimpleListFilter):
    """The place the patient asked for."""

    title = _("place")
    parameter_name = "place"
    ANY = "any"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        places = Location.objects.in_language(settings.LANGUAGE_CODE)
        return [*((place.slug, place.text.short_title) for place in places), (self.ANY, _("No preference"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if not self.value():
            return queryset
        return queryset.filter(place="" if self.value() == self.ANY else self.value())
