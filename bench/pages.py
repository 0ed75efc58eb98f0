"""What published pages cost: warm against a bare WSGI function, cold, made anew; and memory, and the start.

    bench/run pages

It serves the demonstration's content on an own database with the server of ``bin/serve``, and beside it the
same bytes by a function that does nothing but return them (``pages_baseline.py``), in turn. Costs are
processor time of the web server and of PostgreSQL together, for each request.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from importlib.util import find_spec
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.figures import (  # noqa: E402
    Aim,
    machine,
    processor_seconds,
    ratios,
    resident_megabytes,
    spread,
    verdict,
)
from bench.load import drive  # noqa: E402
from bench.own_database import HOST, let_go, own_database, settled  # noqa: E402
from bench.servers import GUNICORN, Server, serving  # noqa: E402
from clinic_site.embedded_postgres import Cluster  # noqa: E402
from clinic_site.serve import WEB_SERVER  # noqa: E402

ROUNDS = 31
COLD_ROUNDS = 25
A_ROUND = 8_000
LONG_RUN = 100_000
APPLICATION = "clinic_site.wsgi:application"
PATH = "/facial-paralysis/treatments/"
KINDS = {
    "brotli": ("GET", {"Accept-Encoding": "gzip, deflate, br"}),
    "gzip": ("GET", {"Accept-Encoding": "gzip"}),
    "plain": ("GET", {}),
    "head": ("HEAD", {"Accept-Encoding": "gzip, deflate, br"}),
    "not modified": ("GET", {"Accept-Encoding": "gzip, deflate, br", "If-None-Match": ""}),
}


def main() -> int:
    with own_database() as cluster:
        prepare()
        print(machine("granian", "django"), settled(), sep="; ")
        let_go()
        aims = warm(cluster)
        servers(cluster)
        aims += memory()
        aims += cold()
        let_go()
    return verdict(aims)


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("bootstrap", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def warm(cluster: Cluster) -> list[Aim]:
    """Each kind of answer beside the bare function; one of them beside a Django view too."""
    aims = []
    print(f"\n{'warm page':14} {'bytes':>7} {'ms of processor':>22} {'bare function':>22} {'ratio':>18}")
    with serving(APPLICATION, PUBLIC_ADDRESS=f"http://{HOST}") as ours:
        for name, (method, headers) in KINDS.items():
            answer = fetched(ours.port, PATH, method, headers)
            if "If-None-Match" in headers:
                headers["If-None-Match"] = answer.headers["etag"]
                answer = fetched(ours.port, PATH, method, headers)
            request = raw(PATH, method, headers)
            with same_bytes("bare", answer) as bare, ExitStack() as stack:
                servers = [ours, bare]
                if name == "brotli":
                    servers.append(stack.enter_context(same_bytes("django_view", answer)))
                costs = [[cost(server, cluster, request) for server in servers] for _round in range(ROUNDS)]
            own, its = [each[0] for each in costs], [each[1] for each in costs]
            ratio = ratios(own, its)
            sizes = f"{name:14} {len(answer.body):7}"
            print(f"{sizes} {spread(own, 3):>22} {spread(its, 3):>22} {spread(ratio):>18}")
            if len(servers) > 2:
                django = [each[2] for each in costs]
                compared = spread(ratios(own, django))
                print(f"{'  Django view':14} {'':7} {'':22} {spread(django, 3):>22} {compared:>18}")
            aims.append(Aim(f"warm, {name}, times a bare function", median(ratio), most=1.3))
    return aims


def cost(server: Server, cluster: Cluster, request: bytes, count: int = A_ROUND) -> float:
    """Milliseconds of processor for each request, the database's work included."""
    processes = [server.process, cluster.postmaster() or 0]
    drive(server.port, [request] * 500)
    before = processor_seconds(*processes)
    load = drive(server.port, [request] * count)
    spent = processor_seconds(*processes) - before
    if len(load.statuses) != 1:
        raise SystemExit(f"answers of several kinds: {load.statuses}")
    return spent / count * 1000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said; the names of its headers in small letters."""

    status: str
    headers: dict[str, str]
    body: bytes


def fetched(port: int, path: str, method: str, headers: dict[str, str]) -> Answer:
    connection = HTTPConnection(HOST, port, timeout=10)
    connection.request(method, path, headers=headers)
    said = connection.getresponse()
    kept = {
        name.lower(): value for name, value in said.getheaders() if name.lower() not in ("date", "server")
    }
    answer = Answer(f"{said.status} {said.reason}", kept, said.read())
    connection.close()
    return answer


def raw(path: str, method: str, headers: dict[str, str]) -> bytes:
    lines = [
        f"{method} {path} HTTP/1.1",
        f"Host: {HOST}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextmanager
def same_bytes(how: str, answer: Answer) -> Iterator[Server]:
    """The baseline that returns this answer."""
    with tempfile.TemporaryDirectory() as folder:
        headers, body = Path(folder, "headers"), Path(folder, "body")
        headers.write_text(json.dumps([[name, value] for name, value in answer.headers.items()]))
        body.write_bytes(answer.body)
        told = {"ANSWER_STATUS": answer.status, "ANSWER_HEADERS": str(headers), "ANSWER_BODY": str(body)}
        with serving(f"pages_baseline:{how}", **told) as server:
            yield server


def servers(cluster: Cluster) -> None:
    """The same page from both servers that the README names."""
    commands = {"granian": WEB_SERVER}
    if find_spec("gunicorn"):
        commands["gunicorn"] = GUNICORN
    else:
        print("\ngunicorn is not installed and was not measured: .venv/bin/pip install gunicorn")
    request = raw(PATH, *KINDS["brotli"])
    costs: dict[str, list[float]] = {name: [] for name in commands}
    rates: dict[str, list[float]] = {name: [] for name in commands}
    with ExitStack() as stack:
        running = {
            name: stack.enter_context(serving(APPLICATION, command=command, PUBLIC_ADDRESS=f"http://{HOST}"))
            for name, command in commands.items()
        }
        for _round in range(ROUNDS):
            for name, server in running.items():
                costs[name].append(cost(server, cluster, request))
                rates[name].append(drive(server.port, [request] * A_ROUND).a_second)
    print(f"\n{'server':14} {'ms of processor':>22} {'requests a second':>28}")
    for name in commands:
        print(f"{name:14} {spread(costs[name], 3):>22} {spread(rates[name], 0):>28}")


def memory() -> list[Aim]:
    """Of a web process, after a tenth of the requests and after all, over all pages."""
    from services import published

    with serving(APPLICATION, PUBLIC_ADDRESS=f"http://{HOST}") as server:
        requests = [raw(path, "GET", {"Accept-Encoding": "br"}) for path in sorted(published.addresses())]
        let_go()
        tenth = LONG_RUN // 10 // len(requests) + 1
        drive(server.port, requests * tenth)
        early = max(map(resident_megabytes, server.workers()))
        drive(server.port, requests * tenth * 9)
        late = max(map(resident_megabytes, server.workers()))
    print(
        f"\nmemory of a web process: {early:.1f} MB after {LONG_RUN // 10:,} requests of all pages,", end=" "
    )
    print(f"{late:.1f} MB after {LONG_RUN:,}")
    return [
        Aim("memory of a web process", late, most=120, unit=" MB"),
        Aim("memory grown by nine tenths of the requests", late - early, most=4, unit=" MB"),
    ]


def cold() -> list[Aim]:
    """Pages that another process has made, and pages made anew: in this process, page by page."""
    os.environ["PUBLIC_ADDRESS"] = f"http://{HOST}"
    from django.conf import settings
    from django.db import connection

    settings.PUBLIC_ADDRESS = f"http://{HOST}"
    from clinic_site import page_cache, wsgi
    from services import published

    addresses = sorted(published.addresses())
    for address in addresses:  # compiles the templates
        page_cache.as_nobody(wsgi.answering, address)
    queries = {}
    for address in addresses:
        asked: list[str] = []

        def count(execute: Callable[..., Any], sql: str, *rest: Any, into: list[str] = asked) -> Any:
            into.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(count):
            page_cache.as_nobody(wsgi.answering, address)
        queries[address] = len(asked)
    made = each_spent(addresses, lambda address: page_cache.as_nobody(wsgi.answering, address), COLD_ROUNDS)
    first, *others = [page_cache.PageCache(wsgi.answering) for _process in range(1 + COLD_ROUNDS)]
    for address in addresses:
        ask(first, address)
    for other in others:
        ask(other, addresses[0])
    next_of = {address: iter(others) for address in addresses[1:]}
    taken = each_spent(addresses[1:], lambda address: ask(next(next_of[address]), address), COLD_ROUNDS)
    longest, most = max(made, key=lambda each: made[each]), max(queries, key=lambda each: queries[each])
    print(f"\npages made anew: {spread(list(made.values()))} ms of processor, the longest {longest}")
    print(f"statements of a page: {spread(list(queries.values()), 0)}, the most {most}")
    print(f"pages made elsewhere: {spread(list(taken.values()))} ms of processor")
    return [
        Aim("a page made anew, the longest", made[longest], most=10, unit=" ms"),
        Aim("statements of a page, the most", queries[most], most=5),
        Aim("a page made elsewhere, the longest", max(taken.values()), most=2.5, unit=" ms"),
    ]


def each_spent(addresses: list[str], what: Callable[[str], object], rounds: int) -> dict[str, float]:
    """For each page milliseconds of processor, of this process and of the one that serves its connection.

    The median of rounds over all pages: a slow moment of the machine is then not one page's.
    """
    from django.db import connection

    connection.ensure_connection()
    server = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat")
    samples: dict[str, list[float]] = {address: [] for address in addresses}
    for _round in range(rounds):
        for address in addresses:
            before, there = time.process_time(), int(server.read_text().split()[0])
            what(address)
            ran = int(server.read_text().split()[0]) - there
            samples[address].append((time.process_time() - before) * 1000 + ran / 1e6)
    return {address: median(each) for address, each in samples.items()}


def ask(application: Callable[..., Any], address: str) -> None:
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address, "HTTP_HOST": HOST, "HTTP_ACCEPT_ENCODING": "br"}
    said = []
    b"".join(application(environ, lambda status, headers: said.append(status)))
    if said != ["200 OK"]:
        raise SystemExit(f"{address}: {said}")


if __name__ == "__main__":
    sys.exit(main())
