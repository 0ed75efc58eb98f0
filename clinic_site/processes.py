"""Programs that `serve` runs: each in a process group of its own, none outliving it."""

import ctypes
import hashlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path

MARKER = "CLINIC_SERVED_FROM"
FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 10.0
STEADY_SECONDS = 30.0
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def mark(var: Path) -> str:
    """What the environment of every program served from this state folder says."""
    return hashlib.sha256(os.fsencode(var)).hexdigest()[:24]


def spawn(command: list[str], environment: dict[str, str], folder: Path) -> subprocess.Popen[bytes]:
    """Start a program whose files are private to us, and which is told to end when we die."""
    return subprocess.Popen(
        command,
        env=environment,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        umask=0o077,
        preexec_fn=ends_with(os.getpid()),
    )


def ends_with(parent: int) -> Callable[[], None]:
    """For a program to be: be told to end when the parent dies. Linux alone can promise that."""

    def tell_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return tell_kernel


def stop(processes: Iterable[subprocess.Popen[bytes]], seconds: float) -> None:
    """Ask every group to end, wait for its leader, then kill what is left."""
    processes = list(processes)
    for process in processes:
        signal_group(process.pid, signal.SIGTERM)
    deadline = time.monotonic() + seconds
    for process in processes:
        with suppress(subprocess.TimeoutExpired):
            process.wait(max(0.0, deadline - time.monotonic()))
        signal_group(process.pid, signal.SIGKILL)
        process.wait()


def signal_group(group: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


def kill_leftovers(var: Path) -> int:
    """Kill what a killed `serve` of this state folder left. Only for the holder of its lock. The count."""
    leftovers = _marked(f"{MARKER}={mark(var)}")
    for process in leftovers:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(process, signal.SIGKILL)
    return len(leftovers)


def _marked(entry: str) -> list[int]:
    """Processes with this entry in their environment: unlike a recorded number, never somebody else's."""
    if not os.path.isdir("/proc/self"):
        listing = subprocess.run(["ps", "axeww", "-o", "pid=,command="], capture_output=True, text=True)
        return [int(found[1]) for found in re.finditer(rf"^\s*(\d+) .*{entry}", listing.stdout, re.MULTILINE)]
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if entry.encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append(int(folder.name))
    return found


class Kept:
    """A program that is started again when it ends, each time a little later."""

    def __init__(self, name: str, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self.name = name
        self._start = start
        self.process = start()
        self._started = time.monotonic()
        self._delay = FIRST_DELAY_SECONDS
        self._due: float | None = None

    def ended(self) -> bool:
        return self.process.poll() is not None

    def look_after(self, say: Callable[[str], None]) -> None:
        now = time.monotonic()
        if not self.ended():
            if now - self._started > STEADY_SECONDS:
                self._delay = FIRST_DELAY_SECONDS
        elif self._due is None:
            # What its group left behind would keep the port.
            signal_group(self.process.pid, signal.SIGKILL)
            say(f"{self.name} ended ({_how(self.process.returncode)}); starting it again.")
            self._due = now + self._delay
            self._delay = min(self._delay * 2, LONGEST_DELAY_SECONDS)
        elif now >= self._due:
            self._due = None
            self.process = self._start()
            self._started = now


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"
