"""Published pages from two web servers that share nothing but the database."""

import http.client
import os
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress

import pytest
from django.db import connection, connections

from clinic_site import processes
from clinic_site.embedded_postgres import Cluster
from clinic_site.serve import CHECKOUT, WEB_SERVER
from services.models import Page, PageText
from tests.content import add_clinic, add_page
from tests.html import parse
from tests.site_process import free_port

COUNT_WHAT_IS_MADE = """
CREATE TABLE made (address text);
GRANT INSERT, SELECT ON made TO PUBLIC;
CREATE FUNCTION note_what_is_made() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN INSERT INTO made VALUES (NEW.address); RETURN NULL; END $$;
CREATE TRIGGER note_what_is_made AFTER UPDATE ON services_readypage FOR EACH ROW
    WHEN (NEW.page IS NOT NULL) EXECUTE FUNCTION note_what_is_made();
"""


class Node:
    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, **headers: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def heading(self, path: str, **headers: str) -> str:
        return parse(self.get(path, **headers)[2]).one("h1").text


@contextmanager
def node(url: str) -> Iterator[Node]:
    """One web server with one process."""
    port = free_port()
    command = [each if each != "2" else "1" for each in WEB_SERVER]
    where = ["--host", "127.0.0.1", "--port", str(port), "clinic_site.wsgi:application"]
    environment = {**os.environ, "DATABASE_URL": url, "PUBLIC_ADDRESS": "http://127.0.0.1"}
    process = processes.spawn([sys.executable, "-m", *command, *where], environment, CHECKOUT)
    try:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError, http.client.HTTPException):
                Node(port).get("/robots.txt")
                break
            time.sleep(0.05)
        yield Node(port)
    finally:
        processes.stop([process], 3)


@pytest.fixture
def nodes(committed_database: str, cluster: Cluster) -> Iterator[tuple[Node, Node]]:
    add_clinic()
    add_page("/a/", "First")
    with connections["owner"].cursor() as cursor:
        cursor.execute(COUNT_WHAT_IS_MADE)
    connections["owner"].close()
    url = cluster.url("clinic_app", committed_database)
    with ExitStack() as stack:
        yield stack.enter_context(node(url)), stack.enter_context(node(url))
    connection.close()


def made(path: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM made WHERE address = %s", [path])
        return int(cursor.fetchone()[0])


def test_one_content_for_all_processes(nodes: tuple[Node, Node]) -> None:
    # many first visitors of both: the page is made once, and both answer the same bytes
    with ThreadPoolExecutor(16) as visitors:
        answers = list(visitors.map(lambda number: nodes[number % 2].get("/a/"), range(48)))
    assert {status for status, _headers, _body in answers} == {200} and made("/a/") == 1
    assert len({body for _status, _headers, body in answers}) == 1
    assert len({headers["ETag"] for _status, headers, _body in answers}) == 1
    # who is logged in sees an edit at once on both, everybody a second later, made once more
    PageText.objects.update(title="Second")
    assert [each.heading("/a/", Cookie="sessionid=x") for each in nodes] == ["Second", "Second"]
    PageText.objects.update(title="Third")
    time.sleep(1)
    assert [each.heading("/a/") for each in nodes] == ["Third", "Third"] and made("/a/") == 3
    # a page that moves is at both addresses on both
    page = Page.objects.get(path="/a/")
    page.slug = "b"
    page.save()
    time.sleep(1)
    assert [each.get("/a/")[0] for each in nodes] == [301, 301]
    assert [each.heading("/b/") for each in nodes] == ["Third", "Third"] and made("/b/") == 1
