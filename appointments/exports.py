"""What leaves the site: the only writer of exports. Each is begun with a purpose and leaves its trail."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from appointments import audit
from appointments.audit import Actor
from appointments.models import AppointmentRequest, Export
from appointments.querysets import RequestQuerySet

DOWNLOAD_WITHIN = timedelta(minutes=15)
"""How long an export that was begun can be downloaded, by who began it; once."""

SILENT_FOR = timedelta(minutes=10)
"""A download of which nothing was heard for so long has ended with the process that wrote it."""

PERMISSIONS: Mapping[str, str] = {
    Export.Shape.CSV: "export_csv",
    Export.Shape.TEXT: "export_csv",
    Export.Shape.FHIR: "export_fhir",
    Export.Shape.SHEET: "print_request",
}


class TooMany(Exception):
    """More requests were chosen than one export may hold."""


class Nothing(Exception):
    """No request was chosen."""


class Ended(Exception):
    """The export was given up meanwhile: nothing more of it may leave."""


def bounded_count(requests: RequestQuerySet) -> int:
    """How many there are, counted no further than one above the limit."""
    return _bounded(requests).count()


def _bounded(requests: RequestQuerySet) -> QuerySet[AppointmentRequest, Any]:
    return requests.order_by().values("pk")[: settings.EXPORT_LIMIT + 1]


@transaction.atomic
def begin(
    *,
    actor: Actor,
    shape: str,
    purpose: str,
    purpose_note: str,
    chosen: Mapping[str, Any],
    requests: RequestQuerySet,
) -> Export:
    """Note who wants what and why. Raises TooMany, Nothing.

    What comes in after this is no part of it.
    """
    some = _bounded(requests).aggregate(count=Count("pk"), last=Max("pk"))
    if some["count"] > settings.EXPORT_LIMIT:
        raise TooMany
    if not some["count"]:
        raise Nothing
    export = Export.objects.create(
        account_id=actor.account,
        shape=shape,
        purpose=purpose,
        purpose_note=purpose_note,
        chosen={**chosen, "up_to": some["last"]},
        total=some["count"],
    )
    audit.record(
        actor=actor,
        action="export",
        request_id=chosen.get("request"),
        export=export.pk,
        shape=shape,
        purpose=purpose,
        total=export.total,
        chosen=export.chosen,
    )
    return export


def claim(*, actor: Actor, export_id: int) -> bool:
    """Take the one download of an export, for whoever began it; only one of several presses gets it."""
    now = timezone.now()
    taken = downloadable(now).filter(pk=export_id, account_id=actor.account)
    return bool(taken.update(started_at=now, noted_at=now))


def downloadable(now: datetime) -> QuerySet[Export]:
    """Exports whose download can still begin."""
    return Export.objects.filter(
        state=Export.State.BEGUN, started_at=None, begun_at__gt=now - DOWNLOAD_WITHIN
    )


def note(*, export_id: int, written: int) -> None:
    """Keep how far the download is. Raises Ended."""
    going = Export.objects.filter(pk=export_id, state=Export.State.BEGUN)
    if not going.update(written=written, noted_at=timezone.now()):
        raise Ended


@transaction.atomic
def end(*, actor: Actor, export_id: int, written: int, state: Export.State) -> bool:
    """Note how a download ended, once. ``written`` is what was handed to the connection, at most."""
    going = Export.objects.filter(pk=export_id, state=Export.State.BEGUN)
    if not going.update(written=written, state=state, ended_at=timezone.now()):
        return False
    export = Export.objects.get(pk=export_id)
    audit.record(
        actor=actor,
        action="export_end",
        request_id=export.chosen.get("request"),
        export=export_id,
        written=written,
        state=state.value,
    )
    return True


def end_forsaken() -> int:
    """End those that nobody downloaded in time, and those that ended with their process; how many."""
    now = timezone.now()
    unused = Q(started_at=None, begun_at__lte=now - DOWNLOAD_WITHIN)
    silent = Q(started_at__isnull=False, noted_at__lte=now - SILENT_FOR)
    forsaken = Export.objects.filter(unused | silent, state=Export.State.BEGUN)
    return sum(
        end(
            actor=audit.SYSTEM,
            export_id=export.pk,
            written=export.written,
            state=Export.State.CUT_OFF if export.started_at else Export.State.UNUSED,
        )
        for export in forsaken
    )


@transaction.atomic
def print_sheet(
    *, actor: Actor, request_id: int, purpose: str, purpose_note: str, with_notes: bool
) -> Export:
    """Note that one request is shown as a sheet to print."""
    now = timezone.now()
    export = Export.objects.create(
        account_id=actor.account,
        shape=Export.Shape.SHEET,
        purpose=purpose,
        purpose_note=purpose_note,
        chosen={"request": request_id},
        total=1,
        written=1,
        state=Export.State.COMPLETE,
        started_at=now,
        ended_at=now,
    )
    audit.record(
        actor=actor,
        action="print",
        request_id=request_id,
        export=export.pk,
        purpose=purpose,
        notes=with_notes,
    )
    return export
