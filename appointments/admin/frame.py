"""What the staff's screens show beside their own matter, read by one statement for each page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Count, QuerySet, Value, Window
from django.db.models.functions import Coalesce, NullIf
from django.http import HttpRequest

from appointments import notifications
from appointments.admin import unseen
from appointments.models import AppointmentRequest
from clinic_site.postgresql.one_statement import Given, OneStatement
from services.models import Clinic, Location


@dataclass(frozen=True, slots=True)
class Urgent:
    """How many urgent requests wait, which is the oldest and since when."""

    count: int
    oldest: datetime
    oldest_id: int


@dataclass(frozen=True, slots=True)
class Frame:
    """The clinic, and as far as this person may see them: the urgent requests that wait; how many messages
    could not be sent; how many withdrawals nobody has seen; and the places that patients may ask for, as slug
    and title.
    """

    demonstration: bool
    clinic: Clinic | None = None
    urgent: Urgent | None = None
    unsent: int = 0
    withdrawn: int = 0
    places: tuple[tuple[str, str], ...] = ()


def frame(request: HttpRequest) -> Frame:
    """Of the signed-in person, read once for each page."""
    known: Frame | None = getattr(request, "staff_frame", None)
    if known is None:
        known = _read(request.user)
        request.staff_frame = known  # type: ignore[attr-defined]
    return known


def _read(user: Any) -> Frame:
    requests = user.is_staff and user.has_perm("appointments.view_appointmentrequest")
    messages = user.is_staff and user.has_perm("appointments.view_message")
    found = _question(requests, messages).ask(since=unseen.shown_since())
    return Frame(
        settings.DEMONSTRATION,
        clinic=next(iter(found["clinic"]), None),
        urgent=next((Urgent(*row) for row in found.get("urgent", ())), None),
        unsent=sum(number for (number,) in found.get("unsent", ())),
        withdrawn=sum(number for (number,) in found.get("withdrawn", ())),
        places=tuple(found.get("places", ())),
    )


@cache
def _question(requests: bool, messages: bool) -> OneStatement:
    """For somebody who may see requests, or messages."""
    asked: dict[str, Callable[[], QuerySet[Any, Any]]] = {"clinic": lambda: Clinic.objects.all()[:1]}
    if requests:
        asked |= {"urgent": _urgent, "withdrawn": _withdrawn, "places": _places}
    if messages:
        asked["unsent"] = lambda: _how_many(notifications.undelivered())
    return OneStatement(lambda: {name: queryset() for name, queryset in asked.items()})


def _urgent() -> QuerySet[Any, Any]:
    return AppointmentRequest.objects.alarming().values_list(Window(Count("pk")), "received_at", "pk")[:1]


def _withdrawn() -> QuerySet[Any, Any]:
    return _how_many(AppointmentRequest.objects.filter(unseen.is_withdrawn(Given("since"))))


def _how_many(rows: QuerySet[Any]) -> QuerySet[Any, Any]:
    """A row with their number; none where there are none."""
    return rows.order_by().values_list(Window(Count("pk")))[:1]


def _places() -> QuerySet[Location, Any]:
    here = Location.objects.filter(texts__language=settings.LANGUAGE_CODE)
    return here.values_list("slug", Coalesce(NullIf("texts__menu_title", Value("")), "texts__title"))
