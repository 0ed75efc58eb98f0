"""What sending a request costs, beside a plain ModelForm that inserts one row, in the same run.

    bench/run submit                            # 5 rounds of 400 on each side
    .venv/bin/python bench/submit.py 3 200

Both are served as `bin/serve` serves the site, from the same PostgreSQL, and driven over 16 connections in
turn. Ours are drafts with every step answered, each sent from an address of its own behind one trusted proxy:
all limits stay on.
"""

from __future__ import annotations

import io
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

import psycopg2

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.figures import Aim, machine, processor_seconds, ratios, spread, verdict  # noqa: E402
from bench.load import Load, drive  # noqa: E402
from bench.own_database import HOST, let_go, own_database, settled  # noqa: E402
from bench.servers import Server, serving  # noqa: E402

CHECK, RECEIVED = "/request/check/", "/request/received/"
SECONDS_OF_A_PERSON = 3.1
ROUNDS, EACH, WARM_UP = 5, 400, 100
GRANT = "GRANT SELECT, INSERT ON submit_baseline_wish TO clinic_app"


@dataclass
class Side:
    """One of the two sites, what is still to be sent to it, and what came of each round."""

    name: str
    server: Server
    database: int
    waiting: list[bytes]
    loads: list[Load] = field(default_factory=list)
    web: list[float] = field(default_factory=list)
    postgres: list[float] = field(default_factory=list)

    def send(self, count: int) -> None:
        """A round of so many: every one of them has to be answered with a redirect."""
        batch, self.waiting = self.waiting[:count], self.waiting[count:]
        before = processor_seconds(self.server.process), processor_seconds(self.database)
        load = drive(self.server.port, batch)
        if load.statuses != {302: count}:
            raise SystemExit(f"{self.name}: {load.statuses}")
        self.loads.append(load)
        self.web.append((processor_seconds(self.server.process) - before[0]) / count * 1000)
        self.postgres.append((processor_seconds(self.database) - before[1]) / count * 1000)

    def forget(self) -> None:
        """The rounds so far were to warm up."""
        self.loads, self.web, self.postgres = [], [], []

    @property
    def rates(self) -> list[float]:
        return [load.a_second for load in self.loads]

    @property
    def processor(self) -> list[float]:
        return [web + postgres for web, postgres in zip(self.web, self.postgres, strict=True)]

    def percentiles(self, hundredth: int) -> list[float]:
        return [load.percentile(hundredth) for load in self.loads]


def main(rounds: int = ROUNDS, each: int = EACH) -> int:
    with own_database() as cluster, ExitStack() as running:
        os.environ["TRUSTED_PROXIES"] = "1"
        prepare_site()
        plain_table(cluster.owner_url)
        count, patients = WARM_UP + rounds * each, Patients()
        posts = list(patients.posts(count))
        time.sleep(SECONDS_OF_A_PERSON)
        statements = patients.statements()
        print(machine("django", "granian", "psycopg2-binary"), settled(), sep="; ", flush=True)
        print(f"one connection inserts and commits {raw_inserts(cluster.owner_url):.0f} rows a second")
        print(
            f"statements of one sending: {len(statements)}",
            *map(shortened, statements),
            sep="\n  ",
            flush=True,
        )
        let_go()
        database = cluster.postmaster() or 0
        ours = running.enter_context(serving("clinic_site.wsgi:application"))
        plain = running.enter_context(serving("submit_baseline:application"))
        sides = (
            Side("ours", ours, database, posts),
            Side("plain ModelForm", plain, database, plain_posts(plain.port, count)),
        )
        for side in sides:
            side.send(WARM_UP)
            side.forget()
        for number in range(rounds):
            for side in sides if number % 2 == 0 else sides[::-1]:
                side.send(each)
        ours_stored = count + len(patients.first)
        if stored(cluster.app_url) != (ours_stored, ours_stored, ours_stored, count):
            raise SystemExit(f"of {count} on each side there are stored {stored(cluster.app_url)}")
    return report(*sides)


def shortened(statement: str) -> str:
    return " ".join(statement.split())[:100]


def prepare_site() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("bootstrap", stdout=io.StringIO())
    call_command("collectstatic", interactive=False, verbosity=0)


