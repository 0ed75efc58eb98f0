"""Makes .venv and installs the pinned packages: `prepare.py REQUIREMENTS [ARGUMENT...]`.

With further arguments it becomes `.venv/bin/python ARGUMENT...`. It runs before any package is there, so it
uses the standard library alone. What is installed is noted last: an interrupted installation is begun anew.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
VENV = CHECKOUT / ".venv"
PYTHON = VENV / "bin" / "python"
NOTE = VENV / "installed.json"
TELL_EVERY_SECONDS = 5.0
DEBIAN_VENV = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "python3-venv"]


class PrepareError(Exception):
    """An expected failure. Its text is one line that says what to do."""


def main(requirements: str, *arguments: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        prepare(requirements)
    except PrepareError as error:
        sys.exit(f"bin: {error}")
    except OSError as error:
        sys.exit(f"bin: {VENV} cannot be made ({error}): work in a copy of the checkout that you can write.")
    except KeyboardInterrupt:
        sys.exit(130)
    if arguments:
        os.chdir(CHECKOUT)
        os.execv(PYTHON, [str(PYTHON), *arguments])  # noqa: S606


def prepare(requirements: str) -> None:
    wanted = included(CHECKOUT / requirements)
    if is_installed(wanted):
        return
    checkout = os.open(CHECKOUT, os.O_RDONLY)
    try:
        if holds_another(checkout):
            print("Another start is installing the packages; waiting for it.", flush=True)
            fcntl.flock(checkout, fcntl.LOCK_EX)
        if not is_installed(wanted):
            install(requirements, wanted)
    finally:
        os.close(checkout)


def included(path: Path) -> dict[str, str]:
    """Each requirements file that this one takes in, itself too, with the digest of what it asks for."""
    text = path.read_text()
    found: dict[str, str] = {}
    for name in re.findall(r"^-r\s*(\S+)", text, re.MULTILINE):
        found.update(included(path.with_name(name)))
    found[path.name] = hashlib.sha256(text.encode()).hexdigest()
    return found


def is_installed(wanted: dict[str, str]) -> bool:
    return works() and all(noted().get(name) == digest for name, digest in wanted.items())


def noted() -> dict[str, str]:
    try:
        note: dict[str, str] = json.loads(NOTE.read_text())
        return note
    except (OSError, ValueError):
        return {}


def works() -> bool:
    try:
        return subprocess.run([PYTHON, "-I", "-S", "-c", ""], capture_output=True).returncode == 0
    except OSError:
        return False


def holds_another(checkout: int) -> bool:
    try:
        fcntl.flock(checkout, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


def install(requirements: str, wanted: dict[str, str]) -> None:
    began = time.monotonic()
    before = noted() if works() else {}
    NOTE.unlink(missing_ok=True)
    if not before:
        print("Making .venv ...", flush=True)
        make_venv()
    print(f"Installing the packages of {requirements} ...", flush=True)
    log = VENV / "install.log"
    # Python compiles a module when it is first used; to compile all takes a third of the installation.
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar=off", "--no-compile"]
    command = [str(PYTHON), "-m", "pip", "install", *options, "-r", str(CHECKOUT / requirements)]
    code = run_telling(command, log)
    if code:
        raise PrepareError(explanation(log))
    if "PYTHONDONTWRITEBYTECODE" in os.environ:
        compile_all(VENV / "lib", log)
    new = NOTE.with_name(NOTE.name + ".new")
    new.write_text(json.dumps({**before, **wanted}))
    new.rename(NOTE)
    print(f"Installed in {time.monotonic() - began:.0f} s.", flush=True)


def compile_all(folder: Path, log: Path) -> None:
    """Compile what Python may not keep when it first uses it; on all processors, while pip would use one.

    Files that some packages hold for other Pythons cannot be compiled: they are left, and stand in the log.
    """
    command = [str(PYTHON), "-m", "compileall", "-q", "-j", "0", str(folder)]
    with log.open("a") as output:
        subprocess.run(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)


def make_venv() -> None:
    """Anew, without what an interrupted attempt may have left half-written."""
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode and "ensurepip" in answer.stdout + answer.stderr:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise PrepareError("this Python has no venv: apt-get install python3-venv, then start again.")
        print("Installing python3-venv ...", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], stdout=subprocess.DEVNULL)
        subprocess.run(DEBIAN_VENV, stdout=subprocess.DEVNULL)
        answer = subprocess.run(command, capture_output=True, text=True)
    if answer.returncode:
        lines = (answer.stderr or answer.stdout).strip().splitlines() or ["no reason given"]
        raise PrepareError(f"{VENV} could not be made: {lines[-1]}")


def run_telling(command: list[str], log: Path) -> int:
    """Run pip, its words in the log, the package it is at told every few seconds."""
    began = told = time.monotonic()
    with log.open("w") as output:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)
        try:
            while process.poll() is None:
                time.sleep(0.1)
                if time.monotonic() - told >= TELL_EVERY_SECONDS:
                    told = time.monotonic()
                    print(f"  {told - began:3.0f} s  {progress(log)}", flush=True)
        finally:
            process.kill()
            process.wait()
    return process.returncode


def progress(log: Path) -> str:
    """What pip does at the moment, in its own words."""
    step = r"^ *((?:Collecting|Downloading|Building|Installing) [^\s(]+(?: packages)?)"
    steps = re.findall(step, log.read_text(errors="replace"), re.MULTILINE)
    return steps[-1] if steps else "asking the package registry"


def last_line(log: Path) -> str:
    lines = log.read_text(errors="replace").strip().splitlines()
    return lines[-1].strip()[:90] if lines else ""


def explanation(log: Path) -> str:
    text = log.read_text(errors="replace")
    if "No space left on device" in text:
        return "the disk is full: free 500 MB, then start again."
    if re.search(r"NewConnectionError|NameResolution|ConnectTimeout|ProxyError|from versions: none", text):
        return (
            "no package registry was reached: connect to the network (or set PIP_INDEX_URL) and start again."
        )
    errors = re.findall(r"^ERROR: .*$", text, re.MULTILINE)
    last = errors[-1] if errors else last_line(log)
    return f"the packages could not be installed: {last} (all of it: {log})"


if __name__ == "__main__":
    main(*sys.argv[1:])
