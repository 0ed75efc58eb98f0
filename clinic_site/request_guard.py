"""Refuses what no honest browser sends, with a page that says what to do.

- a body shorter than its Content-Length (a connection cut in the middle) is refused, never read as complete;
- a body over the limit is answered with 413; one more than we can wait for, with 503;
- control characters in an address or a query string are answered with 400, the admin's included;
- another character set than UTF-8 is answered with 400;
- a cookie that holds control characters is no cookie: the database could not look for it;
- who asked for something as often as it may be is answered with 429, where the view does not say it itself.
"""

from collections.abc import Callable
from contextlib import suppress
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from appointments.limits import Limited
from clinic_site import errors
from clinic_site.character_set import UNREADABLE
from clinic_site.complete_body import Busy

READ_AWAY_BYTES = 64 * 1024


def has_control_characters(encoded: str) -> bool:
    """Whether a percent-encoded text holds C0 controls or DEL once decoded."""
    return any(byte < 0x20 or byte == 0x7F for byte in unquote_to_bytes(encoded))


def _announced_length(request: HttpRequest) -> int:
    """Zero where it is no number: Django then reads no body."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _too_large(request: HttpRequest) -> HttpResponseBase:
    """The answer, after reading the rest away: a browser shows no answer while it is still sending.

    Who sends several times the limit is cut off.
    """
    left = 4 * settings.MAX_BODY_BYTES
    with suppress(OSError):
        while left > 0 and (part := request.read(READ_AWAY_BYTES)):
            left -= len(part)
    return errors.too_large(request)


def _was_busy(error: BaseException | None) -> bool:
    """Django wraps what the body raised, more than once."""
    while error is not None and not isinstance(error, Busy):
        error = error.__cause__
    return error is not None


class RequestGuard:
    """Reads the body of what changes something before any view does, so that no view sees half of one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        address = request.META.get("QUERY_STRING", ""), request.path_info
        if UNREADABLE in request.META or any(map(has_control_characters, address)):
            return errors.bad_request(request)
        if "\\" in request.META.get("HTTP_COOKIE", ""):
            request.COOKIES = {name: text for name, text in request.COOKIES.items() if text.isprintable()}
        try:
            request.GET  # noqa: B018 - reading it is what checks it
        except TooManyFieldsSent:
            return errors.bad_request(request)
        if request.method not in ("GET", "HEAD", "OPTIONS"):
            if _announced_length(request) > settings.MAX_BODY_BYTES:
                return _too_large(request)
            try:
                request.POST  # noqa: B018 - reading it is what checks it
            except RequestDataTooBig:
                return _too_large(request)
            except UnreadablePostError as error:
                return errors.busy(request) if _was_busy(error) else errors.bad_request(request)
            except (
                MultiPartParserError,
                TooManyFieldsSent,
                TooManyFilesSent,
                BadRequest,
            ):
                return errors.bad_request(request)
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        return errors.too_often(request, exception.again_at) if isinstance(exception, Limited) else None
