"""Django's connection to PostgreSQL, which need not ask at each request whether the server is still there."""

import select
import time

from django.db.backends.postgresql import base
from psycopg2.extensions import TRANSACTION_STATUS_IDLE

ASKED_EVERY_SECONDS = 5
"""A firewall or a proxy may forget a connection that was silent for longer, and tell nobody."""


class DatabaseWrapper(base.DatabaseWrapper):
    _asked_at = float("-inf")

    def is_usable(self) -> bool:
        """What answered a moment ago is usable where nothing has happened since; else it is asked."""
        if time.monotonic() - self._asked_at < ASKED_EVERY_SECONDS and self._is_quiet():
            return True
        usable = bool(super().is_usable())
        self._asked_at = time.monotonic() if usable else float("-inf")
        return usable

    def _is_quiet(self) -> bool:
        """In no transaction, and without a word from the server: all it says unasked is that it ends."""
        if self.connection.closed or self.connection.info.transaction_status != TRANSACTION_STATUS_IDLE:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN)
        return not poll.poll(0)
