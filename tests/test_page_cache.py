"""Published pages as ready bytes: what enters, what is answered, and that nothing else ever is."""

import gzip
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from io import BytesIO
from typing import Any

import brotli
import pytest
from django.core.signals import request_finished, request_started
from django.db import OperationalError, close_old_connections, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic_site import edition, page_cache, ready_page, shared_pages
from clinic_site.page_cache import PageCache
from clinic_site.ready_page import ReadyPage, best_encoding
from services.models import ContentStamp, Page, PageText
from services.models import ReadyPage as KeptPage
from tests.content import KEPT_A_MINUTE as MINUTE
from tests.content import add_clinic, add_page, add_update
from tests.html import parse

HOST = "clinic.example.org"


class Answer:
    def __init__(self, status: str, headers: list[tuple[str, str]], body: bytes) -> None:
        self.status, self.body = int(status[:3]), body
        self.headers = {name.lower(): value for name, value in headers}
        self.named = [name.lower() for name, _value in headers]

    @property
    def heading(self) -> str:
        return parse(self.body).one("h1").text


def ask(
    application: Callable[..., Any], path: str = "/a/", method: str = "GET", query: str = "", **told: str
) -> Answer:
    """Ask with these headers (``accept_encoding="br"``), as a web server hands them on."""
    said: list[Any] = []
    environ = {
        "REQUEST_METHOD": method, "PATH_INFO": path, "QUERY_STRING": query, "HTTP_HOST": HOST,
        "SCRIPT_NAME": "",
        "SERVER_NAME": HOST, "SERVER_PORT": "80", "SERVER_PROTOCOL": "HTTP/1.1", "wsgi.url_scheme": "http",
        "wsgi.input": BytesIO(), "wsgi.errors": sys.stderr, "REMOTE_ADDR": "10.0.0.1",
        **{f"HTTP_{name.upper()}": value for name, value in told.items()},
    }  # fmt: skip
    body = application(environ, lambda status, headers, *_: said.append((status, headers)))
    content = b"".join(body)
    if close := getattr(body, "close", None):
        close()
    status, headers = said[-1]
    return Answer(status, headers, content)


class Counted:
    """Our application, and how often it was asked for which address."""

    def __init__(self) -> None:
        from clinic_site.wsgi import answering

        self.asked: list[str] = []
        self.environs: list[dict[str, Any]] = []
        self.slowly = 0.0
        self._application = answering

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
        self.asked.append(environ["PATH_INFO"])
        self.environs.append(environ)
        time.sleep(self.slowly)
        return self._application(environ, start_response)


