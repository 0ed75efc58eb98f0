"""Checks the trail against its seals; for the operator, by hand and every night."""

from __future__ import annotations

import re
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from appointments import audit, seal_check
from appointments.models import Seal

HEAD = re.compile(r"[0-9a-fA-F]{64}")
EVERY_SEALS = 100_000


class Command(BaseCommand):
    help = (
        "Check that no entry of the trail was changed, removed or slipped in. Prints the last digest: keep "
        "it outside this computer, and give it to the next check with --head, which shows a cut-off end."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--head", default="", help="a digest printed by an earlier check")

    def handle(self, *args: Any, **options: Any) -> None:
        head = options["head"].strip()
        if head and not HEAD.fullmatch(head):
            raise CommandError("--head takes a digest as this command prints it: 64 hexadecimal digits.")
        began = time.monotonic()
        last = Seal.objects.order_by("pk").last()
        total = last.pk if last else 0
        self._say(f"Checking {total:,} seals")
        told = 0
        for check in seal_check.run(head):
            if check.sealed - told >= EVERY_SEALS:
                told = check.sealed
                self._say(f"  {told:,} of {max(total, told):,}")
        for line in check.told:
            self.stderr.write(line)
        if check.wrong > len(check.told):
            self.stderr.write(f"and {check.wrong - len(check.told):,} more")
        self._say(f"{check.sealed:,} seals checked in {time.monotonic() - began:.1f} s")
        if check.head:
            self._say(f"place {check.place}, digest {check.head}")
        if check.head_place:
            self._say(f"the digest given with --head stands at place {check.head_place}")
        audit.record(
            actor=audit.SYSTEM, action="check_trail", place=check.place, head=check.head, wrong=check.wrong
        )
        if check.wrong:
            raise CommandError(f"The trail is not intact: {check.wrong:,} found.")
        self._say("The trail is intact.")

    def _say(self, what: str) -> None:
        self.stdout.write(what)
        self.stdout.flush()
