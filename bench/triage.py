"""What the queue costs among a million requests, beside a plain ModelAdmin on the same rows.

    bench/run triage
    .venv/bin/python bench/triage.py [requests] [rounds]

It makes an embedded PostgreSQL in a temporary folder, fills it with a tenth of the requests and then with
the rest (``make_demo_requests``), measures at both, and removes it. As many are open at both: these are what
a clinic has at hand, while the finished ones pile up. Each round asks for each page once here and once
there, so that both meet the same machine. SQL is the time of all statements of one page, from sending to the
last row fetched: the log-in's, its second factor's and the entry's in the trail included.
"""

from __future__ import annotations

import io
import multiprocessing
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

from bench.figures import Aim, machine, ratios, spread, verdict  # noqa: E402
from bench.own_database import let_go, own_database, settled  # noqa: E402

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
    "birth date, two readings": "2/3/1980", "frequent name": "maria", "frequent surname": "García",
    "beginning of names": "ma", "two beginnings": "jo sm", "rare name": "papadopoulos", "two letters": "li",
    "nobody": "zzyzx qwfp", "nonsense": "?!",
}  # fmt: skip
NOT_COLLECTED = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
SLOW, SLOW_ROUNDS = 200, 2
"""Of the plain admin's pages that take longer, in milliseconds, so many rounds: some take seconds."""


def main(requests: int, rounds: int) -> int:
    with own_database():
        return run(requests, rounds)


def run(requests: int, rounds: int) -> int:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from appointments.management.commands.make_demo_requests import open_by_default

    settings.STORAGES["staticfiles"] = NOT_COLLECTED
    call_command("bootstrap", verbosity=0)
    fill(requests // 10, seed=1, still_open=open_by_default(requests))
    small = {page.name: page.costs for page in measured(staff_client(), rounds)}
    fill(requests - requests // 10, seed=2, still_open=0)
    with multiprocessing.get_context("spawn").Pool(1, initializer=become_plain) as plain:
        pages = measured(staff_client(), rounds, lambda address: plain.apply(asked_plain, (address,)))
    let_go()
    return verdict(aims(pages, small))


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
    """A page: what each round cost, the statements after a pause, and what the plain admin's cost."""

    name: str
    costs: list[Cost]
    statements: int
    plain: list[Cost]

    @property
    def is_search(self) -> bool:
        return self.name.startswith("search")

    def of_plain(self) -> float:
        """In the middle of the rounds, of which each met the same machine."""
        whole = [[each.whole for each in costs] for costs in (self.costs[: len(self.plain)], self.plain)]
        return median(ratios(*whole))

    def growth(self, small: list[Cost], *kinds: str) -> float:
        """In processor time, for between the two lie minutes."""
        return sum(middle(self.costs, kind) for kind in kinds) / sum(middle(small, kind) for kind in kinds)


def middle(costs: list[Cost], kind: str) -> float:
    return median(getattr(each, kind) for each in costs)


def aims(pages: list[Measured], small: dict[str, list[Cost]]) -> list[Aim]:
    lists = max((middle(page.costs, "sql"), page.name) for page in pages if not page.is_search)
    searches = max((middle(page.costs, "sql"), page.name) for page in pages if page.is_search)
    most = max((page.statements, page.name) for page in pages)
    of_plain = sorted((page.of_plain(), page.name) for page in pages if page.plain)
    whole = sorted((page.growth(small[page.name], "cpu", "own_cpu"), page.name) for page in pages)
    there = sorted((page.growth(small[page.name], "cpu"), page.name) for page in pages)
    print("\nlargest first, with the median of all:")
    for told, each in (
        ("whole page, of the plain admin's", of_plain),
        ("growth of a page's processor time", whole),
        ("growth of the database's alone", there),
    ):
        worst = ", ".join(f"{ratio:.2f} {name}" for ratio, name in each[-1:-4:-1])
        print(f"  {told}: {worst}; median {median(ratio for ratio, _name in each):.2f}")
    ratio, growth = of_plain[-1], median(ratio for ratio, _name in whole)
    return [
        Aim(f"SQL of lists, filters, deep pages ({lists[1]})", lists[0], most=LIST_MILLISECONDS, unit=" ms"),
        Aim(f"SQL of searches ({searches[1]})", searches[0], most=SEARCH_MILLISECONDS, unit=" ms"),
        Aim(f"statements of a page ({most[1]})", most[0], most=STATEMENTS),
        Aim(f"whole page, of a plain ModelAdmin's ({ratio[1]})", ratio[0], most=OF_PLAIN),
        Aim("growth by ten times the requests, median of the pages", growth, most=GROWTH),
    ]


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


def measured(ours: Any, rounds: int, plain: Callable[[str], Cost] | None = None) -> list[Measured]:
    """The table: medians, and of SQL in brackets the shortest and the longest.

    Each round asks for every page, so that a slow stretch of the machine meets all of them.
    """
    pages = list(compared(ours))
    most = {name: asked_after_a_pause(ours, here).statements for name, here, _there in pages}
    own: dict[str, list[Cost]] = {name: [] for name in most}
    other: dict[str, list[Cost]] = {name: [] for name in most}
    for number in range(rounds):
        for name, here, there in pages:
            own[name].append(asked(ours, here))
            if plain and there and (number < SLOW_ROUNDS or other[name][-1].whole < SLOW):
                other[name].append(plain(there))
    found = [
        Measured(name, own[name], max(most[name], *(each.statements for each in own[name])), other[name])
        for name in most
    ]
    heads = f"{'page':40} {'SQL ms':>20} {'CPU':>6} {'statements':>10} {'whole':>7} {'CPU':>6}"
    print(f"\n{heads} | {'plain SQL ms':>24} {'CPU':>6} {'whole':>7} {'ratio':>6}" if plain else f"\n{heads}")
    for page in found:
        line = (
            f"{page.name:40} {shown(page.costs, 20)} {page.statements:>10} {middle(page.costs, 'whole'):7.0f}"
        )
        line += f" {middle(page.costs, 'own_cpu'):6.0f}"
        if page.plain:
            line += f" | {shown(page.plain, 24)} {middle(page.plain, 'whole'):7.0f} {page.of_plain():6.2f}"
        print(line, flush=True)
    return found


def shown(costs: list[Cost], width: int) -> str:
    return f"{spread([each.sql for each in costs], 1):>{width}} {middle(costs, 'cpu'):6.1f}"


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


def asked_after_a_pause(client: Any, address: str) -> Cost:
    """As after some seconds, when the page notes too that somebody is still there."""
    from django.db.models.functions import Now

    from appointments.models import StaffSession
    from appointments.security.sessions import WRITTEN_EVERY

    StaffSession.objects.update(acted_at=Now() - 2 * WRITTEN_EVERY)
    return asked(client, address)


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
