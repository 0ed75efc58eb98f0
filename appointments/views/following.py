"""Following a request by its private link: where it stands, and what its patient may change.

The link alone opens these pages: no account, no cookie. As a browser adds nothing of its own that would let
another site act for somebody, the forms carry no CSRF token; who could forge one would have to know the link.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from appointments import (
    answers,
    audit,
    follow_up,
    lifecycle,
    limits,
    private_link,
    standing,
    states,
    visit_file,
)
from appointments.forms.follow import ChangeContactForm, ChangeTimesForm, SeenForm, WithdrawForm
from appointments.forms.times import half_day_shown
from appointments.models import AppointmentRequest
from appointments.states import Status
from appointments.views import way
from clinic_site.errors import too_often
from clinic_site.moments import moment
from services.models import Clinic

Act = Callable[[AppointmentRequest, Any], AppointmentRequest]


def private(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Only for who has the link; kept by no cache and no search engine, and told to no other site."""

    @csrf_exempt
    @never_cache
    @wraps(view)
    def guarded(request: HttpRequest, token: str) -> HttpResponse:
        stored = private_link.find(token)
        response = unknown_link(request) if stored is None else view(request, token, stored)
        return undisclosed(response)

    return guarded


def undisclosed(response: HttpResponse) -> HttpResponse:
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def unknown_link(request: HttpRequest) -> HttpResponse:
    """A link that opens nothing, or no longer; who tries many of them is stopped."""
    try:
        limits.count("wrong_link_by_address", way.address_of(request))
    except limits.Limited as limited:
        return too_often(request, limited.again_at)
    return render(request, "appointments/follow_unknown.html", status=404)


@never_cache
@require_safe
def without_slash(request: HttpRequest, rest: str) -> HttpResponse:
    """Here, and not in a middleware: the answer to an address that holds a secret is kept by no cache."""
    return undisclosed(redirect(request.get_full_path(force_append_slash=True)))


@never_cache
@require_safe
def broken_link(request: HttpRequest, rest: str) -> HttpResponse:
    """A private link that was cut off or mistyped."""
    return undisclosed(unknown_link(request))


