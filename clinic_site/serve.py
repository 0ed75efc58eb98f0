"""`bin/serve`: prepares the demonstration, runs it, and keeps it running until it is told to stop.

Everything it needs to remember is in one state folder (CLINIC_VAR); one `serve` at a time holds it.
"""

import fcntl
import hashlib
import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import psycopg2

from clinic_site import embedded_postgres, processes
from clinic_site.postgres_programs import PostgresError
from clinic_site.serve_address import Address, AddressError
from clinic_site.serve_secrets import SecretsError, kept_secrets
from clinic_site.stamps import code_stamp, static_stamp

CHECKOUT = Path(__file__).resolve().parent.parent
# The account that `manage.py bootstrap` makes.
STAFF_USER = "staff"
FIRST_ANSWER_SECONDS = 60
LEFTOVERS_END_SECONDS = 3.0
# Together below the five seconds in which everything must have ended.
CHILDREN_STOP_SECONDS = 2.5
DATABASE_STOP_SECONDS = 2.0
WEB_SERVER = (
    "granian --interface wsgi --workers 2 --blocking-threads 8 --http 1 --no-ws --log-level error "
    "--no-access-log --respawn-failed-workers --respawn-interval 0.5 --workers-kill-timeout 2 "
    "--http1-header-read-timeout 10000"
).split()

ALLOCATION = {"MALLOC_ARENA_MAX": "2"}
"""For glibc, which else keeps a heap for many a thread: a web process of 125 MB then needs 102."""


class ServeError(Exception):
    """An expected failure. Its text is one line that says what to do."""


class Stopped(BaseException):
    """We were asked to stop."""


def main() -> int:
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop_once)
    try:
        address = Address.from_environment(dict(os.environ))
        var = state_folder()
        with _only_one(var):
            Site(var, address).serve()
    except (ServeError, AddressError, SecretsError, PostgresError) as error:
        print(f"bin/serve: {error}", file=sys.stderr)
        return 1
    except Stopped:
        return 0
    return 0


class Site:
    """One run of `serve`, from the first stage to the last process gone."""

    def __init__(self, var: Path, address: Address) -> None:
        self.var = var
        self.address = address
        self.secrets = kept_secrets(var / "secrets.json")
        self.cluster: embedded_postgres.Cluster | None = None
        self.kept: list[processes.Kept] = []
        self.running: list[subprocess.Popen[bytes]] = []
        self.began = time.monotonic()

    def serve(self) -> None:
        try:
            if leftovers := processes.kill_leftovers(self.var):
                say(f"Ended {leftovers} processes that a killed run had left.")
            self.address.check_free(LEFTOVERS_END_SECONDS if leftovers else 0)
            self.prepare()
            self.start()
            self.announce()
            self.look_after()
        finally:
            for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
                signal.signal(number, signal.SIG_IGN)
            self.stop()

    def prepare(self) -> None:
        with stage("Database"):
            if given := os.environ.get("DATABASE_URL"):
                _check_connection(given)
            else:
                self.cluster = embedded_postgres.start(self.var)
        self.collect()
        ready = Stamp(self.var / "prepared.stamp", f"{code_stamp(CHECKOUT)} {self.database_name()}")
        if ready.holds():  # nothing is expected to change: both at once
            self.start_web_server()
        say("Tables, roles and content:")
        began = time.monotonic()
        self.run("bootstrap", owner=True, failed="The database could not be prepared: see the lines above.")
        say(f"Tables, roles and content: {time.monotonic() - began:.1f} s")
        ready.set()

    def collect(self) -> None:
        collected = Stamp(self.var / "static.stamp", static_stamp(CHECKOUT))
        if not (collected.holds() and (self.var / "static").exists()):
            with stage("Static files"):
                failed = "The static files could not be collected: see the lines above."
                self.run("collectstatic", "--noinput", "--verbosity=0", failed=failed)
                collected.set()

    def start(self) -> None:
        with stage("Web server"):
            if not self.kept:
                self.start_web_server()
            self.wait_for_answer()
        self.keep("The message worker", [sys.executable, "manage.py", "send_notifications", "--forever"])

    def start_web_server(self) -> None:
        where = ["--host", self.address.host, "--port", str(self.address.port)]
        command = [sys.executable, "-m", *WEB_SERVER, *where, "clinic_site.wsgi:application"]
        self.keep("The web server", command)

    def database_name(self) -> str:
        """Which database it is, told by nothing that somebody could log in with."""
        if self.cluster is not None:
            return str((self.cluster.data / "PG_VERSION").stat().st_mtime_ns)
        return hashlib.sha256(os.environ["DATABASE_URL"].encode()).hexdigest()

    def keep(self, name: str, command: list[str]) -> None:
        self.kept.append(processes.Kept(name, lambda: processes.spawn(command, self.environment(), CHECKOUT)))

    def run(self, *arguments: str, failed: str, owner: bool = False) -> None:
        command = [sys.executable, "manage.py", *arguments]
        process = processes.spawn(command, self.environment(owner=owner), CHECKOUT)
        self.running.append(process)
        code = process.wait()
        self.running.remove(process)
        if code:
            raise ServeError(failed)

    def environment(self, *, owner: bool = False) -> dict[str, str]:
        """What a program of the site is told. The owner's connection and the staff password: only what
        prepares the database has them, never what answers requests."""
        told = {
            "DEMONSTRATION": "1",
            "SECRET_KEY": self.secrets["secret_key"],
            "ALLOWED_HOSTS": ",".join(dict.fromkeys(self.address.names)),
            "PUBLIC_ADDRESS": self.address.url,
            "PYTHONUNBUFFERED": "1",
            # Where setproctitle is installed the web server names its processes with it; without this the
            # name would be written over the environment by which we know them.
            "SPT_NOENV": "1",
            **ALLOCATION,
            **os.environ,
            "CLINIC_VAR": str(self.var),
            "DJANGO_SETTINGS_MODULE": "clinic_site.settings",
            processes.MARKER: processes.mark(self.var),
        }
        owners = told.pop("MIGRATE_DATABASE_URL", "")
        if self.cluster is not None:
            told["DATABASE_URL"], owners = self.cluster.app_url, self.cluster.owner_url
        if owner:
            told["DEMO_STAFF_PASSWORD"] = self.secrets["staff_password"]
            if owners:
                told["MIGRATE_DATABASE_URL"] = owners
        return told

    def wait_for_answer(self) -> None:
        deadline = time.monotonic() + FIRST_ANSWER_SECONDS
        here = self.address.reachable_host, self.address.port
        while time.monotonic() < deadline and not self.kept[0].ended():
            with suppress(OSError, http.client.HTTPException):
                connection = http.client.HTTPConnection(*here, timeout=10)
                connection.request("GET", "/")
                if (status := connection.getresponse().status) >= 500:
                    raise ServeError(f"The home page answers {status}: see the lines above.")
                return
            time.sleep(0.05)
        raise ServeError("The web server did not start: see the lines above.")

    def announce(self) -> None:
        say(f"\nThe demonstration is ready after {time.monotonic() - self.began:.1f} s.")
        say(f"  Site      {self.address.url}/")
        password = self.secrets["staff_password"]
        say(f"  Staff     {self.address.url}/staff/   user {STAFF_USER}   password {password}")
        say(f"  Messages  {self.var / 'outbox'}")
        say("  Stop      Ctrl-C\n")

    def look_after(self) -> None:
        while True:
            time.sleep(0.5)
            try:
                if self.cluster is not None and self.cluster.ensure_running():
                    say("PostgreSQL had ended; it runs again.")
            except PostgresError as error:
                say(str(error))
                time.sleep(5)
            for kept in self.kept:
                kept.look_after(say)

    def stop(self) -> None:
        processes.stop(self.running + [kept.process for kept in self.kept], CHILDREN_STOP_SECONDS)
        if self.cluster is not None:
            self.cluster.close(DATABASE_STOP_SECONDS)


