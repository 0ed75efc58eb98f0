"""Notes who looked at what on the staff's screens, who came and went, and who was not let.

It stands as one middleware around every screen, so that none can leave it out. A screen is noted before its
answer leaves: what cannot be noted is not shown, and answered with 500. Every look is one entry, a prefetch,
a HEAD and a reload too: whoever reads the trail then counts looks, and need not know what was left out.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, reverse

from appointments import audit, limits
from appointments.models import Message
from clinic_site.client_ip import client_ip

STEPS_OF_LOG_IN = frozenset({"login", "log_in_code", "second_factor_set_up"})

DOORS = STEPS_OF_LOG_IN | {"index", "logout", "log_in_left"}
"""Where somebody not logged in is expected: they are shown the log-in, and nothing was refused."""

NO_LOOKS = STEPS_OF_LOG_IN | frozenset(
    "logout log_in_left jsi18n appointments_export_progress "
    "appointments_appointmentrequest_looking appointments_appointmentrequest_news".split()
)
"""Addresses that show nothing of a patient, of content or of the trail: the log-in, and what an open page
asks for by itself every few seconds. An answer without content (204) is no look either."""

SHOWING_ERRORS = frozenset({409, 422})
"""A form shown again with what is wrong, over the same record."""

REFUSALS = frozenset({401, 403, 429})
REQUESTS = "appointments_appointmentrequest_"
MESSAGES = "appointments_message_"


class Watch:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(reverse("admin:index")):
            return self.get_response(request)
        came_as = request.user.pk
        response = self.get_response(request)
        match = request.resolver_match
        if match is not None:
            _note(request, response, match, came_as)
        return response


def shown(request: HttpRequest, **codes: Any) -> None:
    """Told by a list that is not Django's: the ids of its ``requests``, its ``filters`` as codes."""
    request.shown_on_a_list = codes  # type: ignore[attr-defined]


def _note(
    request: HttpRequest, response: HttpResponseBase, match: ResolverMatch, came_as: int | None
) -> None:
    view = match.url_name or "unknown"
    status = response.status_code
    if view in STEPS_OF_LOG_IN and request.method == "POST":
        _note_log_in(request, view, status, came_as)
    elif view == "logout":
        if came_as is not None and not request.user.is_authenticated:
            audit.record(actor=audit.staff(came_as), action="log_out")
    elif view == "password_change" and request.method == "POST" and status == 302 and came_as is not None:
        audit.record(actor=audit.staff(came_as), action="change_password")
    elif status in REFUSALS or _sent_to_log_in(request, status, view):
        _note_refusal(request, match, view, status, came_as)
        if came_as is not None and "stored" in (getattr(response, "context_data", None) or {}):
            # After a failed CSRF check a form is shown again over its record: refused, and seen all the same.
            _note_look(request, response, match, view, came_as)
    elif came_as is not None and view not in NO_LOOKS and _shows(status):
        _note_look(request, response, match, view, came_as)


def _shows(status: int) -> bool:
    return status in SHOWING_ERRORS or (status < 300 and status != 204)


def _sent_to_log_in(request: HttpRequest, status: int, view: str) -> bool:
    return status == 302 and view not in DOORS and not admin.site.has_permission(request)


def _note_log_in(request: HttpRequest, view: str, status: int, came_as: int | None) -> None:
    """Who came in; or that somebody did not, with a keyed hash of the user name they gave.

    A right password alone, where a second step follows, is neither: that step tells.
    """
    account = request.user.pk
    if account is not None and (account != came_as or (view == "login" and status == 302)):
        audit.record(actor=audit.staff(account), action="log_in")
    elif view == "login" and status != 302:
        name = request.POST.get("username", "")
        _note_stranger(request, "log_in_failed", status=status, name=audit.keyed_hash(name) if name else "")


def _note_refusal(
    request: HttpRequest, match: ResolverMatch, view: str, status: int, came_as: int | None
) -> None:
    codes = {"view": view, "method": request.method, "status": status, **_object(match, view)}
    if came_as is None:
        _note_stranger(request, "refused", **codes)
    else:
        audit.record(actor=audit.staff(came_as), action="refused", **codes)


def _note_stranger(request: HttpRequest, action: str, **codes: Any) -> None:
    """With a keyed hash of where they came from. Of very many from there, that there were more."""
    address = client_ip(request.META, settings.TRUSTED_PROXIES)
    origin = audit.keyed_hash(address)
    try:
        limits.count("noted_refusal_by_address", address)
    except limits.Limited:
        try:
            limits.count("more_refusals_by_address", address)
        except limits.Limited:
            return
        codes = {"more": True}
    audit.record(actor=audit.STRANGER, action=action, origin=origin, **codes)


def _note_look(
    request: HttpRequest, response: HttpResponseBase, match: ResolverMatch, view: str, account: int
) -> None:
    actor = audit.staff(account)
    changed: dict[str, Any] = {} if request.method in ("GET", "HEAD") else {"method": request.method}
    on_a_list = getattr(request, "shown_on_a_list", None) or _from_change_list(response)
    if on_a_list is not None:
        audit.record(actor=actor, action="view_list", view=view, **changed, **on_a_list)
    else:
        audit.record(actor=actor, action="view", view=view, **changed, **_object(match, view))


def _object(match: ResolverMatch, view: str) -> dict[str, Any]:
    """What a screen is about, by its id: a request, or something else, and of a message the request too."""
    told = str(match.kwargs.get("pk") or match.kwargs.get("object_id") or "")
    if not (told.isascii() and told.isdecimal() and len(told) < 19):
        return {}
    number = int(told)
    if view.startswith(REQUESTS):
        return {"request_id": number}
    if view.startswith(MESSAGES):
        about = Message.objects.filter(pk=number).values_list("request_id", flat=True).first()
        return {"object": number, "request_id": about}
    return {"object": number}


def _from_change_list(response: HttpResponseBase) -> dict[str, Any] | None:
    """The ids on a page of one of Django's lists, and its filters, where the answer is one."""
    shown_list = (getattr(response, "context_data", None) or {}).get("cl")
    if not isinstance(shown_list, ChangeList):
        return None
    name = "requests" if shown_list.opts.model_name == "appointmentrequest" else "objects"
    numbers = [each.pk for each in shown_list.result_list]
    page = getattr(shown_list, "page_num", 1)
    return {name: numbers, "page": page if page != 1 else None, "filters": _filters(shown_list) or None}


def _filters(shown_list: ChangeList) -> dict[str, str]:
    """What the list is filtered by, as far as its own filters offer it: what else was typed is a bare “?”."""
    codes = {}
    for each in shown_list.filter_specs:
        offered = {str(value) for value, _label in getattr(each, "lookup_choices", [])}
        offered |= {str(value) for value, _label in getattr(getattr(each, "field", None), "flatchoices", [])}
        offered |= {"True", "False", "0", "1"}
        for name, value in each.used_parameters.items():
            told: Any = value
            if isinstance(told, list):
                told = told[-1] if told else None
            if told is not None:
                codes[name] = str(told) if str(told) in offered else "?"
    return codes
