"""Named reads of requests."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db import models

if TYPE_CHECKING:
    from appointments.models import AppointmentRequest  # noqa: F401

MOST_PRESSING_FIRST = ("is_answered", "respond_by", "pk")
"""Those still without an answer, by when it is due; then those already answered.

So the most urgent and the longest overdue come first, and nobody who was reached stands in their way.
"""


class RequestQuerySet(models.QuerySet["AppointmentRequest"]):
    """Requests as staff look at them."""

    def open(self) -> Self:
        return self.exclude(status="closed")

    def alarming(self) -> Self:
        """Urgent requests that nobody has taken up, the oldest first: they raise the alarm of the staff."""
        return self.filter(status="new", urgency="same_day").order_by("received_at", "pk")
