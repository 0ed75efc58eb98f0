"""What the queue costs among a million requests, beside a plain ModelAdmin on the same rows.

    bench/run triage
    .venv/bin/python bench/triage.py [requests] [rounds]

It makes an embedded PostgreSQL in a temporary folder, fills a database with a tenth of the requests
(``make_demo_requests``), copies it and fills the rest into the copy. As many are open in both: these are what
a clinic has at hand, while the finished ones pile up. Each round asks for each page once in each database,
and of the plain admin, so that all meet the same machine. What is searched for finds about as
many in both, or more than are shown.
SQL is the time of all statements of one page, from sending to the last row fetched: the log-in's, its second
factor's and the entry's in the trail included.
"""

from __future__ import annotations

import io
import multiprocessing
import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from heapq import nsmallest
from multiprocessing.pool import Pool
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.figures import Aim, machine, ratios, spread, verdict  # noqa: E402
from bench.own_database import let_go, own_database, settled  # noqa: E402
from clinic_site import postgres_setup  # noqa: E402
from clinic_site.embedded_postgres import Cluster  # noqa: E402

LIST_MILLISECONDS, SEARCH_MILLISECONDS = 7, 25
STATEMENTS = 8
OF_PLAIN = 1 / 5
GROWTH = 1.25
SAME_DAY = "urgency__exact=same_day"
FINISHED = {
    "mine": "with=me", "rare language": "language__exact=other", "same day": SAME_DAY, "age": "age=senior",
    "a place that nobody chose": "place=nonsense", "no such visit": "visit_type__exact=nonsense",
    "received today": "received=day", "rare language, same day": f"language__exact=other&{SAME_DAY}",
    "four filters, none fits": f"{SAME_DAY}&visit_type__exact=virtual&age=child&place=nonsense",
}  # fmt: skip
SEARCHES = {
    "frequent name": "maria", "frequent surname": "García", "beginning of names": "ma",
    "two beginnings": "ma g", "rare name": "papadopoulos", "two letters": "li", "nobody": "zzyzx qwfp",
    "nonsense": "?!",
}  # fmt: skip
FOUND = 15
"""About how many are found by a name, a number, a birth date or a group of a reference, in each database."""
TRIED = 40
SMALL = "small"
NOT_COLLECTED = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
Value = TypeVar("Value")
SLOW, SLOW_ROUNDS = 200, 2
"""Of the plain admin's pages that take longer, in milliseconds, so many rounds: some take seconds."""


def main(requests: int, rounds: int) -> int:
    with own_database() as cluster:
        return run(cluster, requests, rounds)


