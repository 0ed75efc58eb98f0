"""Published pages as ready bytes, before all of Django; what is private never enters.

A page is made by asking our own application as nobody: with the address and nothing else of the visitor's, no
cookie, no header, no query. So nothing of a visitor can be in it. Kept is only what then says it is public.
Memory holds the pages of one edition of the content (see ``edition.py``), and below it PostgreSQL holds them
for all processes (``shared_pages.py``). All but a plain look at a published address goes on to Django.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.http.request import split_domain_port, validate_host
from django.urls import reverse_lazy

from clinic_site import shared_pages
from clinic_site.edition import CurrentEdition, Edition
from clinic_site.kept_public import FRESH_SECONDS, WHILE_ASKING_SECONDS
from clinic_site.ready_page import Headers, ReadyPage, best_encoding, for_staff

Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WSGIApplication = Callable[[Environ, StartResponse], Iterable[bytes]]

MEMORY_BYTES = 32 * 1024 * 1024
"""Of pages in each process; beyond it the oldest make room."""

MOST_NAMES, LONGEST_NAME = 64, 200
"""How many host names, and ways of naming encodings, are remembered, and of which length: visitors choose
what they send."""

MARKS_OF_OTHERS = frozenset(
    "_ga _gl dclid fbclid gad_source gbraid gclid igshid li_fat_id mc_cid mc_eid msclkid srsltid ttclid "
    "twclid wbraid yclid".split()
)
"""What search engines, networks and newsletters add to our addresses for themselves; and whatever begins with
``utm_``. It asks us for nothing."""

PATIENCE_SECONDS = 5.0
LOOK_AGAIN_SECONDS = 0.02
OLDEST_SECONDS = FRESH_SECONDS + WHILE_ASKING_SECONDS
"""How long a page that was right is shown where the database does not answer: as in shared caches."""


class Shelf:
    """The pages of one edition in memory."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        self.key = edition.key
        self.pages: dict[str, ReadyPage] = {}
        self._size = 0
        self._lock = threading.Lock()
        self._makers: dict[str, threading.Lock] = {}

    def maker(self, address: str) -> threading.Lock:
        """One thread at a time makes this page."""
        return self._makers.setdefault(address, threading.Lock())

    def put(self, address: str, page: ReadyPage) -> None:
        with self._lock:
            if address in self.pages:
                return
            self.pages[address] = page
            self._size += page.size
            while self._size > MEMORY_BYTES:
                oldest = next(iter(self.pages))
                self._size -= self.pages.pop(oldest).size


