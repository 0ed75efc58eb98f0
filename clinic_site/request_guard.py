"""Refuses what no honest browser sends, with a page that says what to do.

- a body shorter than its Content-Length (a connection cut in the middle) is refused, never read as complete;
- a body over the limit is answered with 413;
- control characters in an address or a query string are answered with 400, the admin's included.
"""

from collections.abc import Callable, Iterable
from typing import Any
from urllib.parse import unquote_to_bytes

from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.http.response import HttpResponseBase

from clinic_site import errors

StartResponse = Callable[..., Any]
WSGIApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class CompleteInput:
    """A request body that raises ``OSError`` where it ends before the length it announced.

    Django reads a short body as if it were whole; a request cut off in its last field would be stored.
    """

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int = -1) -> bytes:
        wanted = self._missing if size is None or size < 0 else min(size, self._missing)
        data = self._stream.read(wanted) if wanted else b""
        self._missing -= len(data)
        if wanted and not data:
            raise OSError("the request body ended early")
        return bytes(data)

    def readline(self, size: int = -1) -> bytes:
        limit = self._missing if size is None or size < 0 else min(size, self._missing)
        data = self._stream.readline(limit) if limit else b""
        self._missing -= len(data)
        if limit and not data:
            raise OSError("the request body ended early")
        return bytes(data)


def complete_bodies(application: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application so that a short body fails while it is read."""

    def guarded(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isascii() and length.isdigit() and int(length):
            environ["wsgi.input"] = CompleteInput(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return guarded


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
