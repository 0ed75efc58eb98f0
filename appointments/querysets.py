"""Named reads of requests."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models

from appointments import contacts

if TYPE_CHECKING:
    from appointments.models import AppointmentRequest  # noqa: F401

MOST_PRESSING_FIRST = ("is_answered", "respond_by", "pk")
"""Those still without an answer, by when it is due; then those already answered.

So the most urgent and the longest overdue come first, and nobody who was reached stands in their way.
"""


FOLLOWED_AFTER_CLOSING = timedelta(days=90)
"""How long a private link still opens a request that is closed."""


class RequestQuerySet(models.QuerySet["AppointmentRequest"]):
    """Requests as staff look at them."""

    def open(self) -> Self:
        return self.exclude(status="closed")

    def alarming(self) -> Self:
        """Urgent requests that nobody has taken up, the oldest first: they raise the alarm of the staff."""
        return self.filter(status="new", urgency="same_day").order_by("received_at", "pk")

    def overdue(self, now: datetime) -> Self:
        """Those whose answer is due at this instant, answered or not."""
        return self.filter(respond_by__lte=now)

    def followable(self, now: datetime) -> Self:
        """Those that a private link opens at this instant."""
        return self.exclude(closed_at__lte=now - FOLLOWED_AFTER_CLOSING)

    def with_contact(self, contact: str) -> Self:
        """Those for which this e-mail address, or this phone number as E.164, was given; the newest first."""
        field = "email__iexact" if "@" in contact else "phone"
        return self.filter(**{field: contacts.normal(contact)}).order_by("-received_at", "-pk")
