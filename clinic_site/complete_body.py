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

    def read(self, size: int | None = -1) -> bytes:
        """As much as was asked for: Django takes what one call returns for all there is."""
        wanted = self._at_most(size)
        data = bytearray()
        while len(data) < wanted:
            part = self._stream.read(wanted - len(data))
            if not part:
                raise OSError("the request body ended early")
            data += part
        self._missing -= wanted
        return bytes(data)

    def readline(self, size: int | None = -1) -> bytes:
        limit = self._at_most(size)
        line = bytes(self._stream.readline(limit)) if limit else b""
        if len(line) < limit and not line.endswith(b"\n"):
            raise OSError("the request body ended early")
        self._missing -= len(line)
        return line

    def _at_most(self, size: int | None) -> int:
        return self._missing if size is None or size < 0 else min(size, self._missing)


def complete_bodies(application: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application so that a short body fails while it is read."""

    def guarded(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        try:
            length = int(environ.get("CONTENT_LENGTH") or 0)
        except ValueError:
            length = 0
        if length > 0:
            environ["wsgi.input"] = CompleteInput(environ["wsgi.input"], length)
        return application(environ, start_response)

    return guarded
