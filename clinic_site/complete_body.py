"""A request body that ends before the length it announced is an error, never a shorter answer.

Django reads a short body as if it were whole; a request cut off in its last field would be stored.
"""

from collections.abc import Callable, Iterable
from typing import Any

StartResponse = Callable[..., Any]
WSGIApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class CompleteInput:
    """A request body that raises ``OSError`` where it ends before the length it announced."""

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
