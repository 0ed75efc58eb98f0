"""The private link of a request: whoever has it may follow the request, and change how it is answered.

The token is derived from a nonce of the request and the site's secret, so that a message can carry it
whenever it is sent; the table keeps its digest alone. Neither a copy of the database nor the secret gives a
link.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from uuid import UUID, uuid4

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation

from appointments.models import AppointmentRequest

TOKEN_BYTES = 24
"""192 bits, written as 32 characters."""


def token_of(request: AppointmentRequest) -> str:
    """The token of this request's link; empty where it has none.

    Made with the secret under which the link was, which may have been replaced since.
    """
    for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]:
        token = _token(request.link_nonce, secret)
        if request.link_digest and hmac.compare_digest(digest(token), bytes(request.link_digest)):
            return token
    return ""


def renew(request: AppointmentRequest) -> None:
    """Give the request a new link, unsaved; the one before no longer opens anything."""
    request.link_nonce = uuid4()
    request.link_digest = digest(_token(request.link_nonce, settings.SECRET_KEY))


def find(token: str) -> AppointmentRequest | None:
    """The request of this link; None for an unknown or replaced one, and long after it was closed."""
    open_to_links = AppointmentRequest.objects.followable(timezone.now())
    return open_to_links.filter(link_digest=digest(token)).first()


def address_of(request: AppointmentRequest) -> str:
    """The whole address, in the language the request was written in."""
    with translation.override(request.site_language):
        path = reverse("appointments:follow", args=[token_of(request)])
    return settings.PUBLIC_ADDRESS.rstrip("/") + path


def digest(token: str) -> bytes:
    """What the table keeps of a token."""
    return hashlib.sha256(token.encode()).digest()


def _token(nonce: UUID, secret: str) -> str:
    told = hmac.new(secret.encode(), b"appointments.private_link" + nonce.bytes, hashlib.sha256).digest()
    return base64.urlsafe_b64encode(told[:TOKEN_BYTES]).decode()