@private
@require_safe
def follow(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """Where the request stands, in plain words."""
    return _standing(request, token, stored)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def renew_link(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """A new link, for whoever fears that someone has seen this one; the form is on the request's page."""
    if request.method != "POST":
        return redirect("appointments:follow", token)
    try:
        renewed = follow_up.renew_link(
            actor=audit.PATIENT, request_id=stored.pk, tell_patient=True, address=way.address_of(request)
        )
    except limits.Limited as limited:
        return _standing(request, token, stored, limited)
    except states.NotAllowed:
        return redirect("appointments:follow", token)
    address = reverse("appointments:follow", args=[private_link.token_of(renewed)])
    return redirect(address + "?renewed")


def _standing(
    request: HttpRequest, token: str, stored: AppointmentRequest, limited: limits.Limited | None = None
) -> HttpResponse:
    has_date = stored.status == Status.SCHEDULED
    context = {
        "token": token,
        "stored": stored,
        "standing": standing.of(stored),
        "when": moment(stored.scheduled_for) if has_date and stored.scheduled_for else "",
        "place": standing.place_of(stored),
        "by_video": stored.visit_type == answers.VisitType.VIRTUAL,
        "reach": standing.way_to_reach(stored),
        "times": [half_day_shown(time) for time in stored.times],
        "changed": "changed" in request.GET,
        "renewed": "renewed" in request.GET,
    }
    return way.page(request, "appointments/follow.html", context, 200, limited)


@private
@require_http_methods(["GET", "HEAD", "POST"])
def withdraw(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """A GET asks, a POST withdraws."""

    def act(stored: AppointmentRequest, form: Any) -> AppointmentRequest:
        return lifecycle.take_step(
            actor=audit.PATIENT,
            request_id=stored.pk,
            action="withdraw",
            seen_version=form.cleaned_data["seen_version"],
        )

    return _decide(request, token, stored, WithdrawForm, act, "appointments/follow_withdraw.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def change_contact(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """How to reach the patient from now on."""

    def act(stored: AppointmentRequest, form: Any) -> AppointmentRequest:
        return follow_up.change_contact(
            actor=audit.PATIENT,
            request_id=stored.pk,
            seen_version=form.cleaned_data["seen_version"],
            contact=form.cleaned_data,
            address=way.address_of(request),
        )

    return _decide(request, token, stored, ChangeContactForm, act, "appointments/follow_contact.html")


@private
@require_http_methods(["GET", "HEAD", "POST"])
def change_times(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """Which half-days suit the patient from now on."""

    def act(stored: AppointmentRequest, form: Any) -> AppointmentRequest:
        return follow_up.change_times(
            actor=audit.PATIENT,
            request_id=stored.pk,
            seen_version=form.cleaned_data["seen_version"],
            times=form.stored()["times"],
            address=way.address_of(request),
        )

    return _decide(request, token, stored, ChangeTimesForm, act, "appointments/follow_times.html")


@private
@require_safe
def visit(request: HttpRequest, token: str, stored: AppointmentRequest) -> HttpResponse:
    """The visit's date as a file for a calendar."""
    if stored.status != Status.SCHEDULED:
        return redirect("appointments:follow", token)
    place, clinic = standing.place_of(stored), Clinic.objects.first()
    address = ", ".join(place.address_lines) if place else ""
    return HttpResponse(
        visit_file.visit_file(stored, address=address, phone=clinic.phone if clinic else ""),
        content_type="text/calendar; charset=utf-8; method=PUBLISH",
        headers={"Content-Disposition": 'attachment; filename="visit.ics"'},
    )


def _decide(
    request: HttpRequest,
    token: str,
    stored: AppointmentRequest,
    kind: type[SeenForm],
    act: Act,
    template: str,
) -> HttpResponse:
    """Guard, form, one call, back to the page of the request. What was typed survives."""
    if not stored.is_open:
        return redirect("appointments:follow", token)
    if request.method != "POST":
        return _show(request, token, stored, _form(kind, stored), template)
    form = _form(kind, stored, request.POST)
    if not form.is_valid():
        return _show(request, token, stored, form, template, status=422)
    try:
        act(stored, form)
    except lifecycle.Outdated:
        return _outdated(request, token, stored, kind, template)
    except limits.Limited as limited:
        return _show(request, token, stored, form, template, limited=limited)
    except states.NotAllowed:
        return redirect("appointments:follow", token)
    return redirect(reverse("appointments:follow", args=[token]) + "?changed")


def _outdated(
    request: HttpRequest, token: str, stored: AppointmentRequest, kind: type[SeenForm], template: str
) -> HttpResponse:
    """Say where the request stands by now, and offer the form once more with what was typed."""
    stored.refresh_from_db()
    if not stored.is_open:
        return redirect("appointments:follow", token)
    posted = request.POST.copy()
    posted["seen_version"] = str(stored.version)
    return _show(request, token, stored, _form(kind, stored, posted), template, status=409)


def _form(kind: type[SeenForm], stored: AppointmentRequest, data: Any = None) -> SeenForm:
    today = lifecycle.today()
    now = {name: getattr(stored, name) for name in (*follow_up.CONTACT, "times")} | {"today": today}
    initial = kind.initial_from(now) | {"seen_version": stored.version}
    return kind(data, initial=initial, answers=now, today=today)


def _show(
    request: HttpRequest,
    token: str,
    stored: AppointmentRequest,
    form: SeenForm,
    template: str,
    *,
    status: int = 200,
    limited: limits.Limited | None = None,
) -> HttpResponse:
    context = {
        "token": token,
        "stored": stored,
        "form": form,
        "standing": standing.of(stored),
        "reach": standing.way_to_reach(stored),
        "when": moment(stored.scheduled_for) if stored.scheduled_for else "",
        "moved_on": status == HTTPStatus.CONFLICT,
    }
    return way.page(request, template, context, status, limited)
