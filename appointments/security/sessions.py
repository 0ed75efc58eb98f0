"""Log-ins: sessions of Django's with an account and two clocks; ``settings.SESSION_ENGINE`` is this.

A log-in is over after ``STAFF_IDLE_SECONDS`` without anything a person did, and after ``SESSION_COOKIE_AGE``
whatever happens. What pages ask by themselves, marked by the header ``BACKGROUND``, is nothing a person did.
https://docs.djangoproject.com/en/5.2/topics/http/sessions/#extending-database-backed-session-engines
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import django_otp
from django.conf import settings
from django.contrib.auth import SESSION_KEY, login
from django.contrib.auth.models import User
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from appointments import audit
from appointments.models import StaffSession
from appointments.security import browsers
from clinic_site.postgresql.one_statement import Given, OneStatement

BACKGROUND = "X-Clinic-Background"
SEARCHES = "searches"
"""Where a log-in keeps what was searched for; an erasure drops it."""
WRITTEN_EVERY = timedelta(seconds=15)
"""How exact ``acted_at`` is; a write at each request would cost more than it tells."""


STORED = OneStatement(
    lambda: {"row": StaffSession.objects.filter(session_key=Given("key"), expire_date__gt=Given("now"))}
)


class SessionStore(db.SessionStore):
    """Sessions in ``StaffSession``. ``row`` is the stored one, once it has been read."""

    row: StaffSession | None = None

    @classmethod
    def get_model_class(cls) -> type[StaffSession]:
        return StaffSession

    def _get_session_from_db(self) -> StaffSession | None:
        found = STORED.ask(key=self.session_key, now=timezone.now())["row"]
        self.row = next((row for row in found if not row.account_id or left(row).seconds > 0), None)
        if self.row is None:
            self._session_key = None
        return self.row

    def create_model_instance(self, data: dict[str, Any]) -> StaffSession:
        row: StaffSession = super().create_model_instance(data)  # type: ignore[assignment]
        row.account_id = _account(data)
        return row

    def save(self, must_create: bool = False) -> None:
        """Leave the clocks alone: a request that took long must not set back what another did meanwhile."""
        if must_create or self.session_key is None:
            return super().save(must_create)
        data = self._get_session()  # type: ignore[attr-defined]  # the stubs lack it
        stored = StaffSession.objects.filter(session_key=self.session_key).update(
            session_data=self.encode(data), expire_date=self.get_expiry_date(), account_id=_account(data)
        )
        if not stored:
            raise UpdateError
        return None

    def cycle_key(self) -> None:
        """A new key, as after a changed password, is no new log-in: its hours go on."""
        self.keys()  # which reads the row
        before = self.row
        super().cycle_key()
        if before is not None and before.account_id:
            StaffSession.objects.filter(session_key=self.session_key).update(
                account_id=before.account_id, begun_at=before.begun_at, browser=before.browser
            )


def _account(data: dict[str, Any]) -> int | None:
    return int(data[SESSION_KEY]) if SESSION_KEY in data else None


@dataclass(frozen=True, slots=True)
class Left:
    """How long a log-in still lasts, and whether doing something makes it longer."""

    seconds: int
    may_stay: bool


def left(row: StaffSession) -> Left:
    now = timezone.now()
    longest = row.begun_at + timedelta(seconds=settings.SESSION_COOKIE_AGE)
    idle = row.acted_at + timedelta(seconds=settings.STAFF_IDLE_SECONDS)
    return Left(int((min(longest, idle) - now).total_seconds()), idle < longest)


def begin(request: HttpRequest, *, account: User, device: Any = None) -> None:
    """Log in, with a session that keeps nothing of an earlier one; ``device`` is the proven second factor."""
    request.session.flush()
    login(request, account)
    if device is not None:
        django_otp.login(request, device)
    request.session.save()
    browser = browsers.named(request.headers.get("User-Agent", ""))
    StaffSession.objects.filter(session_key=request.session.session_key).update(browser=browser)


def acted(request: HttpRequest, *, now: datetime | None = None) -> None:
    """Note that the person did something. Given ``now``, note it to the second."""
    row = getattr(request.session, "row", None)
    moment = now or timezone.now()
    if row is None or (now is None and row.acted_at > moment - WRITTEN_EVERY):
        return
    StaffSession.objects.filter(session_key=row.session_key, acted_at__lt=moment).update(acted_at=moment)
    row.acted_at = moment


def lasting() -> QuerySet[StaffSession]:
    """Log-ins that still hold, the last used first."""
    return StaffSession.objects.filter(account__isnull=False).exclude(_over()).order_by("-acted_at")


def of_account(account: int) -> QuerySet[StaffSession]:
    return lasting().filter(account_id=account)


def _over() -> Q:
    now = timezone.now()
    idle = Q(acted_at__lte=now - timedelta(seconds=settings.STAFF_IDLE_SECONDS))
    longest = Q(begun_at__lte=now - timedelta(seconds=settings.SESSION_COOKIE_AGE))
    return Q(expire_date__lte=now) | Q(account__isnull=False) & (idle | longest)


def handle(row: StaffSession) -> str:
    """What names a log-in on a page: its key itself would let whoever reads it in."""
    return salted_hmac("appointments.security.sessions", row.session_key, algorithm="sha256").hexdigest()[:20]


@transaction.atomic
def end(*, actor: audit.Actor, account: int, named: str) -> bool:
    """End one log-in of this account; whether there was one of that name."""
    row = next((row for row in of_account(account) if handle(row) == named), None)
    if row is None:
        return False
    row.delete()
    audit.record(actor=actor, action="session_ended", account=account, number=1)
    return True


@transaction.atomic
def end_all(*, actor: audit.Actor, account: int, but: str | None = None) -> int:
    """End every log-in of this account, but for the one with that key; returns how many."""
    rows = StaffSession.objects.filter(account_id=account).exclude(session_key=but or "")
    number = rows.delete()[0]
    if number:
        audit.record(actor=actor, action="session_ended", account=account, number=number)
    return number


@transaction.atomic
def delete_expired() -> int:
    """Delete what is over; a log-in that nobody ended leaves an entry. Returns how many."""
    rows = list(StaffSession.objects.select_for_update(skip_locked=True).filter(_over())[:500])
    for row in rows:
        if row.account_id:
            audit.record(actor=audit.SYSTEM, action="session_expired", account=row.account_id)
    return StaffSession.objects.filter(session_key__in=[row.session_key for row in rows]).delete()[0]
