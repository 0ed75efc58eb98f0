"""Refuses what no honest browser sends, with a page that says what to do.

- a body shorter than its Content-Length (a connection cut in the middle) is refused, never read as complete;
- a body over the limit is answered with 413;
- control characters in an address or a query string are answered with 400, the admin's included.
"""

from collections.abc import Callable
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from clinic_site import errors


def has_control_characters(encoded: str) -> bool:
    """Whether a percent-encoded text holds C0 controls or DEL once decoded."""
    return any(byte < 0x20 or byte == 0x7F for byte in unquote_to_bytes(encoded))


class RequestGuard:
    """Reads the body of what changes something before any view does, so that no view sees half of one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if has_control_characters(request.META.get("QUERY_STRING", "")) or has_control_characters(
            request.path_info
        ):
            return errors.bad_request(request)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            try:
                request.POST  # noqa: B018 - reading it is what checks it
            except RequestDataTooBig:
                return errors.too_large(request)
            except (
                UnreadablePostError,
                MultiPartParserError,
                TooManyFieldsSent,
                TooManyFilesSent,
                BadRequest,
            ):
                return errors.bad_request(request)
        return self.get_response(request)
