"""Fills the demonstration with believable requests, marked as sample, trail included."""

from __future__ import annotations

import random
import secrets
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import IntegrityError
from django.utils import timezone

from appointments.samples.rows import Maker, World
from appointments.samples.store import colleagues, store
from services.models import Location, Person

MOST_OPEN = 5_000


def open_by_default(count: int) -> int:
    """One in two hundred, as in a clinic of some years; more where so few would leave the queue empty."""
    return min(MOST_OPEN, max(count // 200, min(count // 3, 60)))


class Command(BaseCommand):
    help = "Store made-up requests, marked as sample. In the demonstration only."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("count", type=int, help="how many requests")
        parser.add_argument("--open", type=int, help="how many of them are still open (else one in 200)")
        parser.add_argument(
            "--seed", type=int, help="the same number makes the same requests on the same day"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        count, open_count = options["count"], options["open"]
        if open_count is None:
            open_count = open_by_default(count)
        if not settings.DEMONSTRATION:
            raise CommandError("Made-up requests are for the demonstration only (DEMONSTRATION=1).")
        if count < 1 or not 0 <= open_count <= count:
            raise CommandError("Ask for at least one request, and for no more open ones than requests.")
        seed = secrets.randbits(32) if options["seed"] is None else options["seed"]
        maker = Maker(random.Random(seed), self._world())  # noqa: S311 - made-up people need no secrecy
        began = time.monotonic()
        stored = 0
        try:
            for stored in store(maker, count, open_count=open_count):
                self._say(f"  {stored:,} of {count:,}", began, stored)
        except IntegrityError as error:
            there = f"The requests of --seed {seed} are there already: take another number."
            raise CommandError(f"{there} {stored:,} were added.") from error
        done = f"{stored:,} sample requests stored, {open_count:,} of them open (--seed {seed})"
        self._say(done, began, stored)

    def _say(self, what: str, began: float, stored: int) -> None:
        self.stdout.write(f"{what}: {stored / max(time.monotonic() - began, 1e-6):,.0f} a second")
        self.stdout.flush()

    def _world(self) -> World:
        places = list(Location.objects.order_by("slug").values_list("slug", flat=True)) or [""]
        people = list(Person.objects.order_by("slug").values_list("slug", flat=True)) or [""]
        return World(now=timezone.now(), places=places, people=people, staff=colleagues())
