"""The worker: delivers messages that are due, and deletes drafts that have outlived their two hours."""

import signal
import threading
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import Error, close_old_connections

from appointments import drafts, notifications

PAUSE_SECONDS = 2.0


class Command(BaseCommand):
    help = "Deliver the messages that are due; with --forever, go on until told to stop."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--forever", action="store_true", help="look again every few seconds")

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()
        if options["forever"]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, lambda *_arguments: stop.set())
        while True:
            self._round(options["forever"])
            if not options["forever"] or stop.wait(PAUSE_SECONDS):
                return

    def _round(self, forever: bool) -> None:
        """One look; a database that is away for a moment does not end the worker."""
        try:
            delivery = notifications.deliver_due()
            drafts.delete_expired()
        except Error as error:
            if not forever:
                raise
            self.stderr.write(f"the database did not answer ({type(error).__name__}); trying again")
            close_old_connections()
            return
        if delivery.sent or delivery.put_off:
            self.stdout.write(f"messages: {delivery.sent} sent, {delivery.put_off} put off")
