"""Response headers that Django and django-csp do not set."""

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

PERMISSIONS_POLICY = (
    "camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=(), browsing-topics=()"
)


class SecurityHeaders:
    """Refuses the device features no page uses, and reading by other sites.

    What may be kept for everybody sets no cookie, whatever broken cookie it was asked with.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        if "public" in response.headers.get("Cache-Control", ""):
            response.cookies.clear()
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response
