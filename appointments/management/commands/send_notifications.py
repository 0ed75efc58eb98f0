"""The worker beside the web process: sends what is due, reminds, deletes what has had its time, seals."""

import signal
import threading
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from appointments import delivery, drafts, exports, follow_up, limits, looking, notifications, seals
from appointments.security import sessions

PAUSE_SECONDS = 2.0


def tasks() -> list[Callable[[], object]]:
    """What one round does, in this order; one that fails does not keep the others from their turn."""
    return [
        notifications.remind_staff,
        follow_up.answer_link_wishes,
        delivery.deliver_due,
        drafts.delete_expired,
        limits.delete_expired,
        exports.end_forsaken,
        looking.delete_expired,
        sessions.delete_expired,
    ]


class Command(BaseCommand):
    help = "Deliver the messages that are due; with --forever, go on until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="look again every few seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        stop, sealer = threading.Event(), seals.Sealer()
        if options["forever"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_arguments: stop.set())
        while True:
            failures = [error for task in [*tasks(), sealer.seal_new] if (error := self._done(task))]
            if failures and not options["forever"]:
                raise failures[0]
            for told in dict.fromkeys(map(_told, failures)):
                self.stderr.write(told)
            if not options["forever"] or stop.wait(PAUSE_SECONDS):
                return

    def _done(self, task: Callable[[], object]) -> Exception | None:
        """Do it; what went wrong, if anything did: a database away for a moment does not end the worker."""
        try:
            done = task()
        except Exception as error:  # noqa: BLE001 - the other tasks have their turn, whatever failed here
            close_old_connections()
            return error
        if isinstance(done, delivery.Delivery) and done != delivery.Delivery(0, 0):
            self.stdout.write(f"messages: {done.sent} sent, {done.put_off} put off, {done.failed} failed")
        return None


def _told(error: Exception) -> str:
    """Without what the error says, which may hold what a person wrote."""
    if isinstance(error, Error):
        return f"the database did not answer ({type(error).__name__}); trying again"
    return f"a task of the worker failed ({type(error).__name__}); trying again"
