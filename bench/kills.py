"""Whether a request can get lost or doubled when anything is killed while patients send.

    .venv/bin/python bench/kills.py [--submissions 2000] [--kills 24] [--seed 1]

It starts the site as bin/serve does, with a state folder and a port of its own, prepares that many drafts,
and has many patients send them over HTTP at once, a fifth of them with a double click. Meanwhile it kills, at
random moments: a web worker, the whole web server, all connections' database backends, PostgreSQL. The
supervisor mends, patients press again. At the end every reference that anyone was shown must be stored once,
and every draft have given one request, with one entry in the trail and one message. Exit code 0 only then.
All limits stay on: the site counts one trusted proxy, and each patient comes from an address of their own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import suppress
from pathlib import Path

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.patients import Patient  # noqa: E402
from tests.site_process import SiteProcess, processes_of  # noqa: E402

PATIENTS_AT_ONCE = 16
KINDS = ["web worker", "database backends", "PostgreSQL", "web worker", "database backends", "PostgreSQL",
         "web worker", "database backends", "web server"]  # fmt: skip
READY_SECONDS = 60


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench/kills.py")
    parser.add_argument("--submissions", type=int, default=2000)
    parser.add_argument("--kills", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="kills-", dir="/tmp"))  # noqa: S108 - PostgreSQL's account must enter it
    folder.chmod(0o711)
    os.environ["TRUSTED_PROXIES"] = "1"
    site = SiteProcess(folder / "var")
    try:
        site.start()
        patients = prepare(site, options.submissions)
        began = time.monotonic()
        killed = run(site, patients, plan(options.kills, options.submissions, random.Random(options.seed)))  # noqa: S311
        spent = time.monotonic() - began
        wait_for_answer(site)
        with ThreadPoolExecutor(PATIENTS_AT_ONCE) as browsers:
            list(browsers.map(Patient.look_again, patients))
        return report(site, patients, killed, options.kills, spent)
    finally:
        site.stop()
        shutil.rmtree(folder, ignore_errors=True)


def prepare(site: SiteProcess, count: int) -> list[Patient]:
    """That many drafts with every step answered, as the site's own program would have stored them."""
    from clinic_site import embedded_postgres

    with embedded_postgres.start(site.var) as cluster:
        secret = json.loads((site.var / "secrets.json").read_text())["secret_key"]
        os.environ.update(
            SECRET_KEY=secret,
            DATABASE_URL=cluster.app_url,
            DEMONSTRATION="1",
            CLINIC_VAR=str(site.var),
            DJANGO_SETTINGS_MODULE="clinic_site.settings",
        )
        import django

        django.setup()
        from django.db import connection

        patients = [drafted(site, number) for number in range(1, count + 1)]
        connection.close()
        return patients


def drafted(site: SiteProcess, number: int) -> Patient:
    from appointments import abuse, drafts, steps
    from tests.builders import answers
    from tests.form_client import next_weekday

    times = [{"date": next_weekday().isoformat(), "half": "pm"}]
    email = f"patient{number}@example.org"

    def fill(draft: drafts.Draft) -> None:
        draft.answers.update(answers(times=times, email=email))
        draft.done.extend(step.name for step in steps.asked(draft.answers))
        draft.opened = abuse.stamp()

    draft = drafts.change(drafts.begin(), fill)
    return Patient(site, number, draft.token, draft.row.submission_key)


def plan(kills: int, submissions: int, chance: random.Random) -> list[tuple[int, str]]:
    """After how many references which kill: spread over the run, each at a random moment of its part."""
    part = submissions * 0.95 / max(kills, 1)
    return [(int((n + chance.random()) * part), KINDS[n % len(KINDS)]) for n in range(kills)]


def run(site: SiteProcess, patients: list[Patient], kills: list[tuple[int, str]]) -> Counter[str]:
    """Everyone sends; the kills that happened meanwhile."""
    done, ended, killed = Counter[str](), threading.Event(), Counter[str]()

    def kill_in_time() -> None:
        for after, kind in kills:
            while done["sent"] < after and not ended.is_set():
                time.sleep(0.005)
            if not ended.is_set():
                KILL[kind](site)
                killed[kind] += 1

    killer = threading.Thread(target=kill_in_time)
    killer.start()
    try:
        with ThreadPoolExecutor(PATIENTS_AT_ONCE) as browsers:
            for sending in as_completed([browsers.submit(patient.send) for patient in patients]):
                sending.result()
                done["sent"] += 1
    finally:
        ended.set()
        killer.join()
    return killed