def run(cluster: Cluster, requests: int, rounds: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from appointments.management.commands.make_demo_requests import open_by_default

    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    call_command("bootstrap", verbosity=0)
    fill(requests // 10, seed=1, still_open=open_by_default(requests))
    copy_as(SMALL)
    fill(requests - requests // 10, seed=2, still_open=0)
    let_go()
    spawning = multiprocessing.get_context("spawn")
    with (
        spawning.Pool(1, become_ours, addresses(cluster, postgres_setup.DATABASE)) as ours,
        spawning.Pool(1, become_ours, addresses(cluster, SMALL)) as small,
        spawning.Pool(1, become_plain) as plain,
    ):
        found = measured(rounds, ours, small, plain)
    return verdict(aims(found))


def copy_as(name: str) -> None:
    """The database as it is, under another name too."""
    from django.db import connections

    let_go()
    with connections["owner"].cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name} TEMPLATE {connections['owner'].settings_dict['NAME']}")


def fill(requests: int, *, seed: int, still_open: int) -> None:
    from django.core.management import call_command

    began = time.perf_counter()
    call_command("make_demo_requests", requests, seed=seed, open=still_open, stdout=io.StringIO())
    print(f"\nfilled with {requests:,} at {requests / (time.perf_counter() - began):,.0f} a second")
    print(f"{settled()}; {machine('django', 'psycopg2-binary')}", flush=True)


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one page: milliseconds in the database, of the processor there (0 where the system does not tell),
    of the processor here, and in all; and how many statements.
    """

    sql: float
    cpu: float
    own_cpu: float
    whole: float
    statements: int


@dataclass(frozen=True, slots=True)
class Measured:
    """A page: what each round cost, the statements after a pause, what it cost among a tenth of the requests,
    and what the plain admin's cost.
    """

    name: str
    costs: list[Cost]
    statements_after_a_pause: int
    small: list[Cost]
    plain: list[Cost]

    @property
    def statements(self) -> int:
        return max(self.statements_after_a_pause, *(each.statements for each in self.costs))

    @property
    def is_search(self) -> bool:
        return self.name.startswith("search")

    def of_plain(self) -> float:
        """In the middle of the rounds, of which each met the same machine."""
        whole = [[each.whole for each in costs] for costs in (self.costs[: len(self.plain)], self.plain)]
        return median(ratios(*whole))

    def growth(self) -> float:
        """Median over the rounds: the processor time, database and web, by that among a tenth of them."""
        spent = [[each.cpu + each.own_cpu for each in costs] for costs in (self.costs, self.small)]
        return median(ratios(*spent))


def middle(costs: list[Cost], kind: str) -> float:
    return median(getattr(each, kind) for each in costs)


def aims(found: list[Measured]) -> list[Aim]:
    lists = max((middle(page.costs, "sql"), page.name) for page in found if not page.is_search)
    searches = max((middle(page.costs, "sql"), page.name) for page in found if page.is_search)
    most = max((page.statements, page.name) for page in found)
    of_plain = sorted((page.of_plain(), page.name) for page in found if page.plain)
    growth = sorted((page.growth(), page.name) for page in found)
    print("\nlargest first, with the median of all:")
    for told, each in (("whole page, of the plain admin's", of_plain), ("growth of a page", growth)):
        worst = ", ".join(f"{ratio:.2f} {name}" for ratio, name in each[-1:-6:-1])
        print(f"  {told}: {worst}; median {median(ratio for ratio, _name in each):.2f}")
    return [
        Aim(f"SQL of lists, filters, deep pages ({lists[1]})", lists[0], most=LIST_MILLISECONDS, unit=" ms"),
        Aim(f"SQL of searches ({searches[1]})", searches[0], most=SEARCH_MILLISECONDS, unit=" ms"),
        Aim(f"statements of a page ({most[1]})", most[0], most=STATEMENTS),
        Aim(f"whole page, of a plain ModelAdmin's ({of_plain[-1][1]})", of_plain[-1][0], most=OF_PLAIN),
        Aim(f"growth of a page by ten times the requests ({growth[-1][1]})", growth[-1][0], most=GROWTH),
    ]


def addresses(cluster: Cluster, database: str) -> list[str]:
    """The application's of this database, and the owner's."""
    return [cluster.url(role, database) for role in (postgres_setup.APP, postgres_setup.OWNER)]


def become_ours(app: str, owner: str) -> None:
    """Let this process serve the site from this database."""
    import django
    from django.conf import settings

    os.environ.update(DATABASE_URL=app, MIGRATE_DATABASE_URL=owner)
    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    django.setup()


def become_plain() -> None:
    """Make this process Django's admin as it is shipped: its own templates, and nothing of ours around it."""
    import django
    from django.conf import settings

    settings.ROOT_URLCONF = "triage_baseline_urls"
    settings.TEMPLATES[0]["DIRS"] = []
    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    settings.AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
    for ours in ("appointments.watching.Watch", "appointments.security.accounts.SecondFactor"):
        settings.MIDDLEWARE.remove(ours)
    django.setup()


def asked_plain(address: str) -> Cost:
    return asked(client_of(superuser()), address)


def asked_ours(name: str) -> Cost:
    return asked(staff_client(), pages()[name].here)


def statements_after_a_pause(name: str) -> int:
    """How many the page takes after some seconds, when it notes too that somebody is still there."""
    from django.db.models.functions import Now

    from appointments.models import StaffSession
    from appointments.security.sessions import WRITTEN_EVERY

    StaffSession.objects.update(acted_at=Now() - 2 * WRITTEN_EVERY)
    return asked_ours(name).statements


def measured(rounds: int, ours: Pool, small: Pool, plain: Pool) -> list[Measured]:
    """The table: medians, and of SQL in brackets the shortest and the longest.

    Each round asks for every page in each process, so that a slow stretch of the machine meets all of them.
    """
    told = ours.apply(pages)
    small.apply(pages)
    found = [Measured(name, [], ours.apply(statements_after_a_pause, (name,)), [], []) for name in told]
    for number in range(rounds):
        for page in found:
            page.costs.append(ours.apply(asked_ours, (page.name,)))
            page.small.append(small.apply(asked_ours, (page.name,)))
            there = told[page.name].there
            if there and (number < SLOW_ROUNDS or page.plain[-1].whole < SLOW):
                page.plain.append(plain.apply(asked_plain, (there,)))
    print(
        f"\n{'page':34} {'SQL ms':>18} {'CPU':>5} {'statements':>10} {'whole':>6} {'CPU':>5}"
        f" | {'small: SQL ms':>18} {'CPU':>5} {'whole':>6} {'CPU':>5} {'growth':>6}"
        f" | {'plain: SQL ms':>24} {'CPU':>6} {'whole':>6} {'ratio':>5}"
    )
    for page in found:
        line = f"{page.name:34} {shown(page.costs, 18)} {page.statements:>10} {whole_and_own(page.costs)}"
        line += f" | {shown(page.small, 18)} {whole_and_own(page.small)} {page.growth():6.2f}"
        if page.plain:
            line += f" | {shown(page.plain, 24)} {middle(page.plain, 'whole'):7.0f} {page.of_plain():5.2f}"
        print(line, flush=True)
    return found


def shown(costs: list[Cost], width: int) -> str:
    return f"{spread([each.sql for each in costs], 1):>{width}} {middle(costs, 'cpu'):5.1f}"


def whole_and_own(costs: list[Cost]) -> str:
    return f"{middle(costs, 'whole'):6.0f} {middle(costs, 'own_cpu'):5.0f}"


@dataclass(frozen=True, slots=True)
class Address:
    """Of one page with us, and with the plain admin where it has it."""

    here: str
    there: str | None


@cache
def pages() -> dict[str, Address]:
    """By name, in this process's database."""
    return {name: Address(here, there) for name, here, there in compared(staff_client())}


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
    for name, words in known(closed.exclude(email="").exclude(phone="").order_by("pk")[total // 3]).items():
        yield f"search: {name}", search(client, queue, words), f"{plain}?q={words.split()[-1]}"


def known(some: Any) -> dict[str, str]:
    """What staff know of this request, and of some that FOUND requests have in common."""
    from appointments.models import AppointmentRequest

    everyone = AppointmentRequest.objects.values_list("patient_name", "phone", "date_of_birth", "reference")
    names, phones, births, parts = Counter[str](), Counter[str](), Counter[date](), Counter[str]()
    for name, phone, born, reference in everyone.iterator():
        first, *_middle, last = name.split()
        names[f"{first} {last}"] += 1
        phones[phone] += 1
        births[born] += 1
        parts.update((reference[:3], reference[-3:]))
    both = Counter({born: count + births[turned(born)] for born, count in births.items() if born.day <= 12})
    return {
        "reference": some.reference, "one group": shared(parts), "two groups": some.reference[-7:],
        "e-mail": some.email, "e-mail, beginning": some.email.split("@")[0][:-1], "phone": shared(phones),
        "phone, last four": some.phone[-4:], "birth date": shared(births, "{:%Y-%m-%d}"),
        "birth date, two readings": shared(both, "{:%m/%d/%Y}"), "name": shared(names), **SEARCHES,
    }  # fmt: skip


def shared(counted: Counter[Value], written: str = "{}") -> str:
    """What to type to find about as many as are to be found.

    Some have it by chance, in a longer name or elsewhere in a reference: of those that as many have, the
    one by which search finds as many; never one that it reads as something else, and does not find.
    """
    from appointments.finding import find

    nearest = nsmallest(TRIED, counted, key=lambda each: abs(counted[each] - FOUND))
    typed = [written.format(each) for each in nearest]
    found = {words: len(find(words).ids) for words in typed}
    return min(filter(found.get, typed), key=lambda words: abs(found[words] - FOUND))


def turned(day: date) -> date | None:
    """What it is if its month and its day are read the other way round."""
    return None if day.day == day.month else day.replace(month=day.day, day=day.month)


def search(client: Any, queue: str, words: str) -> str:
    answer = client.post(f"{queue}search/", {"words": words})
    return str(answer.headers["Location"])


@cache
def staff_client() -> Any:
    """An administrator with a proven second factor: permissions and device are read, as in production."""
    from django.contrib.auth.models import Group, User
    from django_otp import DEVICE_ID_SESSION_KEY
    from django_otp.plugins.otp_totp.models import TOTPDevice

    from appointments import roles

    account = User.objects.create(username="bench", is_staff=True)
    account.groups.set(Group.objects.filter(name=roles.ADMINISTRATOR))
    client = client_of(account)
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = TOTPDevice.objects.create(user=account, name="app").persistent_id
    session.save()
    return client


@cache
def superuser() -> Any:
    """For the plain admin, which then asks for no permissions."""
    from django.contrib.auth.models import User

    return User.objects.create(username="plain", is_staff=True, is_superuser=True)


@cache
def client_of(account: Any) -> Any:
    from django.test import Client

    client = Client()
    client.force_login(account)
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
    began, own, ran = time.perf_counter(), time.process_time(), _ran(server)
    with connection.execute_wrapper(timed):
        answer = client.get(address)
    took, own = (time.perf_counter() - began) * 1000, (time.process_time() - own) * 1000
    if answer.status_code != 200:
        raise SystemExit(f"{address}: {answer.status_code}")
    return Cost(sum(spent), _ran(server) - ran, own, took, len(spent))


def _ran(server: Path) -> float:
    """Milliseconds that the connection's process has run so far; parallel workers are not among them."""
    try:
        return int(server.read_text().split()[0]) / 1e6
    except OSError:
        return 0.0


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*(numbers + [1_000_000, 15][len(numbers) :])))