class PageCache:
    """The WSGI application in front of ours."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._shelf: Shelf | None = None
        self._current = CurrentEdition(self._begin)
        self._encodings: dict[str, str] = {}
        self._hosts: dict[str, bool] = {}
        header: tuple[str, str] | None = settings.SECURE_PROXY_SSL_HEADER
        self._proxy_says, self._secure = header or ("", "")
        self._staff = reverse_lazy("admin:index")

    def _begin(self, edition: Edition) -> None:
        self._shelf = Shelf(edition)

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if (
            environ["REQUEST_METHOD"] in ("GET", "HEAD")
            and asks_for_nothing(environ.get("QUERY_STRING", ""))
            and environ.get("CONTENT_LENGTH") in (None, "", "0")
            and self._is_for_us(environ)
        ):
            shelf, current = self._shelf, self._current
            current.was_asked = True
            staff = settings.SESSION_COOKIE_NAME in environ.get("HTTP_COOKIE", "")
            page = None if shelf is None or staff else shelf.pages.get(environ["PATH_INFO"])
            if page is None or time.monotonic() >= current.good_until:
                page = self._found(environ["PATH_INFO"], anew=staff)
            if page is not None:
                return self._answer(page, environ, start_response, staff)
        return self._application(environ, start_response)

    def _is_for_us(self, environ: Environ) -> bool:
        """Whether Django would answer under this name and not send the visitor to https first."""
        if settings.SECURE_SSL_REDIRECT:
            proxied = self._proxy_says and environ.get(self._proxy_says) == self._secure
            if not proxied and (self._proxy_says or environ["wsgi.url_scheme"] != "https"):
                return False
        name = environ.get("HTTP_HOST", "")
        known = self._hosts.get(name)
        if known is None:
            known = validate_host(split_domain_port(name)[0], settings.ALLOWED_HOSTS)
            if known:
                _remember(self._hosts, name, known)
        return known

    def _found(self, address: str, *, anew: bool) -> ReadyPage | None:
        """The page that holds now, from memory, from below, or made now; None where Django has to answer."""
        if not _may_be_public(address) or address.startswith(str(self._staff)):
            return None
        current = self._current
        try:
            if anew:
                current.confirm_anew()
            else:
                current.confirm()
        except AnyDatabaseError:
            if time.monotonic() >= current.confirmed_at + OLDEST_SECONDS:
                return None
        shelf = self._shelf
        if shelf is None or address not in shelf.edition.addresses:
            return None
        if (page := shelf.pages.get(address)) is not None:
            return page
        try:
            return self._from_below(shelf, address)
        except AnyDatabaseError:
            return None

    def _from_below(self, shelf: Shelf, address: str) -> ReadyPage | None:
        """From the shared store, or made: by one thread of one process, for which the others wait."""
        until = time.monotonic() + PATIENCE_SECONDS
        with shelf.maker(address):
            page = shelf.pages.get(address) or shared_pages.fetch(address, shelf.key)
            while page is None and time.monotonic() < until:
                if shared_pages.claim(address, shelf.key):
                    page = self._made(shelf, address)
                    break
                time.sleep(LOOK_AGAIN_SECONDS)
                page = shared_pages.fetch(address, shelf.key)
            if page is not None:
                shelf.put(address, page)
            return page

    def _made(self, shelf: Shelf, address: str) -> ReadyPage | None:
        """The page as nobody in particular is shown it, kept for all; None where it is not for keeping."""
        page = None
        try:
            page = as_nobody(self._application, address)
        finally:
            if page is None:
                shared_pages.give_up(address, shelf.key)
        if page is not None:
            shared_pages.keep(address, shelf.key, page)
        return page

    def _answer(
        self, page: ReadyPage, environ: Environ, start_response: StartResponse, staff: bool
    ) -> Iterable[bytes]:
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")
        encoding = self._encodings.get(accepted)
        if encoding is None:
            encoding = best_encoding(accepted)
            _remember(self._encodings, accepted, encoding)
        variant = page.variant(encoding)
        known = environ.get("HTTP_IF_NONE_MATCH")
        if known is not None and variant.is_what(known):
            headers = variant.headers_unchanged
            start_response("304 Not Modified", for_staff(headers) if staff else [*headers])
            return []
        headers = variant.headers
        start_response("200 OK", for_staff(headers) if staff else [*headers])
        return variant.content if environ["REQUEST_METHOD"] == "GET" else []


def as_nobody(application: WSGIApplication, address: str) -> ReadyPage | None:
    """What somebody sees of whom nothing is known but the address; None where that is not for everybody."""
    said: list[tuple[str, Headers]] = []

    def hear(status: str, headers: Headers, *_error: object) -> None:
        said.append((status, headers))

    answer = application(_request_of_nobody(address), hear)
    try:
        content = b"".join(answer)
    finally:
        if close := getattr(answer, "close", None):
            close()
    status, headers = said[-1]
    return ReadyPage.make(content, headers) if status.startswith("200 ") and _is_public(headers) else None


def _is_public(headers: Headers) -> bool:
    named = {name.lower(): value for name, value in headers}
    return (
        "public" in named.get("cache-control", "")
        and "set-cookie" not in named
        and named.get("vary", "Accept-Encoding").lower() == "accept-encoding"
    )


def _request_of_nobody(address: str) -> Environ:
    site = urlsplit(settings.PUBLIC_ADDRESS)
    secure = settings.SECURE_SSL_REDIRECT or site.scheme == "https"
    environ = {
        "REQUEST_METHOD": "GET",
        "SCRIPT_NAME": "",
        "PATH_INFO": address,
        "QUERY_STRING": "",
        "SERVER_NAME": site.hostname or "",
        "SERVER_PORT": str(site.port or (443 if secure else 80)),
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "",
        "HTTP_HOST": site.netloc,
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https" if secure else "http",
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    if settings.SECURE_PROXY_SSL_HEADER and secure:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        environ[name] = value
    return environ


def asks_for_nothing(query: str) -> bool:
    """Whether the page is the same as without this query."""
    if not query:
        return True
    names = [part.partition("=")[0] for part in query.split("&")]
    return all(name in MARKS_OF_OTHERS or name.startswith("utm_") for name in names)


def _may_be_public(address: str) -> bool:
    return address.endswith(("/", ".txt", ".xml"))


def _remember(known: dict[str, Any], said: str, meant: object) -> None:
    """The newest; what is long is worked out each time."""
    if len(said) > LONGEST_NAME:
        return
    while len(known) >= MOST_NAMES:
        known.pop(next(iter(known)), None)
    known[said] = meant
