"""A PostgreSQL of the site's own, for a first start without any set-up: one per state folder, no port.

    with embedded_postgres.start(var) as cluster:
        psycopg2.connect(cluster.app_url)

Every user shares the one server: it is started under an exclusive file lock, used under a shared one that
is kept for life, and stopped by a detached watcher (postgres_watcher) once nobody holds that.
The kernel drops locks with their process, so killing everything leaves nothing that the next start
cannot mend. Only those who may enter its socket's folder can connect: the user who runs it, or root.
"""

import fcntl
import hashlib
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self
from urllib.parse import quote

from clinic_site import postgres_setup, postgres_watcher
from clinic_site.postgres_programs import (
    UNPRIVILEGED,
    Account,
    PostgresError,
    Programs,
    database_account,
    find_programs,
    owner_of,
)

START_SECONDS = 60
STOP_SECONDS = 4.0
# Above any real process number: a lock file that names it is known to be stale.
NO_PROCESS = 2**31 - 1


def start(var: Path) -> "Cluster":
    """Join the server of this state folder, having started it, or made it, where it was not there yet."""
    home = var.resolve() / "postgres"
    account = database_account()
    try:
        make_folder(home)
        if not account.may_enter(home):
            raise PostgresError(
                f"The account {UNPRIVILEGED!r}, which runs PostgreSQL for root, cannot enter {home}: "
                "open its parent folders (chmod o+x), or set CLINIC_VAR to a folder it can enter."
            )
        with _locked(home / "start.lock"), ExitStack() as on_failure:
            programs = find_programs(account, home)
            cluster = Cluster(home, account, programs, on_failure.enter_context(_open(home / "users.lock")))
            fcntl.flock(cluster.users, fcntl.LOCK_SH)
            cluster.start_server()
            on_failure.pop_all()
            return cluster
    except (OSError, subprocess.SubprocessError) as error:
        raise PostgresError(f"The database in {home} could not be prepared: {error}") from error


