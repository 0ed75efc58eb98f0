"""Whether the tests notice it when the code that decides about a request is wrong: mutation testing.

    bench/mutants [--jobs N] [--list] [module ...]        reference, states, urgency ...; all without a name

mutmut makes the mutants, one small change each. By itself it leaves out what stands outside a function and
what is decorated, here the table of statuses and every step of the lifecycle. So this takes its operators
and runs the tests on its own: each mutant in a fork of one warm process beside one PostgreSQL, nothing
written to disk. A survivor must stand in mutants_kept.md with its reason. Exit code 1 under 90 % in any
module, at a survivor without a reason, and at a reason without its survivor.
"""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import util
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.mutations import Mutant, kept_survivors, mutants_of  # noqa: E402

AIM = 0.9
KEPT = ROOT / "bench" / "mutants_kept.md"
TESTS = {
    "reference": ["test_reference"],
    "states": ["test_states"],
    "urgency": ["test_urgency"],
    "urgency_rules": ["test_urgency_file", "test_urgency", "test_clinic_time"],
    "urgency_file": ["test_urgency_file", "test_urgency"],
    "lined_yaml": ["test_urgency_file"],
    "clinic_time": ["test_clinic_time"],
    "lifecycle": ["test_lifecycle", "test_lifecycle_submit", "test_alarms"],
}
"""By module of appointments, the tests that must notice, the quickest first."""
ANEW = "reference states lined_yaml urgency_rules urgency_file urgency clinic_time lifecycle".split()
"""Modules that each mutant imports again, and with them the tests; the models keep the ones they have."""
STAY = {"tests", "tests.conftest", "tests.browser", "tests.site_process"}
LONGEST = 5
"""A mutant that takes so many times as long as the code itself is one that never ends: noticed."""

ROW = "{:16} {:>8} {:>8} {:>9} {:>8}"
LOUD = ["--tb=short"]
QUICK = ["--tb=no", "--assert=plain"]


class MutatedLoader(SourceFileLoader):
    """Loads the mutant's text in place of the file's, and finds it at meta_path."""

    def __init__(self, mutant: Mutant) -> None:
        super().__init__(f"appointments.{mutant.module}", str(ROOT / "appointments" / f"{mutant.module}.py"))
        self.text = mutant.text

    def get_code(self, fullname: str) -> Any:
        return compile(self.text, self.path, "exec", dont_inherit=True)

    def find_spec(self, name: str, path: object = None, target: object = None) -> ModuleSpec | None:
        return util.spec_from_file_location(name, self.path, loader=self) if name == self.name else None


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/mutants")
    parser.add_argument("modules", nargs="*", metavar="module", help=f"of {', '.join(TESTS)}")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--list", action="store_true", help="show the mutants, run nothing")
    options = parser.parse_args()
    if unknown := set(options.modules) - set(TESTS):
        parser.error(f"no such module: {', '.join(sorted(unknown))}")
    found = {module: mutants_of(module, ROOT) for module in options.modules or TESTS}
    if options.list:
        print("\n".join(str(mutant) for mutants in found.values() for mutant in mutants))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    alive: list[Mutant] = []
    print(ROW.format("module", "mutants", "killed", "survived", "share"), flush=True)
    with warm_process():
        poor = [module for module, mutants in found.items() if not_enough(mutants, options.jobs, alive)]
    return report(poor, found, alive)


@contextlib.contextmanager
def warm_process() -> Iterator[None]:
    """Everything imported and one PostgreSQL, as a worker of bin/test would find it; all gone afterwards."""
    from clinic_site import embedded_postgres

    folder = Path(tempfile.mkdtemp(prefix="mutants-", dir="/tmp"))  # noqa: S108 - PostgreSQL's account enters it
    folder.chmod(0o711)
    os.chdir(ROOT)
    os.environ.update(CLINIC_TEST_RUN=str(folder), PYTEST_XDIST_WORKER="warm")
    try:
        with embedded_postgres.start(folder):
            if tests_say("--collect-only", *(f"tests/{name}.py" for name in TESTS["lifecycle"]), loud=True):
                sys.exit("the tests cannot be collected: mend them first")
            gc.freeze()
            yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tests_say(*arguments: str, loud: bool = False) -> int:
    """pytest's answer; 0 when every test passed. Loud: with what it said where one did not."""
    import pytest

    told = io.StringIO()
    with contextlib.redirect_stdout(told), contextlib.redirect_stderr(told):
        code = int(pytest.main(["-q", "-x", "-W", "ignore", *(LOUD if loud else QUICK), *arguments]))
    if code and loud:
        print(told.getvalue())
    return code


