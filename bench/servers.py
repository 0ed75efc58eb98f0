"""A web server for one benchmark, on a free port of this computer: the one `bin/serve` runs or another."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path

from bench.own_database import HOST
from clinic_site import processes
from clinic_site.serve import ALLOCATION, WEB_SERVER

ROOT = Path(__file__).resolve().parent.parent
READY_SECONDS = 30
GUNICORN = "gunicorn --workers 2 --worker-class gthread --threads 8 --reuse-port --log-level error".split()
"""The other server the README names, set up alike."""


@dataclass(frozen=True, slots=True)
class Server:
    port: int
    process: int

    def workers(self) -> list[int]:
        """The processes that answer: the server's children."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        return [int(child) for child in children]


@contextmanager
def serving(
    application: str, *, command: Sequence[str] = WEB_SERVER, port: int = 0, **environment: str
) -> Iterator[Server]:
    """``module:name`` served until the block ends; bench/ and the checkout are on its path.

    ``port``: where it has to be told beforehand.
    """
    port = port or free_port()
    names_both = command[0] == "gunicorn"
    where = ["--bind", f"{HOST}:{port}"] if names_both else ["--host", HOST, "--port", str(port)]
    process = processes.spawn(
        [sys.executable, "-m", *command, *where, application],
        {**ALLOCATION, **os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'bench'}", **environment},
        ROOT,
    )
    try:
        _wait(process, port)
        yield Server(port, process.pid)
    finally:
        processes.stop([process], 5)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError):
            connection = HTTPConnection(HOST, port, timeout=10)
            connection.request("GET", "/")
            connection.getresponse().read()
            return
        time.sleep(0.05)
    raise SystemExit("the web server did not start")
