"""How long the queue takes among a million requests, beside a plain ModelAdmin on the same rows.

    .venv/bin/python bench/triage.py [requests] [rounds]

It makes an embedded PostgreSQL in a temporary folder, fills it with ``make_demo_requests``, measures, and
removes it. Each round asks for each page once here and once there, so that both meet the same machine. SQL is
the time of all statements of one page, from sending to the last row fetched, the log-in's own included.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.own_database import let_go, own_database, settled  # noqa: E402

LIMIT_MILLISECONDS = 100
SAME_DAY = "urgency__exact=same_day"
FINISHED = {
    "mine": "with=me", "rare language": "language__exact=other", "same day": SAME_DAY, "age": "age=senior",
    "a place that nobody chose": "place=nonsense", "no such visit": "visit_type__exact=nonsense",
    "received today": "received=day", "rare language, same day": f"language__exact=other&{SAME_DAY}",
    "four filters, none fits": f"{SAME_DAY}&visit_type__exact=virtual&age=child&place=nonsense",
}  # fmt: skip
SEARCHES = {
    "birth date, two readings": "2/3/1980", "frequent name": "maria", "frequent surname": "García",
    "beginning of names": "ma", "two beginnings": "jo sm", "rare name": "papadopoulos", "two letters": "li",
    "nobody": "zzyzx qwfp", "nonsense": "?!",
}  # fmt: skip
NOT_COLLECTED = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SLOW_ROUNDS = 2
"""Of the plain admin, whose pages may take many seconds each."""


def main(requests: int, rounds: int) -> None:
    with own_database():
        run(requests, rounds)


def run(requests: int, rounds: int) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    call_command("bootstrap", verbosity=0)
    began = time.perf_counter()
    call_command("make_demo_requests", requests, seed=1)
    print(f"filled at {requests / (time.perf_counter() - began):,.0f} requests a second")
    print(settled(), flush=True)
    measure(rounds)
    let_go()


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page: milliseconds in the database, of its processor (0 where the system does not tell), and
    in all; and how many statements.
    """

    sql: float
    cpu: float
    whole: float
    statements: int


def measure(rounds: int) -> None:
    """The table: medians, and of SQL in brackets the shortest and the longest."""
    with multiprocessing.get_context("spawn").Pool(1, initializer=become_plain) as plain:
        compare(rounds, staff_client(), lambda address: plain.apply(asked_plain, (address,)))


def become_plain() -> None:
    """Make this process Django's admin as it is shipped: its own templates, and nothing of ours around it."""
    import django
    from django.conf import settings

    settings.ROOT_URLCONF = "triage_baseline_urls"
    settings.TEMPLATES[0]["DIRS"] = []
    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    settings.MIDDLEWARE.remove("appointments.watching.Watch")
    django.setup()


def asked_plain(address: str) -> Cost:
    return asked(staff_client(), address)


def compare(rounds: int, ours: Any, plain: Callable[[str], Cost]) -> None:
    heads = f"{'page':40} {'SQL ms':>20} {'CPU':>6} {'statements':>10} {'whole':>7}"
    print(f"\n{heads} | {'plain SQL ms':>24} {'CPU':>6} {'whole':>7} {'SQL ratio':>9}")
    worst: list[tuple[float, float, str]] = []
    for name, here, there in list(compared(ours)):
        own, other = [], []
        asked(ours, here)  # warms up
        for number in range(rounds):
            own.append(asked(ours, here))
            if there and number < SLOW_ROUNDS:
                other.append(plain(there))
        line = f"{name:40} {shown(own, 20)} {own[0].statements:>9} {whole(own):7.0f}"
        if other:
            ratio = median(each.sql for each in other) / median(each.sql for each in own)
            line += f" | {shown(other, 24)} {whole(other):7.0f} {ratio:9.1f}"
        print(line, flush=True)
        worst.append((median(each.sql for each in own), median(each.cpu for each in own), name))
    sql, _cpu, name = max(worst)
    print(f"\nlongest median {sql:.1f} ms of SQL: {name} (aim: {LIMIT_MILLISECONDS} ms)")
    print(f"most processor time of the database {max(cpu for _sql, cpu, _name in worst):.1f} ms")
    print("load of the machine: " + " ".join(f"{load:.1f}" for load in os.getloadavg()))