def plain_table(owner_url: str) -> None:
    subprocess.run(
        [sys.executable, ROOT / "bench" / "submit_baseline.py"],
        env={**os.environ, "DATABASE_URL": owner_url},
        check=True,
    )
    connection = psycopg2.connect(owner_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(GRANT)
    connection.close()


class Patients:
    """Drafts with every step answered, and what a browser sends for each."""

    def __init__(self) -> None:
        from django.middleware.csrf import get_token
        from django.test import RequestFactory

        request = RequestFactory().get(CHECK)
        self.token = get_token(request)
        self.secret = request.META["CSRF_COOKIE"]
        self.first = [self.drafted(0), self.drafted(0)]

    def drafted(self, number: int) -> Any:
        """The draft of that patient, as the site's own program stores it."""
        from appointments import abuse, drafts, steps
        from tests.builders import answers
        from tests.form_client import next_weekday

        times = [{"date": next_weekday().isoformat(), "half": "pm"}]

        def fill(draft: drafts.Draft) -> None:
            draft.answers.update(answers(times=times, email=f"patient{number}@example.org"))
            draft.done.extend(step.name for step in steps.asked(draft.answers))
            draft.opened = abuse.stamp()

        return drafts.change(drafts.begin(), fill)

    def fields(self, draft: Any) -> dict[str, str]:
        """What the check page's form holds for this draft, agreed to."""
        from appointments import lifecycle
        from appointments.views import sending

        shown = sending._digest(draft, draft.answers, lifecycle.today())
        return {"csrfmiddlewaretoken": self.token, "shown": shown, "website": "", "consent": "on"}

    def posts(self, count: int) -> Iterator[bytes]:
        for number in range(1, count + 1):
            draft = self.drafted(number)
            cookie = f"request_draft={draft.token}; csrftoken={self.secret}"
            yield posted(CHECK, self.fields(draft), cookie, number)

    def statements(self) -> list[str]:
        """Those of one sending, on a connection that has seen one before."""
        from django.db import connection
        from django.test import Client
        from django.test.utils import CaptureQueriesContext

        client = Client(enforce_csrf_checks=True, headers={"X-Forwarded-For": "10.0.0.0"})
        for draft in self.first:
            client.cookies.load({"request_draft": draft.token, "csrftoken": self.secret})
            with CaptureQueriesContext(connection) as made:
                answer = client.post(CHECK, self.fields(draft))
            if answer.headers.get("Location") != RECEIVED:
                raise SystemExit(f"the sending was answered with {answer.status_code}")
        return [query["sql"] for query in made.captured_queries]


def posted(path: str, fields: dict[str, str], cookie: str, number: int) -> bytes:
    """A POST as a browser sends it, through one proxy that saw an address of that number's own."""
    body = urlencode(fields).encode()
    head = [
        f"POST {path} HTTP/1.1",
        f"Host: {HOST}",
        f"X-Forwarded-For: 10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        "Accept-Language: en-US,en;q=0.5",
        "Accept-Encoding: gzip, deflate, br",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(body)}",
        f"Cookie: {cookie}",
        "Sec-Fetch-Site: same-origin",
    ]
    return "\r\n".join([*head, "", ""]).encode() + body


def plain_posts(port: int, count: int) -> list[bytes]:
    """The same answers as ours, all in one form."""
    from tests.builders import answers

    connection = HTTPConnection(HOST, port)
    connection.request("GET", "/")
    answer = connection.getresponse()
    token, cookie = answer.read().decode(), answer.headers["Set-Cookie"].partition(";")[0]
    connection.close()
    given = {name: said for name, said in answers().items() if said not in (None, "", False)}
    given = {name: "on" if said is True else str(said) for name, said in given.items()}
    return [
        posted(
            "/",
            {**given, "csrfmiddlewaretoken": token, "email": f"patient{number}@example.org"},
            cookie,
            number,
        )
        for number in range(1, count + 1)
    ]


def raw_inserts(owner_url: str, count: int = 500) -> float:
    """How many rows a second one connection inserts and commits, one by one, without any web."""
    connection = psycopg2.connect(owner_url)
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_raw (id bigserial PRIMARY KEY, words text)")
        began = time.perf_counter()
        for number in range(count):
            cursor.execute("INSERT INTO bench_raw (words) VALUES (%s)", [f"row {number}"])
        spent = time.perf_counter() - began
    connection.close()
    return count / spent


def stored(app_url: str) -> tuple[int, int, int, int]:
    """Requests, entries of the trail, messages, and rows of the baseline."""
    connection = psycopg2.connect(app_url)
    with connection, connection.cursor() as cursor:
        cursor.execute(
            "SELECT (SELECT count(*) FROM appointments_appointmentrequest),"
            " (SELECT count(*) FROM appointments_event WHERE action = 'submit'),"
            " (SELECT count(*) FROM appointments_message), (SELECT count(*) FROM submit_baseline_wish)"
        )
        counted: tuple[int, int, int, int] = cursor.fetchone()
    connection.close()
    return counted


def report(ours: Side, plain: Side) -> int:
    print(f"{'':16} {'requests/s':>20} {'p50 ms':>18} {'p99 ms':>20} {'web ms':>18} {'database ms':>18}")
    for side in (ours, plain):
        print(
            f"{side.name:16} {spread(side.rates, 0):>20} {spread(side.percentiles(50), 1):>18} "
            f"{spread(side.percentiles(99), 1):>20} {spread(side.web):>18} {spread(side.postgres):>18}"
        )
    throughput = ratios(ours.rates, plain.rates)
    slowest = ratios(ours.percentiles(99), plain.percentiles(99))
    processor = ratios(ours.processor, plain.processor)
    for name, each in (("requests a second", throughput), ("p99", slowest), ("processor time", processor)):
        print(f"ours to the baseline, {name}: {spread(each)}")
    return verdict(
        [
            Aim("requests a second, of the baseline's", median(throughput), least=0.8),
            Aim("p99, of the baseline's", median(slowest), most=1.0),
        ]
    )


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:3]]
    sys.exit(main(*(numbers + [ROUNDS, EACH][len(numbers) :])))
