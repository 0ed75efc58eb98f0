"""One's own log-ins: how long this one lasts, and a list of them to end."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_POST

from appointments import audit
from appointments.security import second_factor, sessions


def left(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """How long this log-in lasts, as pages ask it; a POST makes it longer, as acting does.

    Asked without a log-in the answer is nothing left: a redirect to a page would say less to a script.
    """
    if not site.has_permission(request):
        return JsonResponse({"seconds": 0, "may_stay": False, "account": None})
    if request.method == "POST":
        sessions.acted(request, now=timezone.now())
    lasts = sessions.left(request.session.row)  # type: ignore[attr-defined]  # ours
    return JsonResponse(
        {"seconds": max(0, lasts.seconds), "may_stay": lasts.may_stay, "account": request.user.pk}
    )


def listed(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    account: Any = request.user
    rows = [
        {"row": row, "handle": sessions.handle(row), "this": row.session_key == request.session.session_key}
        for row in sessions.of_account(account.pk)
    ]
    context = {
        **site.each_context(request),
        "title": gettext("My log-ins"),
        "log_ins": sorted(rows, key=lambda each: not each["this"]),
        "is_set_up": second_factor.is_set_up(account),
        "codes_left": len(second_factor.recovery_codes(account)),
    }
    return TemplateResponse(request, "admin/my_log_ins.html", context)


@require_POST
def end(request: HttpRequest) -> HttpResponse:
    """End one of one's own log-ins; with ``others``, all but this one."""
    account = int(request.user.pk or 0)
    actor = audit.staff(account)
    if "others" in request.POST:
        number = sessions.end_all(actor=actor, account=account, but=request.session.session_key)
        said = ngettext("%(number)s other log-in ended.", "%(number)s other log-ins ended.", number)
        messages.success(request, said % {"number": number})
    elif sessions.end(actor=actor, account=account, named=request.POST.get("named", "")):
        messages.success(request, gettext("That log-in is ended."))
    else:
        messages.warning(request, gettext("That log-in had ended already."))
    return redirect("admin:my_log_ins")
