"""What was sent too late: a page that gives back what the person typed, and nothing from the database.

Every POST of the staff's screens comes here when its log-in has ended, or when its page is older than the
log-in. What was sent has not been acted on; it is acted on only when the person presses the button again.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext

NEVER_SHOWN = ("csrfmiddlewaretoken", "password", "code")
"""Parts of the names of fields that are never given back: they are of no use a second time, or secret."""


def typed(request: HttpRequest) -> list[tuple[str, str]]:
    """What was sent and may be given back, in the order it was sent."""
    return [
        (name, value)
        for name, values in request.POST.lists()
        if not any(part in name for part in NEVER_SHOWN)
        for value in values
    ]


def from_our_own_page(request: HttpRequest) -> bool:
    """Whether the browser says that a page of this site sent it: another's words are not given back."""
    sent_by = request.headers.get("Origin") or request.headers.get("Referer", "")
    return urlsplit(sent_by).netloc == request.get_host()


def give_back(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """The page: 401 where nobody is logged in any more, else 403, with a token that works."""
    logged_in = site.has_permission(request)
    said = gettext("Your page was too old to be saved.") if logged_in else gettext("You were logged off.")
    given = typed(request)
    context = {
        **site.each_context(request),
        "title": said,
        "logged_in": logged_in,
        "kept": given,
        "words": [value for _name, value in given if " " in value.strip() or "\n" in value],
        "path": request.get_full_path(),
    }
    response = TemplateResponse(request, "admin/logged_off.html", context, status=403 if logged_in else 401)
    add_never_cache_headers(response)
    return response
