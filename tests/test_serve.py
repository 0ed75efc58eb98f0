"""The supervisor behind bin/serve: stops whole, mends what was killed, says what is wrong in one line."""

import os
import re
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench import kills
from bench.patients import Patient
from clinic_site.serve import CHECKOUT
from tests.conftest import with_static_files
from tests.form_client import FormClient, patient_answers
from tests.site_process import SiteProcess, new_folder, processes_of, remove

STOP_SECONDS = 5


@pytest.fixture(scope="module")
def started(static_files: None) -> Iterator[SiteProcess]:
    """A site of this module's own, to be stopped and killed. Each test leaves it running or stopped."""
    folder = new_folder()
    site = with_static_files(folder / "var")
    yield site
    if site.process is not None and site.process.poll() is None:
        site.stop()
    remove(folder)


@pytest.fixture
def running(started: SiteProcess) -> SiteProcess:
    if started.process is None or started.process.poll() is not None:
        started.start()
    return started


def wait_for(condition: Callable[[], bool], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "It did not happen in time."
        time.sleep(0.05)


def answers(site: SiteProcess) -> bool:
    try:
        return site.get("/").status == 200
    except OSError:
        return False


def number_of(site: SiteProcess, pattern: str) -> int:
    return next(int(line.split()[0]) for line in processes_of(site.var) if re.search(pattern, line))


def test_it_says_where_to_go_and_how_to_log_in(running: SiteProcess) -> None:
    for told in (f"{running.url}/", "/staff/", "user staff", running.staff_password, str(running.outbox)):
        assert told in running.output
    assert running.get("/").status == 200


def test_its_secrets_and_messages_are_for_its_user_alone(running: SiteProcess) -> None:
    for name in ("secrets.json", "outbox", "media"):
        assert stat.S_IMODE((running.var / name).stat().st_mode) & 0o077 == 0


def test_what_answers_requests_has_no_owners_connection_and_no_staff_password(running: SiteProcess) -> None:
    web = (Path("/proc") / str(number_of(running, "granian")) / "environ").read_bytes()
    assert b"clinic_app:" in web
    assert b"clinic_owner:" not in web and running.staff_password.encode() not in web


def test_a_second_start_on_the_same_state_folder_says_so(running: SiteProcess) -> None:
    answer = subprocess.run(
        [sys.executable, "-m", "clinic_site.serve"],
        cwd=CHECKOUT,
        env=SiteProcess(running.var).environment(),
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1 and "already serving" in answer.stderr
    assert running.get("/").status == 200


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"PORT": "taken"}, "PORT=taken is not a port"),
        ({"PORT": "{taken}"}, "choose another port, for example PORT="),
        ({"HOST": "no.such.host.invalid"}, "no.such.host.invalid"),
        ({"DATABASE_URL": "postgresql:///x?host=/nowhere"}, "The database of DATABASE_URL does not answer"),
        ({"CLINIC_VAR": "/proc/nowhere"}, "set CLINIC_VAR to a folder that can"),
    ],
)
def test_what_cannot_work_is_said_in_one_line(
    state_folder: Path, environment: dict[str, str], says: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = {name: value.format(taken=port) for name, value in environment.items()}
        answer = subprocess.run(
            [sys.executable, "-m", "clinic_site.serve"],
            cwd=CHECKOUT,
            env={**SiteProcess(state_folder).environment(), **told},
            capture_output=True,
            text=True,
        )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1 and says in answer.stderr


def test_a_killed_web_server_worker_or_database_comes_back(running: SiteProcess) -> None:
    running.leave_database()
    os.kill(number_of(running, "granian"), signal.SIGKILL)
    os.kill(number_of(running, "send_notifications"), signal.SIGKILL)
    server = int(next((running.var / "postgres").glob("*/data/postmaster.pid")).read_text().split()[0])
    os.kill(server, signal.SIGKILL)
    wait_for(lambda: running.output.count("starting it again") >= 2 and "it runs again" in running.output)
    wait_for(lambda: answers(running))
    wait_for(lambda: any("send_notifications" in line for line in processes_of(running.var)))


def test_a_request_sent_while_everything_is_killed_is_stored_once(running: SiteProcess) -> None:
    """Three patients; two thousand are sent by bench/kills.py."""
    patients = []
    for number in range(3):
        client = FormClient(running)
        client.send_steps(patient_answers(contact={"email": f"killed{number}@example.org"}))
        patients.append(Patient(running, number, client.cookies["request_draft"]))
    with ThreadPoolExecutor(3) as browsers:
        sending = [browsers.submit(patient.send) for patient in patients]
        for kill in (kills.kill_web_worker, kills.end_backends, kills.kill_postgres):
            kill(running)
        for sent in sending:
            sent.result()
    wait_for(lambda: answers(running))
    rows = running.db("SELECT reference FROM appointments_appointmentrequest WHERE email LIKE 'killed%'")
    shown = [reference for patient in patients for reference in patient.shown]
    assert len(shown) == 3 and sorted(reference for (reference,) in rows) == sorted(shown)


def test_killing_the_supervisor_leaves_nothing_that_the_next_start_cannot_mend(running: SiteProcess) -> None:
    running.db("CREATE TABLE IF NOT EXISTS kept (id int)")
    running.db("INSERT INTO kept VALUES (1)")
    os.kill(number_of(running, "granian"), signal.SIGSTOP)
    assert running.stop(signal.SIGKILL) == -signal.SIGKILL
    before = set(processes_of(running.var))
    assert before
    running.start()
    assert before.isdisjoint(processes_of(running.var))
    assert answers(running)
    assert running.db("SELECT count(*) FROM kept") == [(1,)]
    running.db("DROP TABLE kept")


def test_a_stop_ends_every_process_within_five_seconds(running: SiteProcess) -> None:
    waiting = [socket.create_connection(("127.0.0.1", running.port)) for _ in range(20)]
    waiting[0].sendall(b"GET / HTTP/1.1\r\n")
    began = time.monotonic()
    assert running.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < STOP_SECONDS
    for connection in waiting:
        connection.close()
    wait_for(lambda: processes_of(running.var) == [], seconds=1)


def test_a_stop_during_the_first_start_leaves_no_process_and_the_next_one_succeeds(
    state_folder: Path, static_files: None
) -> None:
    site = with_static_files(state_folder)
    site.launch()
    wait_for(lambda: (state_folder / "postgres/new").exists())
    assert site.stop(signal.SIGINT) == 0
    wait_for(lambda: processes_of(state_folder) == [], seconds=5)
    site.start()
    assert site.get("/").status == 200
    assert site.stop() == 0
    # a database that has gone since is made again, whatever the state folder says of the last one
    shutil.rmtree(state_folder / "postgres")
    site.start()
    assert site.get("/").status == 200
    assert site.stop() == 0
