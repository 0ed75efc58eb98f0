"""Many browsers at once, on this computer alone: sends prepared requests and keeps every answer's time."""

from __future__ import annotations

import re
import selectors
import socket
import time
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from bench.own_database import HOST

LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
CHUNKED = re.compile(rb"\r\ntransfer-encoding: *chunked", re.IGNORECASE)
SILENCE_SECONDS = 30


@dataclass(slots=True)
class Load:
    """What came of one run."""

    seconds: float = 0.0
    milliseconds: list[float] = field(default_factory=list)
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def a_second(self) -> float:
        return len(self.milliseconds) / self.seconds

    def percentile(self, hundredth: int) -> float:
        ordered = sorted(self.milliseconds)
        return ordered[min(len(ordered) - 1, len(ordered) * hundredth // 100)]


@dataclass(slots=True)
class _Browser:
    connection: socket.socket
    sent: float = 0.0
    head_only: bool = False
    answer: bytearray = field(default_factory=bytearray)


def drive(port: int, requests: Iterable[bytes], connections: int = 16) -> Load:
    """Send each request once, over connections that stay open, one after the other on each.

    Raises OSError where the server cuts a connection or is silent for half a minute.
    """
    waiting, load = deque(requests), Load()
    with selectors.DefaultSelector() as selector:
        for _number in range(min(connections, len(waiting))):
            connection = socket.create_connection((HOST, port), timeout=SILENCE_SECONDS)
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            selector.register(connection, selectors.EVENT_READ, _Browser(connection))
        began = time.perf_counter()
        open_browsers = [key.data for key in list(selector.get_map().values())]
        for browser in open_browsers:
            _send(browser, waiting.popleft())
        left = len(open_browsers)
        while left:
            ready = selector.select(SILENCE_SECONDS)
            if not ready:
                raise TimeoutError("the server does not answer")
            for key, _events in ready:
                browser = key.data
                if not _read(browser):
                    continue
                load.milliseconds.append((time.perf_counter() - browser.sent) * 1000)
                load.statuses[int(browser.answer[9:12])] += 1
                if waiting:
                    _send(browser, waiting.popleft())
                else:
                    selector.unregister(browser.connection)
                    browser.connection.close()
                    left -= 1
        load.seconds = time.perf_counter() - began
    return load


def _send(browser: _Browser, request: bytes) -> None:
    browser.answer.clear()
    browser.head_only = request.startswith(b"HEAD ")
    browser.sent = time.perf_counter()
    browser.connection.sendall(request)


def _read(browser: _Browser) -> bool:
    """Whether the answer is whole."""
    part = browser.connection.recv(262_144)
    if not part:
        raise ConnectionError(f"cut off after {bytes(browser.answer[:200])!r}")
    browser.answer += part
    end = browser.answer.find(b"\r\n\r\n")
    if end < 0:
        return False
    head = browser.answer[:end]
    if browser.head_only or head[9:12] in (b"304", b"204"):
        return True
    if length := LENGTH.search(head):
        return len(browser.answer) >= end + 4 + int(length[1])
    if CHUNKED.search(head):
        return browser.answer.endswith(b"\r\n0\r\n\r\n") or browser.answer[end:] == b"\r\n\r\n0\r\n\r\n"
    raise ConnectionError("an answer of unknown length")
