"""How long requests are kept, what holds them, and their end.

As in lifecycle.py every change is one transaction with its trail entries, which keep ids alone. A request
goes with everything that hangs on it: whatever table has a foreign key to it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Model
from django.db.models.functions import ExtractYear
from django.utils.translation import gettext_lazy as _

from appointments import audit, lifecycle, urgency
from appointments.audit import Actor
from appointments.models import AppointmentRequest, Event, Note

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

    from appointments.querysets import RequestQuerySet


class Hold(StrEnum):
    """What keeps a request from being deleted; each is the name of its column."""

    LEGAL = "legal_hold"
    RECORD = "in_medical_record"

    @property
    def label(self) -> _StrPromise:
        return _("Legal hold") if self is Hold.LEGAL else _("Part of the medical record")


@dataclass
class Removed:
    """How many requests went, how much of what hung on them (by the name of its model), and up to where."""

    requests: int = 0
    hanging: Counter[str] = field(default_factory=Counter)
    closed_at: datetime | None = None

    def add(self, other: Removed) -> None:
        self.requests += other.requests
        self.hanging += other.hanging


def holds(request: AppointmentRequest) -> list[Hold]:
    """What keeps this request."""
    return [each for each in Hold if getattr(request, each)]


@transaction.atomic
def hold(*, actor: Actor, request_id: int, kind: Hold, reason: str) -> None:
    """Keep a request from deletion until the hold is released. Raises lifecycle.Outdated where it is held."""
    _set_hold(actor, request_id, kind, True, reason)


@transaction.atomic
def release(*, actor: Actor, request_id: int, kind: Hold, reason: str) -> None:
    """Let the clinic's period count again. Raises lifecycle.Outdated where there is no such hold."""
    _set_hold(actor, request_id, kind, False, reason)


def _set_hold(actor: Actor, request_id: int, kind: Hold, held: bool, reason: str) -> None:
    """It changes nothing of how the patient is looked after, so it makes nobody's screen outdated."""
    request = lifecycle.locked(request_id)
    if getattr(request, kind) == held:
        about = Event.objects.filter(request_id=request_id, action__in=["hold", "release"])
        raise lifecycle.Outdated(list(about.filter(codes__kind=kind.value).order_by("-pk")[:1]))
    setattr(request, kind, held)
    request.save(update_fields=[kind])
    action = "hold" if held else "release"
    event = audit.record(actor=actor, action=action, request_id=request_id, kind=kind.value)
    Note.objects.create(request=request, author_id=actor.account, event_id=event.pk, text=reason)


def end_of_period(now: datetime) -> datetime:
    """What was closed then or before has had its time."""
    return now - timedelta(days=settings.RETENTION_DAYS)


def by_year(requests: RequestQuerySet) -> dict[int, int]:
    """How many were closed in each year of the clinic's calendar."""
    year = ExtractYear("closed_at", tzinfo=urgency.rules().hours.time_zone)
    counted = requests.order_by().annotate(year=year).values("year").annotate(count=Count("pk"))
    return {row["year"]: row["count"] for row in counted.order_by("year")}


def _what_hangs() -> list[tuple[type[Model], str]]:
    """Each model that hangs on a request, with the field by which it does."""
    relations = AppointmentRequest._meta.related_objects
    return [(cast("type[Model]", each.related_model), each.field.name) for each in relations]


def hanging_on(requests: RequestQuerySet) -> Counter[str]:
    """How much hangs on these requests, by the name of its model."""
    counts: Counter[str] = Counter()
    for model, by in _what_hangs():
        own = {f"{by}__in": requests.order_by().values("pk")}
        counts[str(model._meta.verbose_name_plural)] = model._base_manager.filter(**own).count()
    return +counts


@transaction.atomic
def purge_some(*, actor: Actor, closed_by: datetime, limit: int, since: datetime | None = None) -> Removed:
    """Delete up to ``limit`` requests closed by then that nothing holds, the longest closed first.

    Small transactions: nobody waits long for a row. Requests that somebody has locked are passed over, so
    that several may run at once, beside the site. ``since`` begins where the last batch ended, not among what
    it deleted. A hold set at this moment is seen, for the row is looked at again once it is locked.
    """
    due = AppointmentRequest.objects.to_purge(closed_by)
    if since:
        due = due.filter(closed_at__gte=since)
    locked = due.select_for_update(skip_locked=True).order_by("closed_at").values_list("pk", "closed_at")
    rows = list(locked[:limit])
    if not rows:
        return Removed()
    removed = remove([pk for pk, _closed in rows])
    audit.record_each(actor=actor, action="purged", request_ids=[pk for pk, _closed in rows])
    removed.closed_at = rows[-1][1]
    return removed


def record_purge(*, actor: Actor, removed: Removed) -> None:
    """Keep in the trail that a purge ran and how many requests went; where none did, it leaves no entry."""
    if removed.requests:
        audit.record(actor=actor, action="purge", count=removed.requests)


def remove(ids: list[int]) -> Removed:
    """Delete these locked requests with all that hangs on them; the lock keeps new things from hanging on."""
    _total, counts = AppointmentRequest.objects.filter(pk__in=ids).only("pk").delete()
    requests = counts.pop(AppointmentRequest._meta.label)
    names_of = {model._meta.label: str(model._meta.verbose_name_plural) for model, _by in _what_hangs()}
    return Removed(requests, Counter({names_of[label]: count for label, count in counts.items() if count}))
