"""The embedded PostgreSQL: started once, shared, stopped with its last user, whatever was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg2
import pytest

from clinic_site import embedded_postgres, postgres_setup
from clinic_site.postgres_programs import PostgresError
from clinic_site.serve import CHECKOUT
from tests.site_process import new_folder, processes_of, remove

ADD_ROW = """
import sys, psycopg2
from pathlib import Path
from clinic_site import embedded_postgres
with embedded_postgres.start(Path(sys.argv[1])) as cluster:
    connection = psycopg2.connect(cluster.owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(1)")
        cursor.execute("CREATE TABLE IF NOT EXISTS seen (who text)")
        cursor.execute("INSERT INTO seen VALUES (%s)", [sys.argv[2]])
    connection.close()
    print("acknowledged", flush=True)
    if len(sys.argv) > 3:
        sys.stdin.read()
"""


def user_of(var: Path, who: str, *, stays: bool = False) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", ADD_ROW, str(var), who] + (["stays"] if stays else [])
    return subprocess.Popen(command, cwd=CHECKOUT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def query(url: str, sql: str) -> list[tuple[object, ...]]:
    connection = psycopg2.connect(url)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """A stopped cluster to copy: making one takes a second."""
    folder = new_folder()
    embedded_postgres.start(folder / "var").close()
    yield folder / "var"
    remove(folder)


@pytest.fixture
def used_folder(made: Path) -> Iterator[Path]:
    """A state folder with a stopped cluster in it."""
    folder = new_folder()
    subprocess.run(["cp", "-a", str(made), str(folder)], check=True)
    yield folder / "var"
    remove(folder)


def wait_until_gone(var: Path, seconds: float = 5) -> None:
    deadline = time.monotonic() + seconds
    while (left := processes_of(var)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert left == []


def test_six_starts_at_once_share_one_server_that_ends_with_the_last(state_folder: Path) -> None:
    users = [user_of(state_folder, str(number)) for number in range(6)]
    assert [user.communicate(timeout=30)[0] for user in users] == ["acknowledged\n"] * 6
    wait_until_gone(state_folder)
    with embedded_postgres.start(state_folder) as cluster:
        assert query(cluster.owner_url, "SELECT count(*) FROM seen") == [(6,)]
    assert (state_folder / "log/postgres.log").read_text().count("starting PostgreSQL") <= 7


def test_after_killing_everything_an_acknowledged_row_is_there(used_folder: Path) -> None:
    with user_of(used_folder, "before the crash", stays=True) as user:
        assert user.stdout is not None and user.stdout.readline() == "acknowledged\n"
        for line in processes_of(used_folder):
            os.kill(int(line.split()[0]), signal.SIGKILL)
    with embedded_postgres.start(used_folder) as cluster:
        assert query(cluster.owner_url, "SELECT who FROM seen") == [("before the crash",)]
    wait_until_gone(used_folder)


def test_killing_the_only_user_stops_the_server(used_folder: Path) -> None:
    with user_of(used_folder, "first", stays=True) as user:
        assert user.stdout is not None and user.stdout.readline() == "acknowledged\n"
        user.kill()
    wait_until_gone(used_folder)


def test_a_killed_server_and_a_killed_watcher_are_replaced(used_folder: Path) -> None:
    with embedded_postgres.start(used_folder) as cluster:
        watcher = next(line for line in processes_of(used_folder) if "postgres_watcher" in line)
        os.kill(int(watcher.split()[0]), signal.SIGKILL)
        server = cluster.postmaster()
        assert server is not None
        os.kill(server, signal.SIGKILL)
        while cluster.postmaster() is not None:
            time.sleep(0.01)
        assert cluster.ensure_running() is True
        assert query(cluster.app_url, "SELECT 1") == [(1,)]
        assert cluster.ensure_running() is False
    wait_until_gone(used_folder)


@pytest.mark.parametrize(
    "left", ["{pid}\n{rest}", "", "nonsense"], ids=["someone else's number", "empty", "nonsense"]
)
def test_a_stale_process_number_does_not_stop_the_start(used_folder: Path, left: str) -> None:
    with embedded_postgres.start(used_folder) as cluster:
        lines = (cluster.data / "postmaster.pid").read_text().split("\n", 1)
    bystander = subprocess.Popen(["sleep", "60"], **who_runs_postgres(cluster))
    try:
        stale = left.format(pid=bystander.pid, rest=lines[1])
        (cluster.data / "postmaster.pid").write_text(stale)
        sockets = postgres_setup.socket_folder(cluster.home, cluster.account)
        (sockets / ".s.PGSQL.5432.lock").write_text(f"{bystander.pid}\n{lines[1]}")
        with embedded_postgres.start(used_folder) as cluster:
            assert query(cluster.app_url, "SELECT 1") == [(1,)]
        assert bystander.poll() is None
    finally:
        bystander.kill()
        bystander.wait()


def who_runs_postgres(cluster: embedded_postgres.Cluster) -> dict[str, Any]:
    account = cluster.account
    return {} if account.uid is None or account.gid is None else {"user": account.uid, "group": account.gid}


def test_a_path_too_long_for_a_socket_and_full_of_signs_works() -> None:
    folder = new_folder()
    var = folder / ("a long way, it's here & " * 5).strip() / "var"
    try:
        with embedded_postgres.start(var) as cluster:
            assert query(cluster.app_url, "SELECT 1") == [(1,)]
            sockets = postgres_setup.socket_folder(cluster.home, cluster.account)
            assert sockets.parent == Path("/tmp") and sockets.stat().st_mode & 0o777 == 0o700
        remove(sockets)
    finally:
        remove(folder)


def test_two_state_folders_never_meet(state_folder: Path) -> None:
    other = state_folder.with_name("other")
    with embedded_postgres.start(state_folder) as one, embedded_postgres.start(other) as two:
        query(one.owner_url, "CREATE TABLE only_here (id int)")
        assert query(two.owner_url, "SELECT to_regclass('only_here')") == [(None,)]
        one.close()
        assert query(two.app_url, "SELECT 1") == [(1,)]


def test_a_start_cut_short_is_made_anew_even_under_a_strict_umask(
    state_folder: Path, request: pytest.FixtureRequest
) -> None:
    (state_folder / "postgres/new/data").mkdir(parents=True)
    (state_folder / "postgres/new/data/PG_VERSION").write_text("18")
    request.addfinalizer(partial(os.umask, os.umask(0o077)))
    with embedded_postgres.start(state_folder) as cluster:
        assert query(cluster.app_url, "SELECT 1") == [(1,)]


def test_roles_are_apart_and_the_superuser_cannot_log_in(cluster: embedded_postgres.Cluster) -> None:
    rights = query(
        cluster.owner_url,
        "SELECT rolname, rolsuper, rolcreatedb, rolcreaterole FROM pg_roles "
        "WHERE rolname ~ '^clinic' ORDER BY 1",
    )
    assert rights == [("clinic_app", False, False, False), ("clinic_owner", False, True, False)]
    for wrong in ("SET ROLE clinic_owner", "CREATE TABLE t ()", "CREATE TEMP TABLE t ()"):
        with pytest.raises(psycopg2.errors.InsufficientPrivilege):
            query(cluster.app_url, wrong)
    superuser = cluster.owner_url.replace("clinic_owner", "postgres")
    with pytest.raises(psycopg2.OperationalError, match="no pg_hba.conf entry"):
        query(superuser, "SELECT 1")
    with pytest.raises(psycopg2.OperationalError, match="password authentication failed"):
        query(cluster.app_url.replace("clinic_app:", "clinic_app:x"), "SELECT 1")


def test_only_its_own_account_can_enter_the_folders(cluster: embedded_postgres.Cluster) -> None:
    private = [cluster.data, postgres_setup.socket_folder(cluster.home, cluster.account)]
    assert [folder.stat().st_mode & 0o077 for folder in private] == [0, 0]
    secret = [cluster.folder / "roles.json", cluster.log]
    assert [file.stat().st_mode & 0o777 for file in secret] == [0o600, 0o600]


def test_a_server_log_holds_nothing_that_was_typed(cluster: embedded_postgres.Cluster) -> None:
    query(cluster.owner_url, "CREATE TABLE typed (v text UNIQUE CHECK (v <> 'SECRET-B'), n int)")
    query(cluster.owner_url, "INSERT INTO typed VALUES ('SECRET-A')")
    for wrong in ("('SECRET-A', 1)", "('SECRET-B', 1)", "('c', 'SECRET-C'::text::int)"):
        with pytest.raises(psycopg2.Error, match="SECRET"):
            query(cluster.owner_url, f"INSERT INTO typed VALUES {wrong}")
    with pytest.raises(psycopg2.Error):
        query(cluster.owner_url, "SELECT 'SECRET-D', pg_terminate_backend(pg_backend_pid())")
    assert "SECRET" not in cluster.log.read_text()


def test_sorting_and_case_are_those_of_unicode(cluster: embedded_postgres.Cluster) -> None:
    sql = "SELECT lower('ÉÑ'), unaccent('Zoë'), 'smile' % 'smiles'"
    assert query(cluster.app_url, sql) == [("éñ", "Zoe", True)]


def test_a_folder_that_cannot_be_written_is_one_line_that_says_so(state_folder: Path) -> None:
    state_folder.parent.mkdir(exist_ok=True)
    state_folder.write_text("a file where a folder should be")
    with pytest.raises(PostgresError, match=f"{state_folder}"):
        embedded_postgres.start(state_folder)