def survivors(mutants: list[Mutant], jobs: int) -> list[Mutant]:
    """Those that every test let pass. First the code itself must pass, and shows how long that takes."""
    module = mutants[0].module
    began = time.monotonic()
    unchanged = Mutant(module, "", (), (), (ROOT / "appointments" / f"{module}.py").read_text("utf-8"))
    if ended(start(unchanged, loud=True), None):
        sys.exit(f"the tests of {module} fail without a mutant: mend them first")
    limit = max(20.0, LONGEST * (time.monotonic() - began))
    waiting, running, alive = mutants[::-1], {}, []
    while waiting or running:
        while waiting and len(running) < jobs:
            mutant = waiting.pop()
            running[start(mutant)] = (mutant, time.monotonic() + limit)
        for process, (mutant, deadline) in list(running.items()):
            code = ended(process, deadline)
            if code is None:
                continue
            del running[process]
            forget_database(process)
            if code == 0:
                alive.append(mutant)
        time.sleep(0.01)
    return sorted(alive, key=mutants.index)


def start(mutant: Mutant, *, loud: bool = False) -> int:
    """The number of a process that runs the mutant's tests and ends with pytest's answer."""
    process = os.fork()
    if process:
        return process
    code = 99
    try:
        os.setpgid(0, 0)
        os.environ["PYTEST_XDIST_WORKER"] = f"mutant{os.getpid()}"
        null = os.open(os.devnull, os.O_RDWR)
        for stream in (0,) if loud else (0, 1, 2):
            os.dup2(null, stream)
        code = try_out(mutant, loud=loud)
    finally:
        sys.stdout.flush()
        os._exit(code)


def try_out(mutant: Mutant, *, loud: bool) -> int:
    from hypothesis import Phase, settings

    for name in [*sys.modules]:
        if name.removeprefix("appointments.") in ANEW or name.startswith("tests.") and name not in STAY:
            del sys.modules[name]
            package, _, own = name.rpartition(".")
            vars(sys.modules[package]).pop(own, None)
    sys.meta_path.insert(0, MutatedLoader(mutant))
    # The same examples in every run, no search for the smallest one that fails: any failure will do.
    phases = (Phase.explicit, Phase.generate)
    settings.register_profile(
        "mutants", derandomize=True, database=None, deadline=None, phases=phases, max_examples=50
    )
    settings.load_profile("mutants")
    return tests_say(*(f"tests/{name}.py" for name in TESTS[mutant.module]), loud=loud)


def ended(process: int, deadline: float | None) -> int | None:
    """Its exit code; None while it runs. After the deadline it is killed, and counts as noticed."""
    if deadline is None:
        return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    done, status = os.waitpid(process, os.WNOHANG)
    if done:
        return os.waitstatus_to_exitcode(status)
    if time.monotonic() > deadline:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process, signal.SIGKILL)
    return None


def not_enough(mutants: list[Mutant], jobs: int, alive: list[Mutant]) -> bool:
    """Try one module's and tell; whether too few were noticed. The survivors are added to ``alive``."""
    survived = survivors(mutants, jobs)
    alive += survived
    tell(mutants[0].module, len(mutants), len(survived))
    kept = kept_survivors(KEPT)
    print(*(mutant for mutant in survived if mutant.change not in kept), sep="\n", flush=True)
    return len(survived) > (1 - AIM) * len(mutants)


def tell(name: str, total: int, survived: int) -> None:
    share = f"{(total - survived) / total:.1%}"
    print(ROW.format(name, total, total - survived, survived, share), flush=True)


def forget_database(process: int) -> None:
    """Drop what this mutant's tests made for themselves; while a vacuum is in it, it stays until the end."""
    import psycopg2

    from tests.conftest import TEMPLATE, owner_sql

    with contextlib.suppress(psycopg2.Error):
        owner_sql(f"DROP DATABASE IF EXISTS {TEMPLATE}_mutant{process} WITH (FORCE)")


def report(poor: list[str], found: dict[str, list[Mutant]], alive: list[Mutant]) -> int:
    tell("all", sum(map(len, found.values())), len(alive))
    kept = kept_survivors(KEPT)
    changes_alive = {mutant.change for mutant in alive}
    unexplained = [mutant for mutant in alive if mutant.change not in kept]
    stale = [change for change in kept if change[0] in found and change not in changes_alive]
    if unexplained:
        print(f"\n{len(unexplained)} survivors, shown above, have no reason in {KEPT.name}.")
    for module, before, after in stale:
        print(f"\nIn {KEPT.name}, but no longer a survivor:\n{Mutant(module, '', before, after, '')}")
    if poor:
        print(f"\nUnder {AIM:.0%}: {', '.join(poor)}")
    return 1 if poor or unexplained or stale else 0


if __name__ == "__main__":
    sys.exit(main())