def shown(costs: list[Cost], width: int) -> str:
    times = [each.sql for each in costs]
    spread = f"{median(times):.1f} [{min(times):.1f} {max(times):.1f}]"
    return f"{spread:>{width}} {median(each.cpu for each in costs):6.1f}"


def whole(costs: list[Cost]) -> float:
    return median(each.whole for each in costs)


def compared(client: Any) -> Any:
    """Each page: its name, its address with us, and its address with the plain admin where it has one."""
    from appointments.admin.paging import LAST_CLOSED, MOST_PRESSING, Cursor
    from appointments.models import AppointmentRequest

    queue = "/staff/appointments/appointmentrequest/"
    plain = "/plain/appointments/appointmentrequest/"
    everything = AppointmentRequest.objects.all()
    total = everything.count()
    closed = everything.filter(status="closed")
    deep = closed.order_by("-closed_at", "-pk")[total // 2]
    deep_open = everything.open().order_by("is_answered", "respond_by", "pk")[everything.open().count() // 2]

    def at(order: Any, row: Any) -> str:
        return Cursor(tuple(getattr(row, column) for column in order.columns)).encoded()

    yield "open: first page", queue, plain
    yield "open: middle", f"{queue}?at={at(MOST_PRESSING, deep_open)}", None
    yield "open: last page", f"{queue}?at=last", None
    for query in "with=me with=nobody received=older place=any age=child place=nonsense".split():
        yield f"open: {query}", f"{queue}?{query}", None
    for query in "urgency__exact=same_day status=new language__exact=other visit_type__exact=virtual".split():
        yield f"open: {query}", f"{queue}?{query}", f"{plain}?{query.replace('status=', 'status__exact=')}"
    yield "open: three filters", f"{queue}?urgency__exact=same_day&language__exact=other&age=child", None
    yield "withdrawn, not seen", f"{queue}?status=withdrawn", None
    yield "finished: first page", f"{queue}?status=closed", f"{plain}?status__exact=closed"
    yield "finished: middle", f"{queue}?status=closed&at={at(LAST_CLOSED, deep)}", f"{plain}?p={total // 100}"
    yield "finished: last page", f"{queue}?status=closed&at=last", f"{plain}?p={total // 50}"
    for name, query in FINISHED.items():
        yield f"finished: {name}", f"{queue}?status=closed&{query}", None
    yield "all: first page", f"{queue}?status=all", plain
    yield "all: three filters", f"{queue}?status=all&language__exact=other&{SAME_DAY}&age=child", None
    some = closed.exclude(email="").exclude(phone="").order_by("pk")[total // 3]
    first, *_middle, last = some.patient_name.split()
    known = {
        "reference": some.reference, "last group": some.reference[-3:], "two groups": some.reference[-7:],
        "e-mail": some.email, "e-mail, beginning": some.email.split("@")[0][:9] + "@", "phone": some.phone,
        "phone, last four": some.phone[-4:], "birth date": some.date_of_birth.isoformat(),
        "name": f"{first} {last}", **SEARCHES,
    }  # fmt: skip
    for name, words in known.items():
        yield f"search: {name}", search(client, queue, words), f"{plain}?q={words.split()[-1]}"


def search(client: Any, queue: str, words: str) -> str:
    answer = client.post(f"{queue}search/", {"words": words})
    return str(answer.headers["Location"])


@cache
def staff_client() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client

    user, _made = get_user_model().objects.get_or_create(
        username="bench", defaults={"is_staff": True, "is_superuser": True}
    )
    client = Client()
    client.force_login(user)
    return client


def asked(client: Any, address: str) -> Cost:
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent.append((time.perf_counter() - began) * 1000)

    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    began, ran = time.perf_counter(), _ran(server)
    with connection.execute_wrapper(timed):
        answer = client.get(address)
    took = (time.perf_counter() - began) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return Cost(sum(spent), _ran(server) - ran, took, len(spent))


def _ran(server: Path) -> float:
    """Milliseconds that the connection's process has run so far; parallel workers are not among them."""
    try:
        return int(server.read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:3]]
    main(*(numbers + [1_000_000, 5][len(numbers) :]))
