"""Which edition of the content holds now: asked of the database beforehand, so that no visitor waits for it.

A process may answer from memory for LEASE_SECONDS after it last began to ask; so whatever was committed shows
everywhere within that time, however slow or cut off a process is. While visitors come, a thread asks every
ROUND_SECONDS; without any, nobody asks.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import Error as AnyDatabaseError
from django.db import InterfaceError, OperationalError, connection
from django.urls import reverse
from django.utils import timezone, translation

from clinic_site.build import build
from services import published
from services.changing import next_change
from services.models import ContentStamp

LEASE_SECONDS = 0.9
ROUND_SECONDS = 0.3
QUIET_ROUNDS = 20
"""After so many rounds in which nobody came, the thread rests until somebody does."""

ALSO_PUBLIC = ("robots", "sitemap", "appointments:start", "appointments:emergency")
"""Pages that no editor wrote, the same for everybody."""


@dataclass(frozen=True, slots=True)
class Edition:
    """The content as it reads from one change to the next, by this code."""

    stamp: str
    ends: float
    """When time alone changes it, in seconds since 1970."""
    addresses: frozenset[str]

    @property
    def key(self) -> str:
        return f"{build()} {self.stamp} {self.ends:.6f}"


class CurrentEdition:
    """The edition that holds, and until when a process may rely on it (``time.monotonic()``)."""

    def __init__(self, begin: Callable[[Edition], None]) -> None:
        """``begin``: what to do with each new edition, before anybody relies on it."""
        self.good_until = 0.0
        self.confirmed_at = 0.0
        self.was_asked = False
        self._not_before = 0.0
        self._edition: Edition | None = None
        self._begin = begin
        self._asking = threading.Lock()
        self._awake = threading.Event()
        self._thread: threading.Thread | None = None

    def confirm(self) -> None:
        """Ask, unless another thread has just done so.

        Raises a database error; at once where there was one a moment ago, so that visitors do not queue
        before a database that does not answer.
        """
        with self._a_turn():
            self._keep_asking()
            if time.monotonic() >= self.good_until:
                if time.monotonic() < self._not_before:
                    raise OperationalError("the database did not answer a moment ago")
                self._ask()

    def confirm_anew(self) -> None:
        """Ask now, whatever others have just heard: for who has just changed something."""
        with self._a_turn():
            self._ask()

    @contextmanager
    def _a_turn(self) -> Iterator[None]:
        if not self._asking.acquire(timeout=LEASE_SECONDS):
            raise OperationalError("the database has not answered yet")
        try:
            yield
        finally:
            self._asking.release()

    def _ask(self) -> None:
        began = time.monotonic()
        self._not_before = began + LEASE_SECONDS
        stamp = str(_asked_twice(lambda: ContentStamp.objects.values_list("stamp", flat=True).first()))
        now = timezone.now()
        edition = self._edition
        if edition is None or edition.stamp != stamp or now.timestamp() >= edition.ends:
            edition = Edition(stamp, next_change(now).timestamp(), _addresses())
            self._begin(edition)
            self._edition = edition
        self.confirmed_at = began
        self.good_until = began + min(LEASE_SECONDS, max(0.0, edition.ends - now.timestamp()))
        self._not_before = 0.0

    def _keep_asking(self) -> None:
        self._awake.set()
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._rounds, name="edition", daemon=True)
            self._thread.start()

    def _rounds(self) -> None:
        quiet = 0
        while True:
            time.sleep(ROUND_SECONDS)
            quiet = 0 if self.was_asked else quiet + 1
            self.was_asked = False
            if quiet > QUIET_ROUNDS:
                self._awake.clear()
                connection.close()
                self._awake.wait()
                quiet = 0
                continue
            try:
                with self._a_turn():
                    self._ask()
            except AnyDatabaseError:
                connection.close()


def _addresses() -> frozenset[str]:
    found = published.addresses()
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found.update(reverse(name) for name in ALSO_PUBLIC)
    return frozenset(found)


def _asked_twice(question: Callable[[], object]) -> object:
    """A connection that the database has dropped since is opened again."""
    try:
        return question()
    except (OperationalError, InterfaceError):
        connection.close()
        return question()
