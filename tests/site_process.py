"""The real site, started as bin/serve starts it, seen from outside."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2

from clinic_site import embedded_postgres
from clinic_site.processes import MARKER, ends_with, mark
from clinic_site.serve import CHECKOUT, STAFF_USER

START_SECONDS = 90
OF_THE_TEST_RUN = (
    "ALLOWED_HOSTS CLINIC_VAR DATABASE_URL DEMONSTRATION DJANGO_SETTINGS_MODULE HOST "
    "MIGRATE_DATABASE_URL PORT PUBLIC_ADDRESS SECRET_KEY"
).split()


MEMORY, ROOM_BYTES = Path("/dev/shm"), 4 * 1024**3


def new_folder() -> Path:
    """A temporary folder that PostgreSQL's account can enter: pytest's own are closed to it.

    In memory where there is room: each database is hundreds of files, which some disks take a second to make.
    What a killed run leaves there takes memory until it is removed.
    """
    there = shutil.disk_usage(MEMORY).free if os.access(MEMORY, os.W_OK) else 0
    in_memory = min(there, _free_memory()) > ROOM_BYTES
    folder = Path(tempfile.mkdtemp(prefix="clinic-", dir=MEMORY if in_memory else "/tmp"))
    folder.chmod(0o711)
    return folder


def _free_memory() -> int:
    """Bytes that a program could have, a container's limit aside; 0 where the system does not tell."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:")), 0)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()


class SiteProcess:
    """`python -m clinic_site.serve` on a state folder and a port of its own."""

    staff_user = STAFF_USER

    def __init__(self, var: Path, port: int | None = None) -> None:
        self.var = var
        self.port = port or free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None
        self._connections: dict[str, Any] = {}
        self._cluster: embedded_postgres.Cluster | None = None

    @property
    def output(self) -> str:
        return (self.var / "serve.out").read_text()

    @property
    def staff_password(self) -> str:
        password: str = json.loads((self.var / "secrets.json").read_text())["staff_password"]
        return password

    @property
    def outbox(self) -> Path:
        return self.var / "outbox"

    def environment(self) -> dict[str, str]:
        """As somebody's who only chose the state folder and the port."""
        inherited = {key: value for key, value in os.environ.items() if key not in OF_THE_TEST_RUN}
        return {**inherited, "CLINIC_VAR": str(self.var), "PORT": str(self.port)}

    def launch(self) -> None:
        """Start it without waiting."""
        self.var.mkdir(exist_ok=True)
        with (self.var / "serve.out").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "clinic_site.serve"],
                cwd=CHECKOUT,
                env=self.environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                preexec_fn=ends_with(os.getpid()),
            )

    def start(self) -> "SiteProcess":
        self.launch()
        assert self.process is not None
        deadline = time.monotonic() + START_SECONDS
        while "is ready after" not in self.output:
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise AssertionError(f"The site did not start:\n{self.output}")
            time.sleep(0.05)
        return self

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Its exit code; killed when it has not ended after ten seconds."""
        self.leave_database()
        assert self.process is not None
        self.process.send_signal(number)
        with suppress(subprocess.TimeoutExpired):
            return self.process.wait(10)
        self.process.kill()
        return self.process.wait()

    def db(self, sql: str, *parameters: object, role: str = "clinic_owner") -> list[tuple[Any, ...]]:
        """Run one statement in the site's own database, committed; the rows it gives."""
        if role not in self._connections:
            self._cluster = self._cluster or embedded_postgres.start(self.var)
            connection = psycopg2.connect(self._cluster.url(role))
            connection.autocommit = True
            self._connections[role] = connection
        with self._connections[role].cursor() as cursor:
            cursor.execute(sql, parameters or None)
            return cursor.fetchall() if cursor.description else []

    def leave_database(self) -> None:
        """The embedded server stays as long as anybody uses it; so before a stop, leave."""
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()
        if self._cluster is not None:
            self._cluster.close(0)
            self._cluster = None

    def request(
        self,
        method: str,
        path: str,
        data: Mapping[str, object] | bytes | None = None,
        headers: Mapping[str, str] | None = None,
        *,
        sender: str = "127.0.0.1",
    ) -> Answer:
        """One request, no redirect followed; a mapping is sent as a form. ``sender`` is 127.x.x.x."""
        told = dict(headers or {})
        body = data if isinstance(data, bytes) or data is None else urlencode(data, doseq=True).encode()
        if isinstance(data, Mapping):
            told.setdefault("Content-Type", "application/x-www-form-urlencoded")
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=30, source_address=(sender, 0)
        )
        try:
            connection.request(method, path, body, told)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.request("GET", path, headers=headers)


def processes_of(var: Path) -> list[str]:
    """Living processes of this state folder: "number command line" (Linux)."""
    told = [f"{MARKER}={mark(var)}".encode(), f"CLINIC_VAR={var}".encode()]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if folder.name == str(os.getpid()) or "\nState:\tZ" in (folder / "status").read_text():
                continue
            arguments = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            environment = (folder / "environ").read_bytes().split(b"\0")
            works_there = os.readlink(folder / "cwd").startswith(str(var))
            if works_there or str(var) in arguments or any(entry in environment for entry in told):
                found.append(f"{folder.name} {arguments}")
    return found


def remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
