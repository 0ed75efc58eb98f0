"""What an open page asks for by itself: that somebody still looks, who looks, what has arrived."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseNotAllowed, JsonResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext, ngettext

from appointments import looking
from appointments.admin.decisions import may
from appointments.admin.ids import is_id
from appointments.admin.paging import SIZE
from appointments.models import AppointmentRequest

MOST_NEW = 99
OPENED_AT_MOST = timedelta(days=1)
"""How long ago a list can have been opened: nobody stays logged in for longer."""


def looking_view(request: HttpRequest, pk: int) -> HttpResponseBase:
    """POST: somebody has this request open, or has left it. Answers with who else has it open."""
    if refused := _refused(request):
        return refused
    account = int(request.user.pk or 0)
    if request.POST.get("left"):
        looking.forget(request_id=pk, account=account)
        return JsonResponse({})
    if not AppointmentRequest.objects.filter(pk=pk).exists():
        return JsonResponse({})
    looking.note(request_id=pk, account=account)
    return JsonResponse({"looking": words(looking.others(request_id=pk, account=account))})


def news_view(request: HttpRequest) -> HttpResponseBase:
    """POST: who looks at the rows that are shown, and how many have arrived since the list was opened."""
    if refused := _refused(request):
        return refused
    shown = [int(pk) for pk in request.POST.get("shown", "").split(",")[:SIZE] if is_id(pk)]
    there = looking.at_any_of(shown, but=int(request.user.pk or 0))
    return JsonResponse(
        {
            "looking": {pk: words(names) for pk, names in there.items()},
            "arrived": arrived(request.POST.get("opened", "")),
        }
    )


def arrived(opened: str) -> str:
    """How many open requests have come since then, in words; empty for none, and for no time."""
    try:
        since = parse_datetime(opened)
    except ValueError:
        since = None
    now = timezone.now()
    if since is None or since.tzinfo is None or not now - OPENED_AT_MOST < since <= now:
        return ""
    new = AppointmentRequest.objects.open().filter(received_at__gt=since)[: MOST_NEW + 1].count()
    if new > MOST_NEW:
        return gettext("More than %(number)s new requests since you opened this") % {"number": MOST_NEW}
    said = ngettext(
        "%(number)s new request since you opened this",
        "%(number)s new requests since you opened this",
        new,
    )
    return said % {"number": new} if new else ""


def words(names: list[str]) -> str:
    """Who looks, in words; empty for nobody."""
    if not names:
        return ""
    said = ngettext("%(names)s is looking", "%(names)s are looking", len(names))
    return said % {"names": ", ".join(names)}


def _refused(request: HttpRequest) -> Any:
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    if not may(request, "view_appointmentrequest"):
        raise PermissionDenied
    return None
