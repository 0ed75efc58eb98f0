"""Who has which request open at this moment. A look ends by itself when it is no longer renewed."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db import IntegrityError, transaction
from django.db.models import OuterRef, QuerySet
from django.utils import timezone

from appointments.models import AppointmentRequest, Looking
from clinic_site.postgresql.one_statement import Given

LASTS = timedelta(seconds=90)
"""Three times as long as an open page waits before it renews its look (static/js/background.js)."""


def note(*, request_id: int, account: int) -> None:
    """Keep that they have it open now; nothing where the request is deleted this very moment."""
    with suppress(IntegrityError), transaction.atomic():
        Looking.objects.bulk_create(
            [Looking(request_id=request_id, account_id=account, seen_at=timezone.now())],
            update_conflicts=True,
            unique_fields=["request", "account"],
            update_fields=["seen_at"],
        )


def forget(*, request_id: int, account: int) -> None:
    """They have left it."""
    Looking.objects.filter(request=request_id, account=account).delete()


def others(*, request_id: int, account: int) -> list[str]:
    """The names of those who have it open, but for this one."""
    return list(_now(account).filter(request=request_id).values_list("account__username", flat=True))


def at_any_of(ids: list[int], *, but: int) -> dict[int, list[str]]:
    """The names of those who look at these requests, by request; those nobody looks at are left out."""
    found: dict[int, list[str]] = {}
    for request_id, name in _now(but).filter(request__in=ids).values_list("request", "account__username"):
        found.setdefault(request_id, []).append(name)
    return found


def marked(
    requests: QuerySet[AppointmentRequest], *, but: int | Given, since: datetime | Given | None = None
) -> QuerySet[AppointmentRequest]:
    """Each with ``looked_at_by``, the names of those who have it open, but for this one.

    ``since``: what ``lasting_since`` says, where a statement is told of it later.
    """
    here = _now(but, since).filter(request=OuterRef("pk"))
    return requests.annotate(looked_at_by=ArraySubquery(here.values("account__username")))


def delete_expired() -> int:
    """Delete the looks that have ended; how many."""
    return Looking.objects.filter(seen_at__lte=lasting_since()).delete()[0]


def lasting_since() -> datetime:
    """Looks that were renewed before this moment have ended."""
    return timezone.now() - LASTS


def _now(but: int | Given, since: datetime | Given | None = None) -> QuerySet[Looking]:
    there = Looking.objects.filter(seen_at__gt=since or lasting_since())
    there = there.exclude(account=but)  # type: ignore[misc]  # the stubs know no expression here
    return there.order_by("account__username")
