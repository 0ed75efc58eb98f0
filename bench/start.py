"""How long `bin/serve` takes to answer where it has run before, beside a bare Django on the same server.

    bench/run start

The first start, which makes the database, is told and not held to. The baseline is the same web server with a
Django of one view and no database (``pages_baseline.py``).
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.figures import Aim, machine, ratios, spread, verdict  # noqa: E402
from bench.own_database import HOST  # noqa: E402
from bench.pages import Answer, same_bytes  # noqa: E402
from bench.servers import free_port  # noqa: E402

ROUNDS = 5
READY = re.compile(r"is ready after ([\d.]+) s")
GIVEN_SECONDS = 120


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # noqa: S108 - PostgreSQL's account must enter it
    folder.chmod(0o711)
    try:
        print(machine("granian", "django"))
        print(f"first start: {started(folder):.1f} s")
        own, bare = [], []
        for _round in range(ROUNDS):
            own.append(started(folder))
            bare.append(bare_start())
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"{'next start':12} {spread(own):>20} s")
    print(f"{'bare Django':12} {spread(bare):>20} s, ratio {spread(ratios(own, bare), 1)}")
    return verdict([Aim("bin/serve answers again", median(own), most=3, unit=" s")])


def started(var: Path) -> float:
    """Seconds from the command to its last line, by which it answers; then it is stopped."""
    began = time.monotonic()
    process = subprocess.Popen(
        [ROOT / "bin" / "serve"],
        env={**os.environ, "CLINIC_VAR": str(var), "PORT": str(free_port())},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        for line in process.stdout or ():
            if READY.search(line):
                return time.monotonic() - began
        raise SystemExit("bin/serve did not start")
    finally:
        process.terminate()
        process.wait(GIVEN_SECONDS)


def bare_start() -> float:
    began = time.monotonic()
    with same_bytes("django_view", Answer("200 OK", {"content-type": "text/plain"}, HOST.encode())):
        return time.monotonic() - began


if __name__ == "__main__":
    sys.exit(main())
