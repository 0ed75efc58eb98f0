"""How long a million entries of the trail take to seal and to check, beside plainly reading the same rows.

    .venv/bin/python bench/audit.py [entries]

It makes an embedded PostgreSQL in a temporary folder, fills the trail, seals it as the worker does, runs
``manage.py verify_audit``, pages through the auditors' screen, and removes everything. The baseline reads
every column of the same entries through Django in chunks, and does nothing with them.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from collections.abc import Callable
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.own_database import let_go, own_database, settled  # noqa: E402

LIMIT_SECONDS = 60
LIMIT_MILLISECONDS = 100
ROUNDS = 5
FILL = """
INSERT INTO appointments_event (at, request_id, actor_kind, actor_id, action, codes)
SELECT now() - make_interval(secs => (%(entries)s - n) * 31.5), nullif(n %% 300000, 0), actor.kind, actor.id,
    (ARRAY['view', 'view', 'view', 'view_list', 'note', 'contact', 'take_up', 'log_in', 'search'])
        [n %% 9 + 1],
    CASE WHEN n %% 9 = 3 THEN jsonb_build_object('view', 'appointments_appointmentrequest_changelist',
        'requests', (SELECT jsonb_agg(n %% 300000 + k) FROM generate_series(1, 50) AS k))
    ELSE jsonb_build_object('view', 'appointments_appointmentrequest_change', 'before', 'new') END
FROM generate_series(1, %(entries)s) AS n,
    LATERAL (SELECT CASE WHEN n %% 10 = 0 THEN 'patient' ELSE 'staff' END AS kind,
        CASE WHEN n %% 10 = 0 THEN NULL ELSE n %% 40 + 1 END AS id) AS actor
"""


def main(entries: int) -> int:
    with own_database():
        return run(entries)


def run(entries: int) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from clinic_site.management.commands.bootstrap import prepare_database

    prepare_database()
    with connection.cursor() as cursor:
        cursor.execute(FILL, {"entries": entries})
    sealing, rounds = seconds(seal_all)
    print(settled())
    reading, _count = seconds(read_plainly)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    said = StringIO()
    busy, in_database_before = time.process_time(), backend_seconds()
    checking, _nothing = seconds(lambda: call_command("verify_audit", stdout=said))
    busy, backend = time.process_time() - busy, backend_seconds() - in_database_before
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    idle, _count = seconds(rounds.seal_new)
    print(said.getvalue().splitlines()[-3])
    print(f"\n{'reading plainly':32} {reading:7.1f} s {entries / reading:12,.0f} a second")
    print(f"{'verify_audit':32} {checking:7.1f} s {entries / checking:12,.0f} a second")
    print(f"{'  processor time, Python':32} {busy:7.1f} s")
    print(
        f"{'  processor time, PostgreSQL':32} {backend:7.1f} s {os.getloadavg()[0]:9.0f} load of the computer"
    )
    print(f"{'sealing':32} {sealing:7.1f} s {entries / sealing:12,.0f} a second")
    print(f"{'a round with nothing to seal':32} {idle * 1000:7.1f} ms")
    print(f"\nchecking takes {checking / reading:.1f} times as long as reading plainly", end="")
    print(f" (aim: {LIMIT_SECONDS} s for a million); {grown:.0f} MB more memory")
    slowest = screens(entries)
    let_go()
    return 0 if checking * 1_000_000 / entries < LIMIT_SECONDS and slowest < LIMIT_MILLISECONDS else 1


def seal_all() -> Any:
    """As the worker does, without its pauses; then rounds until it knows that all is settled."""
    from appointments.seals import Sealer

    sealer = Sealer()
    while sealer.seal_new():
        pass
    for _round in range(4):
        sealer.seal_new()
    return sealer


def read_plainly() -> int:
    from appointments.models import Event

    return sum(1 for _row in Event.objects.order_by("pk").values_list().iterator(chunk_size=5_000))


def screens(entries: int) -> float:
    """Milliseconds in the database that pages of the auditors' screen take; the slowest median."""
    from django.http import QueryDict

    from appointments.admin import trail_entries
    from appointments.admin.trail import TrailForm

    def show(query: str) -> None:
        form = TrailForm(QueryDict(query))
        assert form.is_valid(), form.errors  # noqa: S101
        trail_entries.page(form.cleaned_data)
        trail_entries.chain()

    print(f"\n{'page of the auditors’ screen':32} {'ms in the database':>20}")
    slowest = 0.0
    for name, query in [
        ("first", ""),
        ("by one account", "actor=7"),
        ("by patients", "actor=patient"),
        ("one action", "action=log_in"),
        ("one account and action", "actor=7&action=note"),
        ("one request, lists too", "request=1000"),
        ("a month, half way", f"{period(entries)}"),
        ("a month of one account", f"{period(entries)}&actor=7"),
        ("an account that did nothing", "actor=4000000"),
        ("deep", f"before={entries // 10}"),
        ("deep, by one account", f"before={entries // 10}&actor=7"),
    ]:
        spent = in_database(partial(show, query))
        slowest = max(slowest, spent)
        print(f"{name:32} {spent:20.1f}")
    print(f"(aim: {LIMIT_MILLISECONDS} ms)")
    return slowest


def period(entries: int) -> str:
    from datetime import timedelta

    from django.utils import timezone

    middle = timezone.now() - timedelta(seconds=entries * 31.5 / 2)
    return f"since={middle:%Y-%m-%d}&until={middle + timedelta(days=30):%Y-%m-%d}"


def in_database(ask: Callable[[], Any]) -> float:
    """The median of some rounds, all statements of one page."""
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[-1] += (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(timed):
        for _round in range(ROUNDS + 1):
            spent.append(0.0)
            ask()
    return sorted(spent[1:])[ROUNDS // 2]


def backend_seconds() -> float:
    """Processor time of this connection's PostgreSQL process: a busy computer does not change it."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat")
    if not stat.exists():
        return 0.0
    ticks = stat.read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")


def seconds(do: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    done = do()
    return time.perf_counter() - began, done


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
