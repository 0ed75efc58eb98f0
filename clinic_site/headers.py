"""Response headers that Django and django-csp do not set."""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest
from django.http.response import HttpResponseBase

FEATURES = "camera microphone geolocation payment usb display-capture browsing-topics".split()


class SecurityHeaders:
    """Refuses the device features a page does not use, and reading by other sites.

    A page that uses one says so in a Permissions-Policy of its own; all it does not name stay refused.
    What may be kept for everybody sets no cookie, whatever broken cookie it was asked with.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code != HTTPStatus.NOT_MODIFIED:  # it would replace what the browser keeps
            said = response.headers.get("Permissions-Policy", "")
            response.headers["Permissions-Policy"] = permissions_policy(said)
        if "public" in response.headers.get("Cache-Control", ""):
            response.cookies.clear()
        response.headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response


def permissions_policy(said: str) -> str:
    """What a page says of device features (``camera=(self)``), with all others refused."""
    named = {part.partition("=")[0].strip() for part in said.split(",")}
    refused = [f"{feature}=()" for feature in FEATURES if feature not in named]
    return ", ".join([said, *refused] if said else refused)
