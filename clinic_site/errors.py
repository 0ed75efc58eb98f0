"""Error pages: each says what happened, what to do, and the number to phone.

They answer without a database too; the number is then the last one this process has seen.
"""

from datetime import datetime
from math import ceil

from django.contrib import admin
from django.db import Error as AnyDatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import get_language

from services.addresses import in_language, prefix
from services.context import Site
from services.models import Clinic, Page
from services.other_languages import Way, written_elsewhere
from services.search import page_named, pages_resembling

_last_seen: dict[str, str] = {}


def _page(template: str, status: int, **context: object) -> HttpResponse:
    response = HttpResponse(render_to_string(template, {"phone": _phone(), **context}), status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


def _phone() -> str:
    try:
        clinic = Clinic.objects.first()
    except AnyDatabaseError:
        return _last_seen.get("phone", "")
    _last_seen["phone"] = clinic.phone if clinic else ""
    return _last_seen["phone"]


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: something in the request could not be read."""
    return _page("400.html", 400)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403: the person may not do this."""
    return _page("403.html", 403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing at this address; with the public pages that it resembles, and the menu.

    An address in capitals, or a public page's own name alone, leads to that page.
    """
    try:
        return _meant(request) or _page(
            "404.html",
            404,
            likely=pages_resembling(request.path_info, get_language()),
            elsewhere=_elsewhere(request.path_info),
            menu=Site(request).menu,
        )
    except AnyDatabaseError:
        return _page("404.html", 404)


def _meant(request: HttpRequest) -> HttpResponse | None:
    """To the page that this address can only mean: for ever where it differs in capitals alone."""
    if request.method not in ("GET", "HEAD"):
        return None
    language, path = get_language(), request.path_info
    lower = path.lower().rstrip("/") + "/"
    public = Page.objects.published()
    if (
        path.lower() != path
        and public.at(lower.removeprefix(prefix(language))).in_language(language).exists()
    ):
        return HttpResponsePermanentRedirect(lower)
    named = page_named(path.removeprefix(prefix(language)), language)
    return HttpResponseRedirect(in_language(named.path, language)) if named else None


def _elsewhere(path: str) -> list[Way]:
    """To this page in the languages it is written in, where it has no words in the one asked for."""
    language = get_language()
    return written_elsewhere(path.removeprefix(prefix(language)), language)


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more was sent than any of our forms needs."""
    return _page("413.html", 413)


def too_often(request: HttpRequest, again_at: datetime) -> HttpResponse:
    """429: one address or one contact asked for something as often as it may; with when to try again."""
    response = _page("429.html", 429, again_at=again_at)
    response.headers["Retry-After"] = str(max(1, ceil((again_at - timezone.now()).total_seconds())))
    return response


def busy(request: HttpRequest) -> HttpResponse:
    """503: too many forms are being sent at this moment."""
    response = _page("503.html", 503)
    response.headers["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    return _page("500.html", 500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose CSRF check failed, most often because cookies were cleared or the page was very old.

    A view that has an attribute ``csrf_failed`` answers itself, so that it can show the answers again; what
    was sent is never acted on.
    """
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return not_found(request)
    redisplay = getattr(match.func, "csrf_failed", None)
    if redisplay is None:
        own = match.namespace == "admin" and admin.site.answer_csrf_failure(  # type: ignore[attr-defined]  # it is StaffSite
            request, match.url_name
        )
        return own or _page("403_csrf.html", 403)
    return redisplay(request, *match.args, **match.kwargs)
