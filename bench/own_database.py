"""A throw-away PostgreSQL for one benchmark, and Django set up on it as the site's own program would be."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clinic_site import embedded_postgres

HOST = "127.0.0.1"


@contextmanager
def own_database() -> Iterator[embedded_postgres.Cluster]:
    """An empty database in a folder of its own, named in this process's environment; all goes at the end.

    Call ``django.setup()`` inside. What is started from here inherits the environment: the demonstration's.
    """
    folder = Path(tempfile.mkdtemp(prefix="bench-", dir="/tmp"))  # noqa: S108 - PostgreSQL's account must enter it
    folder.chmod(0o755)
    try:
        with embedded_postgres.start(folder / "var") as cluster:
            os.environ.update(
                DATABASE_URL=cluster.app_url,
                MIGRATE_DATABASE_URL=cluster.owner_url,
                SECRET_KEY="bench",  # noqa: S106
                DEMONSTRATION="1",
                ALLOWED_HOSTS=f"{HOST},testserver",
                CLINIC_VAR=str(folder / "var"),
                DJANGO_SETTINGS_MODULE="clinic_site.settings",
            )
            yield cluster
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def settled() -> str:
    """Leave the tables as they are after a quiet night; the version of PostgreSQL."""
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT version()")
        return str(cursor.fetchone()[0].split(",")[0])


def let_go() -> None:
    """Close this process's connections, without which PostgreSQL does not end."""
    from django.db import connections

    for connection in connections.all():
        connection.close()