@dataclass
class Cluster:
    """One use of the server, from `start` to `close`."""

    home: Path
    account: Account
    programs: Programs
    users: IO[bytes]

    @property
    def folder(self) -> Path:
        """The database of this major version: a newer PostgreSQL cannot read an older one's files."""
        return self.home / str(self.programs.major)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def log(self) -> Path:
        return self.home.parent / "log" / "postgres.log"

    @property
    def owner_url(self) -> str:
        return self.url(postgres_setup.OWNER)

    @property
    def app_url(self) -> str:
        return self.url(postgres_setup.APP)

    def url(self, role: str, database: str = postgres_setup.DATABASE) -> str:
        password = json.loads((self.folder / "roles.json").read_text())[role]
        socket_folder = (self.data / "postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://{role}:{password}@{quote(socket_folder, safe='')}/{database}"

    def postmaster(self) -> int | None:
        """The server's process number while it lives."""
        try:
            process = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None
        return process if owner_of(process) == self.data else None

    def ensure_running(self) -> bool:
        """Start the server and its watcher again if either died. True when the server had."""
        if self.postmaster() is not None and _is_locked(self.home / "watcher.lock"):
            return False
        with _locked(self.home / "start.lock"):
            return self.start_server()

    def start_server(self) -> bool:
        """To be called under the start lock; True when there was a server to start."""
        self._watch()
        if self.postmaster() is not None:
            return False
        if not self.folder.exists():
            postgres_setup.make(self.programs, self.account, self.home, self.folder)
        sockets = postgres_setup.socket_folder(self.home, self.account)
        postgres_setup.configure(self.folder, sockets)
        self._forget_dead_server(sockets)
        self.log.parent.mkdir(exist_ok=True)
        for _ in range(10):
            answer = self._pg_ctl_start()
            if answer is None:
                return True
            if "shared memory block" not in answer:
                break
            # The processes of a killed server end by themselves, a moment after it.
            time.sleep(0.5)
        raise PostgresError(f"PostgreSQL did not start: {answer} (see {self.log})")

    def close(self, seconds: float = STOP_SECONDS) -> None:
        """Leave; where we were the last, return when the server has stopped or `seconds` are over."""
        if self.users.closed:
            return
        self.users.close()
        deadline = time.monotonic() + seconds
        with _open(self.home / "users.lock") as users:
            while _is_locked(self.home / "watcher.lock") and time.monotonic() < deadline:
                if _others_share(users):
                    return
                time.sleep(0.02)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def _watch(self) -> None:
        """Have a watcher, before the server: then one started by someone who dies now is stopped too."""
        with _open(self.home / "watcher.lock") as watching:
            try:
                fcntl.flock(watching, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return
            with _open(self.home / "users.lock") as users, _open(self.home / "start.lock") as starting:
                inherited = [handle.fileno() for handle in (users, starting, watching)]
                ids = (-1, -1) if self.account.uid is None else (self.account.uid, self.account.gid)
                subprocess.run(
                    [sys.executable, "-I", "-S", postgres_watcher.__file__, *map(str, inherited)]
                    + [str(self.programs["pg_ctl"]), str(self.data), *map(str, ids)],
                    pass_fds=inherited,
                    start_new_session=True,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env={},
                    cwd="/",
                    check=True,
                )

    def _forget_dead_server(self, sockets: Path) -> None:
        """Mend what a killed server left, whose process number may be another's by now.

        The shared memory key in postmaster.pid stays: by it PostgreSQL notices survivors of the old server.
        """
        text = ""
        with suppress(OSError, UnicodeDecodeError):
            text = (self.data / "postmaster.pid").read_text()
        lines = text.splitlines()
        mended = "\n".join([str(NO_PROCESS), *lines[1:], ""]) if len(lines) > 6 else ""
        script = """cd "$1" && rm -f postmaster.pid "$2"/.s.PGSQL.* || exit
                    [ -z "$3" ] || printf %s "$3" > postmaster.pid"""
        self.account.run("/bin/sh", "-c", script, "sh", self.data, sockets, mended, check=True)

    def _pg_ctl_start(self) -> str | None:
        """None when the server answers, else its last words."""
        options = f"-c config_file={shlex.quote(str(self.folder / 'postgresql.conf'))}"
        command = [self.programs["pg_ctl"], "-D", self.data, "-s", "-w", "-t", str(START_SECONDS)]
        with self.log.open("ab") as log:
            self.log.chmod(0o600)
            began = log.tell()
            answer = self.account.run(*command, "-o", options, "start", stdout=log, stderr=log)
        if answer.returncode == 0:
            return None
        with self.log.open("rb") as log:
            log.seek(began)
            lines = log.read().decode(errors="replace").splitlines()
        causes = [line for line in lines if "FATAL" in line or "could not" in line]
        return (causes or lines or ["it said nothing"])[0]


def state_folder(checkout: Path) -> Path:
    """Where the site keeps its state when nobody says: var/ in the checkout.

    Where PostgreSQL's account cannot go there (root's clone in root's own folder), a folder of this
    checkout's under the system's state directory; it stays the one, whatever is opened later.
    """
    here = checkout / "var"
    digest = hashlib.sha256(os.fsencode(checkout)).hexdigest()[:8]
    elsewhere = Path("/var/lib/clinic-site") / f"{checkout.name}-{digest}"
    if (here / "postgres").exists() or not (
        (elsewhere / "postgres").exists() or not database_account().may_enter(checkout)
    ):
        return here
    return elsewhere


def make_folder(folder: Path) -> None:
    """Make it, and its parents, so that PostgreSQL's account can pass through, whatever our umask."""
    for path in [*reversed(folder.parents), folder]:
        if not path.exists():
            with suppress(FileExistsError):
                path.mkdir()
                path.chmod(0o711)


def _open(path: Path) -> IO[bytes]:
    return os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with _open(path) as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def _is_locked(path: Path) -> bool:
    with _open(path) as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _others_share(users: IO[bytes]) -> bool:
    """Whether others use the server; False while its watcher has the lock for itself."""
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        with suppress(BlockingIOError):
            fcntl.flock(users, fcntl.LOCK_SH | fcntl.LOCK_NB)
            fcntl.flock(users, fcntl.LOCK_UN)
            return True
        return False
    fcntl.flock(users, fcntl.LOCK_UN)
    return False