@dataclass(frozen=True)
class Stamp:
    """A note in the state folder of what something was made from."""

    path: Path
    made_from: str

    def holds(self) -> bool:
        return self.path.exists() and self.path.read_text() == self.made_from

    def set(self) -> None:
        self.path.write_text(self.made_from)


def say(line: str) -> None:
    print(line, flush=True)


@contextmanager
def stage(name: str) -> Iterator[None]:
    began = time.monotonic()
    print(f"{name} ... ", end="", flush=True)
    try:
        yield
    except BaseException:
        say("")
        raise
    say(f"{time.monotonic() - began:.1f} s")


def _stop_once(number: int, frame: object) -> None:
    for other in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(other, signal.SIG_IGN)
    raise Stopped


def _check_connection(url: str) -> None:
    try:
        psycopg2.connect(url, connect_timeout=5).close()
    except psycopg2.Error as error:
        cause = str(error).strip().splitlines()[-1].strip()
        raise ServeError(
            f"The database of DATABASE_URL does not answer ({cause}): mend it, or unset it for an own one."
        ) from None


def state_folder() -> Path:
    given = os.environ.get("CLINIC_VAR")
    var = Path(given).resolve() if given else embedded_postgres.state_folder(CHECKOUT)
    try:
        embedded_postgres.make_folder(var)
        for private in ("media", "outbox"):
            (var / private).mkdir(mode=0o700, exist_ok=True)
        probe = var / "writable"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise ServeError(
            f"{var} cannot be written ({error.strerror}): set CLINIC_VAR to a folder that can."
        ) from None
    if var != CHECKOUT / "var":
        say(f"State folder: {var}")
    return var


@contextmanager
def _only_one(var: Path) -> Iterator[None]:
    """Hold the state folder, until this process ends however it ends."""
    with (var / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ServeError(
                f"already serving from {var} (process {lock.read().strip()}): stop that one, "
                "or give this one its own state and port: CLINIC_VAR=/tmp/other PORT=8001 bin/serve"
            ) from None
        _replace(lock, str(os.getpid()))
        yield


def _replace(file: IO[str], text: str) -> None:
    file.truncate(0)
    file.write(text)
    file.flush()


if __name__ == "__main__":
    sys.exit(main())