def web_processes(site: SiteProcess) -> tuple[list[int], list[int]]:
    """The web server's own number, and its workers'."""
    numbers = [int(line.split()[0]) for line in processes_of(site.var) if re.search("granian", line)]
    parents = {}
    for number in numbers:
        with suppress(OSError):
            parents[number] = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    return [n for n in parents if parents[n] not in parents], [n for n in parents if parents[n] in parents]


def kill_web_worker(site: SiteProcess) -> None:
    kill(web_processes(site)[1][:1])


def kill_web_server(site: SiteProcess) -> None:
    kill(web_processes(site)[0])


def kill_postgres(site: SiteProcess) -> None:
    site.leave_database()
    lines = next((site.var / "postgres").glob("*/data/postmaster.pid")).read_text().split()
    kill([int(lines[0])])


def end_backends(site: SiteProcess) -> None:
    """All of the application's, whatever they are in the middle of."""
    site.leave_database()
    with suppress(psycopg2.Error):
        site.db("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'clinic_app'")
    site.leave_database()


def kill(numbers: list[int]) -> None:
    for number in numbers:
        with suppress(ProcessLookupError):
            os.kill(number, signal.SIGKILL)


KILL: dict[str, Callable[[SiteProcess], None]] = {
    "web worker": kill_web_worker,
    "web server": kill_web_server,
    "database backends": end_backends,
    "PostgreSQL": kill_postgres,
}


def wait_for_answer(site: SiteProcess) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with suppress(OSError, psycopg2.Error):
            if site.get("/request/safety/").status == 200 and site.db("SELECT 1"):
                return
        site.leave_database()
        time.sleep(0.2)
    raise SystemExit("the site did not come back")


def report(
    site: SiteProcess, patients: list[Patient], killed: Counter[str], planned: int, spent: float
) -> int:
    """The table, and 1 where anything was lost or doubled."""
    stored = site.db("SELECT reference, submission_key::text, id FROM appointments_appointmentrequest")
    owner = {reference: key for reference, key, _ in stored}
    keys = Counter(key for _, key, _ in stored)
    entries = Counter(pk for (pk,) in site.db(
        "SELECT request_id FROM appointments_event WHERE action = 'submit'"))  # fmt: skip
    messages = Counter(pk for (pk,) in site.db(
        "SELECT request_id FROM appointments_message WHERE kind = 'received'"))  # fmt: skip
    shown = {patient: patient.shown for patient in patients}
    wrong = {
        "references shown and not stored": sum(len(refs - owner.keys()) for refs in shown.values()),
        "patients shown two references": sum(len(refs) != 1 for refs in shown.values()),
        "patients shown another's": sum(
            owner.get(ref, str(p.key)) != str(p.key) for p in patients for ref in p.shown
        ),
        "drafts without a request": sum(keys[str(patient.key)] == 0 for patient in patients),
        "drafts with two requests": sum(count > 1 for count in keys.values()),
        "requests of no draft": len(keys.keys() - {str(patient.key) for patient in patients}),
        "requests without one trail entry": sum(entries[pk] != 1 for _, _, pk in stored),
        "requests without one message": sum(messages[pk] != 1 for _, _, pk in stored),
        "kills left out": planned - killed.total(),
    }
    met = Counter(failure for patient in patients for failure in patient.failures)
    told = {
        "submissions": len(patients),
        "seconds": round(spent),
        **{f"kills: {kind}": count for kind, count in sorted(killed.items())},
        "kills": killed.total(),
        "presses of the button": sum(patient.presses for patient in patients),
        "patients who had to try again": sum(patient.retries > 0 for patient in patients),
        **{f"met: {failure}": count for failure, count in met.most_common(8)},
        "references shown": len(set().union(*shown.values())),
        "references stored": len(owner),
        **wrong,
    }
    for name, number in told.items():
        print(f"{name:40} {number:7}")
    return 1 if any(wrong.values()) else 0


if __name__ == "__main__":
    sys.exit(main())
