"""Browsers in which an account was logged in before, known by a signed cookie.

Guesses from them are counted apart, so that whoever guesses at an account, from anywhere, cannot keep its
owner out: https://owasp.org/www-community/Slow_Down_Online_Guessing_Attacks_with_Device_Cookies
"""

from __future__ import annotations

import unicodedata

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.crypto import get_random_string, salted_hmac

LASTS_SECONDS = 365 * 24 * 60 * 60
_SALT = "appointments.security.known_browsers"


def normal(username: str) -> str:
    """All spellings under which one account is guessed at are one."""
    return unicodedata.normalize("NFKC", username).strip().casefold()


def of(request: HttpRequest, username: str) -> str:
    """What this browser is counted by for this account; empty where it is not known."""
    name = _named(username)
    try:
        told = signing.loads(request.COOKIES.get(name, ""), salt=_SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return ""
    return str(told["browser"]) if told.get("of") == name else ""


def remember(request: HttpRequest, response: HttpResponse, username: str) -> None:
    """Know this browser from now on. Call it only once the whole log-in has been proven."""
    name = _named(username)
    told = {"of": name, "browser": of(request, username) or get_random_string(22)}
    response.set_cookie(
        name,
        signing.dumps(told, salt=_SALT),
        max_age=LASTS_SECONDS,
        path=reverse("admin:index"),
        secure=not settings.DEMONSTRATION,
        httponly=True,
        samesite="Lax",
    )


def _named(username: str) -> str:
    """The cookie's name: one for each account of a shared computer, and it tells nobody which."""
    told = salted_hmac(_SALT, normal(username), algorithm="sha256").hexdigest()[:16]
    return f"{'' if settings.DEMONSTRATION else '__Secure-'}known_{told}"
