"""Deletes what has had its time: requests closed longer ago than the clinic keeps them.

To be run every night by a timer, beside the running site; killed in the middle, it goes on the next time.
"""

from __future__ import annotations

import time
from argparse import ArgumentTypeError
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone

from appointments import audit, retention
from appointments.models import AppointmentRequest

PROGRESS_SECONDS = 5.0


def batch_size(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= 10_000:
        raise ArgumentTypeError("a number from 1 to 10000")
    return int(text)


class Command(BaseCommand):
    help = (
        "Delete requests closed more than RETENTION_DAYS days ago, with all that hangs on them. Those under "
        "a legal hold or in the medical record stay."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")
        parser.add_argument("--batch", type=batch_size, default=500, help="requests in one transaction (500)")

    def handle(self, *args: Any, **options: Any) -> None:
        closed_by = retention.end_of_period(timezone.now())
        kept = AppointmentRequest.objects.closed_by(closed_by).held()
        due = AppointmentRequest.objects.to_purge(closed_by)
        years = retention.by_year(due)
        self._say(f"Closed more than {settings.RETENTION_DAYS} days ago: {sum(years.values()):,} requests")
        if options["dry_run"]:
            for year, count in years.items():
                self._say(f"  closed in {year}: {count:,}")
            self._count("hanging on them", retention.hanging_on(due))
        else:
            removed = self._purge(closed_by, options["batch"], sum(years.values()))
            self._say(f"Deleted: {removed.requests:,} requests")
            self._count("with them", removed.hanging)
            if left := due.count():
                self._say(f"In use by somebody, left for the next time: {left:,}")
        self._say(f"Kept by a legal hold: {kept.filter(legal_hold=True).count():,}")
        self._say(f"Kept as part of the medical record: {kept.filter(in_medical_record=True).count():,}")
        if options["dry_run"]:
            self._say("Nothing was deleted: this was a dry run.")

    def _purge(self, closed_by: Any, batch: int, due: int) -> retention.Removed:
        total, told = retention.Removed(), time.monotonic()
        while True:
            some = retention.purge_some(
                actor=audit.SYSTEM, closed_by=closed_by, limit=batch, since=total.closed_at
            )
            if not some.requests:
                break
            total.add(some)
            if time.monotonic() - told > PROGRESS_SECONDS:
                told = time.monotonic()
                self._say(f"  {total.requests:,} of {due:,} deleted")
        retention.record_purge(actor=audit.SYSTEM, removed=total)
        return total

    def _count(self, what: str, counts: Any) -> None:
        for name, count in sorted(counts.items()):
            self._say(f"  {what}: {count:,} {name}")

    def _say(self, what: str) -> None:
        self.stdout.write(what)
        self.stdout.flush()
