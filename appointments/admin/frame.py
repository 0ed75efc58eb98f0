"""What the staff's screens show beside their own matter, read by one statement for each page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, QuerySet, Subquery, Value, Window
from django.db.models.functions import Coalesce, JSONArray, JSONObject, NullIf
from django.http import HttpRequest

from appointments import notifications
from appointments.admin import unseen
from appointments.models import AppointmentRequest
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
    clinic: dict[str, Any] | None = None
    urgent: Urgent | None = None
    unsent: int = 0
    withdrawn: int = 0
    places: tuple[tuple[str, str], ...] = ()


class _Count(Subquery):
    """How many rows there are."""

    template = "(SELECT count(*) FROM (%(subquery)s) AS counted)"
    output_field = IntegerField()


def frame(request: HttpRequest) -> Frame:
    """Of the signed-in person, read once for each page."""
    known: Frame | None = getattr(request, "staff_frame", None)
    if known is None:
        known = _read(request.user)
        request.staff_frame = known  # type: ignore[attr-defined]
    return known


def _read(user: Any) -> Frame:
    clinic = JSONObject(name="name", is_sample="is_sample")
    shown: dict[str, Any] = {"clinic": Subquery(Clinic.objects.values_list(clinic)[:1])}
    if user.is_staff and user.has_perm("appointments.view_appointmentrequest"):
        shown |= _of_requests()
    if user.is_staff and user.has_perm("appointments.view_message"):
        shown["unsent"] = _Count(notifications.undelivered().order_by().values("pk"))
    # The account's own row stands for the one row of the answer.
    read = get_user_model()._default_manager.filter(pk=user.pk).values(**shown).first()
    told: dict[str, Any] = {**(read or {})}
    if urgent := told.pop("urgent", None):
        told["urgent"] = Urgent(**{**urgent, "oldest": datetime.fromisoformat(urgent["oldest"])})
    return Frame(settings.DEMONSTRATION, **told)


def _of_requests() -> dict[str, Any]:
    alarming = AppointmentRequest.objects.alarming().annotate(everyone=Window(Count("pk")))
    urgent = JSONObject(count="everyone", oldest="received_at", oldest_id="pk")
    return {
        "urgent": Subquery(alarming.values_list(urgent)[:1]),
        "withdrawn": _Count(unseen.withdrawn(AppointmentRequest.objects.all()).order_by().values("pk")),
        "places": ArraySubquery(_places()),
    }


def _places() -> QuerySet[Location, Any]:
    here = Location.objects.filter(texts__language=settings.LANGUAGE_CODE)
    title = Coalesce(NullIf("texts__menu_title", Value("")), "texts__title")
    return here.values_list(JSONArray("slug", title))
