"""What the tests stand on: one PostgreSQL for the run, a database for each worker, the real site, a browser.

The tests reach their database as the application's own restricted role, and roll back. A test that must
commit (two at once, a crash) asks for `committed_database` or for `site`.
"""

import fcntl
import io
import logging
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import settings as property_tests

from clinic_site import embedded_postgres
from clinic_site.serve import CHECKOUT
from clinic_site.stamps import static_stamp
from tests.site_process import SiteProcess, new_folder, remove

pytest_plugins = ["tests.browser"]

# A busy computer is no mistake of the site's.
property_tests.register_profile("patient", deadline=None)
property_tests.load_profile("patient")

RUN = "CLINIC_TEST_RUN"
TEMPLATE = "clinic_tests"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
if not IS_WORKER:
    os.environ[RUN] = str(new_folder())
RUN_FOLDER = Path(os.environ[RUN])
CLUSTER = embedded_postgres.start(RUN_FOLDER)

# pytest-django reads the settings once, early: everything they need is told here, before.
os.environ.update(
    ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
    CLINIC_VAR=str(RUN_FOLDER),
    DATABASE_URL=CLUSTER.app_url,
    DEMONSTRATION="1",
    DJANGO_ALLOW_ASYNC_UNSAFE="true",
    DJANGO_SETTINGS_MODULE="clinic_site.settings",
    MIGRATE_DATABASE_URL=CLUSTER.owner_url,
    SECRET_KEY="for tests only",
)
from django.conf import settings  # noqa: E402

# Every new test client would list all static files anew, which takes longer than most tests.
settings.WHITENOISE_AUTOREFRESH = True


def pytest_unconfigure() -> None:
    CLUSTER.close()
    if not IS_WORKER:
        remove(RUN_FOLDER)


def once(name: str, make: Callable[[], None]) -> None:
    """Have `make` called by one worker of the run, and the others wait for it."""
    with (RUN_FOLDER / f"{name}.lock").open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (RUN_FOLDER / f"{name}.made").exists():
            make()
            (RUN_FOLDER / f"{name}.made").touch()


def owner_sql(*statements: str) -> None:
    """Statements outside any transaction, as the owner, beside the test databases."""
    import psycopg2

    connection = psycopg2.connect(CLUSTER.owner_url)
    connection.autocommit = True
    try:
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        connection.close()


def drop_database(name: str) -> None:
    """Once no vacuum is at work in it, which only the server's own account may end."""
    import psycopg2

    for pause in (0.2, 0.5, 1, 2, 4):
        with suppress(psycopg2.errors.InsufficientPrivilege):
            return owner_sql(f"DROP DATABASE {name} WITH (FORCE)")
        time.sleep(pause)
    owner_sql(f"DROP DATABASE {name} WITH (FORCE)")


def use_database(name: str) -> None:
    """Let every connection of this process, whatever its role, go to that database from now on."""
    from django.db import connections

    connections.close_all()
    for alias in connections:
        connections.settings[alias]["NAME"] = name


def make_template() -> None:
    """A database as `manage.py bootstrap` makes it, roles of the staff too, without content: copying it is
    quick.
    """
    from appointments.roles import make_roles
    from clinic_site.management.commands.bootstrap import prepare_database

    owner_sql(f"CREATE DATABASE {TEMPLATE}")
    use_database(TEMPLATE)
    prepare_database()
    make_roles()
    use_database("clinic")


def collect_static() -> None:
    from django.core.management import call_command

    call_command("collectstatic", interactive=False, verbosity=0)
    (RUN_FOLDER / "static.stamp").write_text(static_stamp(CHECKOUT))


@pytest.fixture(scope="session")
def static_files() -> None:
    once("static", collect_static)


@pytest.fixture(scope="session")
def django_db_setup(static_files: None, django_db_blocker: Any) -> None:
    """In place of pytest-django's: the owner makes the database, the tests use it as the application."""
    name = f"{TEMPLATE}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    with django_db_blocker.unblock():
        once("template", make_template)
        owner_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
        use_database(name)


@contextmanager
def own_database(django_db_blocker: Any) -> Iterator[str]:
    """A database to commit in, used by every connection meanwhile. Its name."""
    from django.db import connections

    usual = connections.settings["default"]["NAME"]
    name = f"{TEMPLATE}_{uuid4().hex}"
    owner_sql(f"CREATE DATABASE {name} TEMPLATE {TEMPLATE}")
    with django_db_blocker.unblock():
        use_database(name)
        try:
            yield name
        finally:
            use_database(usual)
            drop_database(name)


@pytest.fixture
def committed_database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A database of this test's own, to commit in, from several threads if need be. Its name."""
    with own_database(django_db_blocker) as name:
        yield name


@pytest.fixture
def cluster() -> embedded_postgres.Cluster:
    """The run's PostgreSQL, for what concerns the server itself."""
    return CLUSTER


@pytest.fixture
def state_folder() -> Iterator[Path]:
    """An empty state folder of this test's own."""
    folder = new_folder()
    yield folder / "var"
    remove(folder)


def with_static_files(var: Path) -> SiteProcess:
    """A site to start there, the run's static files in it: collecting them takes seconds."""
    embedded_postgres.make_folder(var)
    shutil.copytree(RUN_FOLDER / "static", var / "static")
    shutil.copy(RUN_FOLDER / "static.stamp", var)
    return SiteProcess(var)


@pytest.fixture(scope="session")
def site(static_files: None) -> Iterator[SiteProcess]:
    """The running site, from outside: one for each worker, with its own database and outbox."""
    folder = new_folder()
    site = with_static_files(folder / "var").start()
    yield site
    site.stop()
    remove(folder)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """Each test begins in the site's own language: a Spanish page leaves its thread in Spanish."""
    from django.utils import translation

    with translation.override(settings.LANGUAGE_CODE):
        yield


@pytest.fixture
def eleven_at_the_clinic(time_machine: Any) -> None:
    """A Tuesday morning in June: every test of the day's rules begins at the same moment."""
    from tests.builders import NOW

    time_machine.move_to(NOW)


@pytest.fixture
def strict() -> Any:
    """A browser whose forms must carry a token."""
    from django.test import Client

    return Client(enforce_csrf_checks=True)


@pytest.fixture
def log() -> Iterator[Callable[[], str]]:
    """What the handlers of the site would have written so far."""
    from clinic_site.safe_logging import SafeFormatter

    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(SafeFormatter())
    loggers = [logging.getLogger(), logging.getLogger("django")]
    for logger in loggers:
        logger.addHandler(handler)
    yield stream.getvalue
    for logger in loggers:
        logger.removeHandler(handler)
