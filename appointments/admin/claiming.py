"""Taking requests up from the list: only one wins, and the others are told who was quicker."""

from __future__ import annotations

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from appointments import audit, lifecycle, states
from appointments.admin import paging, presentation
from appointments.admin.decisions import may
from appointments.admin.ids import is_id
from appointments.models import AppointmentRequest, Event

ACTION = "take_up"


LONGEST_WAY = 1_000
"""Characters; fewer fields than Django would refuse to read after the claim was made."""


def claim_view(request: HttpRequest, pk: int) -> HttpResponse:
    """POST takes it up and goes back to the list as it was. Raises PermissionDenied."""
    if not (may(request, "view_appointmentrequest") and may(request, "contact_request")):
        raise PermissionDenied
    stored = AppointmentRequest.objects.filter(pk=pk).first()
    if request.method == "POST" and stored is None:
        messages.warning(request, gettext("This request is no longer there. Nothing was changed."))
    elif request.method == "POST" and stored is not None:
        if lost := _taken_from(request, stored, _number(request.POST.get("seen_version", ""))):
            messages.warning(request, lost)
        else:
            messages.success(request, format_html(gettext("You have {} now."), _link(stored)))
    return redirect(f"{_queue()}{_way_back(request)}")


def take_up_selected(request: HttpRequest, requests: Iterable[AppointmentRequest]) -> None:
    """Take up each of these, and say of each that could not be taken who was quicker."""
    taken, lost = 0, []
    for stored in requests:
        if said := _taken_from(request, stored, stored.version):
            lost.append(said)
        else:
            taken += 1
    if taken:
        said = ngettext("%(number)s request is yours now.", "%(number)s requests are yours now.", taken)
        messages.success(request, said % {"number": taken})
    for said in lost:
        messages.warning(request, said)


def refused_selection(request: HttpRequest) -> str:
    """Why this selection may not be acted on, in words; empty where it may."""
    if request.POST.get("select_across", "0") not in ("", "0"):
        return gettext("Select requests on this page only. Nothing was changed.")
    chosen = request.POST.getlist("_selected_action")
    if len(chosen) > paging.SIZE or not all(_number(text) for text in chosen):
        return gettext("This selection could not be read. Nothing was changed. Select again.")
    return ""


def _taken_from(request: HttpRequest, stored: AppointmentRequest, seen_version: int) -> str:
    """Take it up; empty, or what happened instead."""
    actor = audit.staff(int(request.user.pk or 0))
    try:
        lifecycle.take_step(actor=actor, request_id=stored.pk, action=ACTION, seen_version=seen_version)
    except (lifecycle.Outdated, states.NotAllowed):
        return _who_was_quicker(stored, reader=actor.account)
    except AppointmentRequest.DoesNotExist:
        return gettext("This request is no longer there. Nothing was changed.")
    return ""


def _who_was_quicker(stored: AppointmentRequest, *, reader: int | None) -> str:
    event = Event.objects.filter(request_id=stored.pk).exclude(action__in=audit.BESIDE).last()
    if event is None:
        return gettext("%(reference)s has changed meanwhile.") % {"reference": stored.reference}
    if event.actor_id == reader and event.action == ACTION:
        return gettext("You have taken up %(reference)s already.") % {"reference": stored.reference}
    user = get_user_model().objects.filter(pk=event.actor_id).first() if event.actor_id else None
    return gettext("%(reference)s: %(who)s was quicker: “%(what)s” (%(time)s).") % {
        "reference": stored.reference,
        "who": user.get_username() if user else Event.ActorKind(event.actor_kind).label,
        "what": presentation.event_label(event),
        "time": date_format(localtime(event.at), "M j, g:i a"),
    }


def _link(stored: AppointmentRequest) -> str:
    address = reverse("admin:appointments_appointmentrequest_change", args=[stored.pk])
    return format_html('<a href="{}">{}</a>', address, stored.reference)


def _queue() -> str:
    return reverse("admin:appointments_appointmentrequest_changelist")


def _way_back(request: HttpRequest) -> str:
    """The filters and the place in the list, never another address."""
    told = QueryDict(request.POST.get("back", "").removeprefix("?")[:LONGEST_WAY]).urlencode()
    return f"?{told}" if told else ""


def _number(text: str) -> int:
    """Zero for what is none that the database could hold."""
    return int(text) if is_id(text) else 0