def nowhere(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
    raise AssertionError("Django was asked")


@pytest.fixture(autouse=True)
def one_address(settings: Any) -> None:
    settings.PUBLIC_ADDRESS, settings.ALLOWED_HOSTS = f"http://{HOST}", [HOST]


@pytest.fixture
def content(request: Any, monkeypatch: Any) -> Iterator[None]:
    """A small site, committed where a class says that its tests commit.

    No thread asks in the background, so that each test decides when time passes; and a lease ends sooner.
    """
    commits = getattr(request.cls, "commits", False)
    request.getfixturevalue("committed_database" if commits else "db")
    monkeypatch.setattr(edition.CurrentEdition, "_keep_asking", lambda current: None)
    monkeypatch.setattr(edition, "LEASE_SECONDS", 0.3)
    around = (request_started, request_finished)
    for signal in around:  # as Django's test client does: it would close a transaction's connection
        signal.disconnect(close_old_connections)
    add_clinic()
    add_page("/a/", "First")
    yield
    for signal in around:
        signal.connect(close_old_connections)
    if commits:
        connection.close()


@pytest.fixture
def counted(content: None) -> Counted:
    return Counted()


@pytest.fixture
def cache(counted: Counted) -> PageCache:
    return PageCache(counted)


def a_lease_later() -> None:
    time.sleep(edition.LEASE_SECONDS)


class TestAnswers:
    def test_a_page_is_made_once_and_sent_in_each_encoding(self, cache: PageCache, counted: Counted) -> None:
        small, zipped = ask(cache, accept_encoding="gzip, br"), ask(cache, accept_encoding="gzip")
        plain = ask(cache)
        assert brotli.decompress(small.body) == gzip.decompress(zipped.body) == plain.body
        assert plain.heading == "First" and counted.asked == ["/a/"]
        for answer, encoding in ((small, "br"), (zipped, "gzip"), (plain, None)):
            assert (answer.status, answer.headers.get("content-encoding")) == (200, encoding)
            assert answer.headers["content-length"] == str(len(answer.body))
            assert answer.headers["vary"] == "Accept-Encoding" and answer.headers["cache-control"] == MINUTE
            assert len(set(answer.named)) == len(answer.named)

    def test_each_encoding_has_a_strong_mark_of_its_own(self, cache: PageCache) -> None:
        marks = {ask(cache, accept_encoding=each).headers["etag"] for each in ("br", "gzip", "")}
        assert len(marks) == 3 and all(mark.startswith('"') and mark.endswith('"') for mark in marks)

    def test_head_is_get_without_the_body(self, cache: PageCache) -> None:
        get, head = ask(cache, accept_encoding="br"), ask(cache, method="HEAD", accept_encoding="br")
        assert (head.status, head.body, head.headers) == (200, b"", get.headers)

    @pytest.mark.parametrize("said", ["{}", "W/{}", '"other", {}', '"other" , W/{},"more"', "*"])
    def test_what_the_browser_has_is_not_sent_again(self, cache: PageCache, said: str) -> None:
        first = ask(cache, accept_encoding="br")
        told = said.format(first.headers["etag"])
        again = ask(cache, accept_encoding="br", if_none_match=told)
        assert (again.status, again.body) == (304, b"")
        assert again.headers == {name: first.headers[name] for name in ("cache-control", "etag", "vary")}

    @pytest.mark.parametrize("said", ['"other"', "", "W/", "nonsense", '"', "é"])
    def test_any_other_mark_gets_the_page(self, cache: PageCache, said: str) -> None:
        assert ask(cache, if_none_match=said).status == 200

    def test_the_mark_of_one_encoding_is_none_of_another(self, cache: PageCache) -> None:
        assert ask(cache, if_none_match=ask(cache, accept_encoding="br").headers["etag"]).status == 200

    def test_the_headers_are_those_that_django_sends(self, cache: PageCache, counted: Counted) -> None:
        ours, django = ask(cache), ask(counted)
        differing = {"etag", "vary", "content-length"}
        assert {k: v for k, v in ours.headers.items() if k not in differing} == {
            k: v for k, v in django.headers.items() if k not in differing
        }
        assert ours.headers["content-security-policy"].count("default-src 'none'") == 1

    def test_warm_pages_ask_neither_django_nor_the_database(self, counted: Counted, cache: PageCache) -> None:
        ask(cache)
        cache._application = nowhere
        with connection.execute_wrapper(lambda *_: pytest.fail("the database was asked")):
            assert ask(cache).status == 200
            assert ask(cache, cookie="csrftoken=a; request_draft=b; other=c").status == 200

    def test_every_language_has_its_own(self, cache: PageCache) -> None:
        PageText.objects.create(page=Page.objects.get(path="/a/"), language="es", title="Primera")
        english, spanish = ask(cache), ask(cache, "/es/a/")
        assert (english.heading, spanish.heading) == ("First", "Primera")
        assert (english.headers["content-language"], spanish.headers["content-language"]) == ("en", "es")

    @given(st.text(alphabet="brgzipdeflate*identity;q=01., ", max_size=40))
    def test_any_accept_encoding_gets_something_it_may_get(self, accepted: str) -> None:
        assert best_encoding(accepted) in ready_page.ENCODINGS

    @pytest.mark.parametrize(
        ("accepted", "encoding"),
        [("gzip, deflate, br, zstd", "br"), ("gzip;q=1.0, br;q=0.5", "gzip"), ("br;q=0, gzip", "gzip"),
         ("*", "br"), ("*;q=0", ""), ("identity", ""), ("BR", "br"), ("br ; q=0.000", ""), ("", ""),
         ("gzip;q=nonsense", ""), ("br;q=0, *", "gzip")],
    )  # fmt: skip
    def test_the_encoding_is_the_one_wanted_most(self, accepted: str, encoding: str) -> None:
        assert best_encoding(accepted) == encoding

    def test_packing_changes_nothing(self, cache: PageCache) -> None:
        ask(cache)
        page = ReadyPage.make(
            "<p>Ñandú</p>".encode(), [("Content-Type", "text/html"), ("Cache-Control", MINUTE)]
        )
        assert ReadyPage.unpacked(page.packed()) == page


class TestNothingElseEnters:
    def test_the_page_is_made_for_nobody(self, cache: PageCache, counted: Counted) -> None:
        names = (
            "cookie user_agent accept_language x_forwarded_for x_forwarded_host referer authorization".split()
        )
        ask(cache, **dict.fromkeys(names, "visitor"))
        assert "visitor" not in str(counted.environs) and len(counted.environs) == 1

    def test_what_asks_for_more_than_the_page_goes_on_to_django(
        self, cache: PageCache, counted: Counted
    ) -> None:
        ask(cache, query="goal=smile")
        ask(cache, method="POST")
        assert counted.asked == ["/a/", "/a/"] and not KeptPage.objects.exists()

    @pytest.mark.parametrize(
        "path", ["/search/", "/request/safety/", "/staff/", "/staff/login/", "/nope/", "/healthz"]
    )
    def test_private_changing_and_unknown_addresses_never_enter(
        self, cache: PageCache, counted: Counted, path: str
    ) -> None:
        ask(cache, path)
        ask(cache, path)
        assert counted.asked == [path, path] and not KeptPage.objects.exists()

    def test_a_page_nobody_may_see_yet_is_not_found_however_often_it_is_asked_for(
        self, cache: PageCache
    ) -> None:
        add_page("/draft/", "Not yet", status="draft")
        assert [ask(cache, "/draft/").status for _time in range(3)] == [404, 404, 404]
        assert not KeptPage.objects.exists()

    @pytest.mark.parametrize(
        "said",
        [[("Cache-Control", "private")], [("Cache-Control", MINUTE), ("Set-Cookie", "a=b")],
         [("Cache-Control", MINUTE), ("Vary", "Cookie")], [],
         [("Cache-Control", MINUTE), ("Vary", "Accept-Encoding, Cookie")]],
    )  # fmt: skip
    def test_only_what_says_that_it_is_for_everybody_is_kept(
        self, content: None, said: list[tuple[str, str]]
    ) -> None:
        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            start_response("200 OK", said)
            return [b"of somebody"]

        cache = PageCache(application)
        assert ask(cache).body == b"of somebody" == ask(cache).body
        assert not KeptPage.objects.exists()

    @pytest.mark.parametrize("status", ["404 Not Found", "500 Internal Server Error", "302 Found"])
    def test_no_error_and_no_way_elsewhere_is_kept(self, content: None, status: str) -> None:
        answers = iter([status, status, "200 OK"])

        def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            start_response(next(answers), [("Cache-Control", MINUTE)])
            return [b""]

        cache = PageCache(application)
        assert (ask(cache).status, ask(cache).status) == (int(status[:3]), 200)

    def test_an_error_in_the_middle_frees_the_address_for_the_next(self, content: None) -> None:
        def broken(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            ask(PageCache(broken))
        assert ask(PageCache(Counted())).heading == "First"

    def test_another_host_name_is_refused_as_ever(self, cache: PageCache) -> None:
        assert ask(cache).status == 200
        for name in ("evil.example", "clinic.example.org.evil.example", "", "a b", f"{HOST}:99999x"):
            assert ask(cache, host=name).status == 400
        assert ask(cache, host=f"{HOST}:8000").status == 200

    def test_long_names_and_those_of_strangers_are_not_remembered(self, cache: PageCache) -> None:
        ask(cache, accept_encoding="gzip;" + "x" * 400_000)
        ask(cache, host="evil.example.com")
        assert not cache._encodings and list(cache._hosts) == [HOST]

    def test_odd_headers_and_names_fill_nothing(self, cache: PageCache, settings: Any) -> None:
        settings.ALLOWED_HOSTS = [".example.org"]
        for number in range(3 * page_cache.MOST_NAMES):
            answer = ask(cache, host=f"n{number}.example.org", accept_encoding=f"gzip, x{number}")
            assert answer.headers["content-encoding"] == "gzip"
        assert len(cache._hosts) <= page_cache.MOST_NAMES and len(cache._encodings) <= page_cache.MOST_NAMES
        assert KeptPage.objects.count() == 1

    def test_visitors_are_sent_to_https_as_ever(self, content: None, settings: Any) -> None:
        settings.SECURE_SSL_REDIRECT, settings.SECURE_PROXY_SSL_HEADER = (
            True,
            ("HTTP_X_FORWARDED_PROTO", "https"),
        )
        settings.PUBLIC_ADDRESS, settings.SECURE_HSTS_SECONDS = f"https://{HOST}", 600
        from django.core.wsgi import get_wsgi_application

        cache = PageCache(get_wsgi_application())
        assert ask(cache, x_forwarded_proto="https").status == 200
        plain = ask(cache)
        assert (plain.status, plain.headers["location"]) == (301, f"https://{HOST}/a/")
        assert ask(cache, x_forwarded_proto="http").status == 301
        kept = ask(cache, x_forwarded_proto="https").headers["strict-transport-security"]
        assert kept.startswith("max-age=600")

    @pytest.mark.parametrize(
        "query", ["fbclid=IwAR0", "gclid=1&utm_source=news&utm_medium=mail", "utm_campaign", "_gl=1*a*b"]
    )
    def test_marks_of_others_in_an_address_change_nothing(
        self, cache: PageCache, counted: Counted, query: str
    ) -> None:
        plain = ask(cache)
        marked = ask(cache, query=query)
        assert (marked.body, marked.headers) == (plain.body, plain.headers)
        assert counted.asked == ["/a/"] and not counted.environs[0]["QUERY_STRING"]
        assert cache._shelf is not None and list(cache._shelf.pages) == ["/a/"]

    @pytest.mark.parametrize(
        "query", ["goal=smile&fbclid=1", "q=", "&", "%66bclid=1", "fbclid2=1", "UTM_a=1", "=1"]
    )
    def test_any_other_query_is_djangos(self, cache: PageCache, counted: Counted, query: str) -> None:
        ask(cache)
        assert ask(cache, query=query).status == 200
        assert counted.environs[-1]["QUERY_STRING"] == query

    def test_memory_is_bounded(self, cache: PageCache, monkeypatch: Any) -> None:
        add_page("/b/", "B")
        add_page("/c/", "C")
        ask(cache)
        assert cache._shelf is not None
        monkeypatch.setattr(page_cache, "MEMORY_BYTES", 2 * cache._shelf.pages["/a/"].size + 2000)
        assert [ask(cache, path).status for path in ("/b/", "/c/", "/a/", "/b/")] == [200] * 4
        assert len(cache._shelf.pages) == 2


def test_a_process_relies_on_what_it_heard_for_less_than_a_second() -> None:
    assert edition.ROUND_SECONDS < edition.LEASE_SECONDS < 1


class TestNeverWrong:
    commits = True

    def test_an_edit_shows_everywhere_within_a_second(self, counted: Counted) -> None:
        nodes = PageCache(counted), PageCache(counted)
        assert [ask(node).heading for node in nodes] == ["First", "First"]
        PageText.objects.update(title="Changed")
        a_lease_later()
        assert [ask(node).heading for node in nodes] == ["Changed", "Changed"]

    def test_who_edits_sees_it_at_once_and_keeps_nothing(self, counted: Counted) -> None:
        nodes = PageCache(counted), PageCache(counted)
        for number in range(3):
            title = f"Version {number}"
            PageText.objects.update(title=title)
            for node in nodes:
                answer = ask(node, cookie="csrftoken=a; sessionid=anything")
                assert (answer.heading, answer.headers["cache-control"]) == (title, "private, no-cache")
        again = ask(nodes[0], cookie="sessionid=a", if_none_match=answer.headers["etag"])
        assert (again.status, again.headers["cache-control"]) == (304, "private, no-cache")

    def test_what_is_not_committed_shows_nowhere(self, cache: PageCache) -> None:
        from django.db import transaction

        with pytest.raises(ZeroDivisionError), transaction.atomic():
            PageText.objects.update(title="Never")
            raise ZeroDivisionError
        assert ask(cache, cookie="sessionid=a").heading == "First"

    def test_a_start_and_an_end_come_by_themselves(self, cache: PageCache, time_machine: Any) -> None:
        now = timezone.now()
        add_page("/b/", "Soon", status="scheduled", publish_at=now + timedelta(hours=1))
        add_update("Closed", starts_at=now + timedelta(hours=1), ends_at=now + timedelta(hours=2))
        for hours, is_public, is_closed in ((0, 404, False), (1, 200, True), (2, 200, False)):
            time_machine.move_to(now + timedelta(hours=hours, seconds=30))
            a_lease_later()
            assert ask(cache, "/b/").status == is_public
            assert ("Closed" in ask(cache).body.decode()) is is_closed

    def test_nobody_relies_on_an_edition_beyond_its_end(self, cache: PageCache) -> None:
        soon = timezone.now() + timedelta(seconds=0.2)
        add_page("/b/", "Soon", status="scheduled", publish_at=soon)
        ask(cache, cookie="sessionid=a")
        assert time.time() + cache._current.good_until - time.monotonic() <= soon.timestamp() + 0.01

    def test_a_moved_page_is_at_its_new_address_and_leads_there(self, cache: PageCache) -> None:
        ask(cache)
        page = Page.objects.get(path="/a/")
        page.slug = "b"
        page.save()
        a_lease_later()
        old = ask(cache)
        assert (old.status, old.headers["location"]) == (301, "/b/") and ask(cache, "/b/").heading == "First"

    def test_a_translation_and_its_end_show(self, cache: PageCache) -> None:
        assert ask(cache, "/es/a/").status == 404
        text = PageText.objects.create(page=Page.objects.get(path="/a/"), language="es", title="Primera")
        a_lease_later()
        assert ask(cache, "/es/a/").heading == "Primera" and 'hreflang="es"' in ask(cache).body.decode()
        text.delete()
        a_lease_later()
        assert ask(cache, "/es/a/").status == 404

    def test_another_build_never_shows_the_pages_of_this_one(
        self, counted: Counted, monkeypatch: Any
    ) -> None:
        ask(PageCache(counted))
        monkeypatch.setattr(edition, "build", lambda: "another")
        ask(PageCache(counted))
        assert counted.asked == ["/a/", "/a/"]

    def test_without_a_database_the_last_page_shows_for_a_minute(
        self, cache: PageCache, monkeypatch: Any
    ) -> None:
        ask(cache)

        def gone(*_: Any) -> Any:
            raise OperationalError("gone")

        monkeypatch.setattr(edition, "_asked_twice", gone)
        a_lease_later()
        assert ask(cache).heading == "First"
        monkeypatch.setattr(page_cache, "OLDEST_SECONDS", 0.2)
        cache._application = lambda environ, start: (start("503 Service Unavailable", []), [b""])[1]
        assert ask(cache).status == 503

    def test_nobody_queues_before_a_database_that_does_not_answer(
        self, cache: PageCache, monkeypatch: Any
    ) -> None:
        ask(cache)
        tries: list[float] = []

        def hangs(*_: Any) -> Any:
            tries.append(time.monotonic())
            time.sleep(0.8)
            raise OperationalError("gone")

        monkeypatch.setattr(edition, "_asked_twice", hangs)
        a_lease_later()
        began = time.monotonic()
        with ThreadPoolExecutor(8) as visitors:
            assert {answer.heading for answer in visitors.map(lambda _: ask(cache), range(8))} == {"First"}
        assert len(tries) == 1 and time.monotonic() - began < 2

    def test_the_thread_asks_while_visitors_come_and_rests_when_none_do(
        self, counted: Counted, monkeypatch: Any
    ) -> None:
        monkeypatch.undo()
        monkeypatch.setattr(edition, "QUIET_ROUNDS", 1)
        cache = PageCache(counted)
        ask(cache)
        for _round in range(8):
            time.sleep(0.15)
            cache._application = nowhere
            with connection.execute_wrapper(lambda *_: pytest.fail("a visitor waited for the database")):
                assert ask(cache).status == 200
        time.sleep(4 * edition.ROUND_SECONDS)
        assert not cache._current._awake.is_set()
        cache._application = counted
        PageText.objects.update(title="Woken")
        a_lease_later()
        assert ask(cache).heading == "Woken" and cache._current._awake.is_set()
        time.sleep(4 * edition.ROUND_SECONDS)


class TestOnceForEverybody:
    commits = True

    def test_many_first_visitors_of_two_processes_have_it_made_once(self, counted: Counted) -> None:
        counted.slowly = 0.3
        nodes = PageCache(counted), PageCache(counted)

        def visit(number: int) -> str:
            try:
                return ask(nodes[number % 2]).heading
            finally:
                connection.close()

        with ThreadPoolExecutor(12) as visitors:
            assert set(visitors.map(visit, range(24))) == {"First"}
        assert counted.asked == ["/a/"]

    def test_a_process_takes_what_another_has_made(self, counted: Counted) -> None:
        ask(PageCache(counted))
        assert ask(PageCache(nowhere), accept_encoding="br").status == 200

    def test_who_died_making_it_is_followed_by_another(self, counted: Counted, monkeypatch: Any) -> None:
        cache = PageCache(counted)
        ask(cache, cookie="sessionid=a")
        assert cache._shelf is not None
        KeptPage.objects.update(page=None)
        monkeypatch.setattr(shared_pages, "CLAIM_SECONDS", 0.3)
        other = PageCache(counted)
        began = time.monotonic()
        assert ask(other).heading == "First" and len(counted.asked) == 2
        assert time.monotonic() - began < page_cache.PATIENCE_SECONDS

    def test_an_old_edition_is_replaced_not_added(self, cache: PageCache) -> None:
        ask(cache)
        PageText.objects.update(title="Changed")
        ask(cache, cookie="sessionid=a")
        assert list(KeptPage.objects.values_list("address", flat=True)) == ["/a/"]


class TestStamp:
    commits = True

    @pytest.fixture
    def changes(self, content: None) -> Callable[[Callable[[], object]], bool]:
        def changes(what: Callable[[], object]) -> bool:
            before = ContentStamp.objects.get().stamp
            what()
            return bool(ContentStamp.objects.get().stamp != before)

        return changes

    def test_every_way_of_changing_content_renews_it(self, changes: Any) -> None:
        page = Page.objects.get(path="/a/")
        update = add_update("News")
        assert changes(lambda: PageText.objects.filter(page=page).update(body="x"))
        assert changes(lambda: update.pages.add(page))
        assert changes(lambda: Page.objects.bulk_update([page], ["position"]))
        assert changes(lambda: connection.cursor().execute("UPDATE services_clinic SET name = 'Other'"))
        assert changes(lambda: update.delete())
        assert not changes(lambda: Page.objects.filter(path="/none/").update(slug="x"))

    def test_every_table_of_content_is_watched(self, content: None) -> None:
        """A new table is either watched or named here."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT relname, relname IN (SELECT tgrelid::regclass::text FROM pg_trigger"
                " WHERE tgfoid = 'services_content_changed'::regproc AND tgdeferrable)"
                " FROM pg_class WHERE relkind = 'r' AND relname LIKE 'services\\_%'"
            )
            watched = dict(cursor.fetchall())
        unwatched = {name.removeprefix("services_") for name, is_watched in watched.items() if not is_watched}
        assert unwatched == {
            "contentstamp", "readypage", "pageversion", "starterrecord",
            "searchentry", "searchphrase", "searchword",
        }  # fmt: skip

    def test_two_editors_never_wait_for_each_other(self, content: None) -> None:
        """Both change content, neither has committed: the stamp is renewed at the very end."""
        add_page("/b/", "Second")
        from django.db import transaction

        done = threading.Event()

        def other() -> None:
            with transaction.atomic():
                PageText.objects.filter(page__path="/b/").update(body="y")
            connection.close()
            done.set()

        with transaction.atomic():
            PageText.objects.filter(page__path="/a/").update(body="x")
            threading.Thread(target=other).start()
            assert done.wait(5)
