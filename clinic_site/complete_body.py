"""A request body that ends before the length it announced is an error, never a shorter answer.

Django reads a short body as if it were whole; a request cut off in its last field would be stored.

Nor may bodies that never arrive stop the site: only some of a process's threads wait for one, so that others
always answer those who only read. A proxy that buffers bodies, as nginx does, keeps them away altogether.
"""

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

StartResponse = Callable[..., Any]
WSGIApplication = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


READERS = 4
"""How many threads of a process may wait for bodies: half of those that ``bin/serve`` gives it."""

PATIENCE_SECONDS = 1.0
_readers = threading.BoundedSemaphore(READERS)


class Busy(OSError):
    """Too many bodies are on their way already."""


class CompleteInput:
    """A request body that raises ``OSError`` where it ends before the length it announced."""

    def __init__(self, stream: Any, length: int) -> None:
        self._stream = stream
        self._missing = length

    def read(self, size: int | None = -1) -> bytes:
        """As much as was asked for: Django takes what one call returns for all there is."""
        wanted = self._at_most(size)
        data = bytearray()
        with _a_turn_to_read():
            while len(data) < wanted:
                part = self._stream.read(wanted - len(data))
                if not part:
                    raise OSError("the request body ended early")
                data += part
        self._missing -= wanted
        return bytes(data)

    def readline(self, size: int | None = -1) -> bytes:
        limit = self._at_most(size)
        with _a_turn_to_read():
            line = bytes(self._stream.readline(limit)) if limit else b""
        if len(line) < limit and not line.endswith(b"\n"):
            raise OSError("the request body ended early")
        self._missing -= len(line)
        return line

    def _at_most(self, size: int | None) -> int:
        return self._missing if size is None or size < 0 else min(size, self._missing)


@contextmanager
def _a_turn_to_read() -> Iterator[None]:
    """Raises Busy where no turn comes within a second."""
    if not _readers.acquire(timeout=PATIENCE_SECONDS):
        raise Busy("too many bodies are on their way")
    try:
        yield
    finally:
        _readers.release()


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
