"""Named reads of requests."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Self

from django.db import models
from django.db.models.functions import Reverse
from django.utils import timezone

from appointments import contacts, names

if TYPE_CHECKING:
    from appointments.models import AppointmentRequest

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

    def held(self) -> Self:
        """Those that stay whatever their age: under a legal hold, or part of the medical record."""
        return self.filter(models.Q(legal_hold=True) | models.Q(in_medical_record=True))

    def closed_by(self, moment: datetime) -> Self:
        """Those closed at this instant or before."""
        return self.filter(status="closed", closed_at__lte=moment)

    def to_purge(self, moment: datetime) -> Self:
        """Those closed at this instant or before that nothing holds."""
        return self.closed_by(moment).filter(legal_hold=False, in_medical_record=False)

    def of_patient(self, name: str, date_of_birth: date) -> Self:
        """Those of the person of this name, in any spelling of it, born on this day; the oldest first."""
        born = self.filter(date_of_birth=date_of_birth).values_list("pk", "patient_name")
        same = [pk for pk, other in born if names.normal(other) == names.normal(name)]
        return self.filter(pk__in=same).order_by("pk")

    def followable(self, now: datetime) -> Self:
        """Those that a private link opens at this instant."""
        return self.exclude(closed_at__lte=now - FOLLOWED_AFTER_CLOSING)

    def with_contact(self, contact: str) -> Self:
        """Those for which this e-mail address, or this phone number as E.164, was given; the newest first."""
        # The index leaves out rows without one; PostgreSQL uses it only where the query says so too.
        if "@" in contact:
            given = self.exclude(email="").filter(email__iexact=contacts.normal(contact))
        else:
            turned = contacts.normal(contact)[::-1]
            given = self.exclude(phone="").alias(turned=Reverse("phone")).filter(turned=turned)
        return given.order_by("-received_at", "-pk")

    def received_on(self, first_day: date | None, last_day: date | None) -> Self:
        """Those that came in on these days of the clinic's calendar, both included; None is no bound."""
        found = self
        if first_day:
            found = found.filter(received_at__gte=_midnight(first_day))
        if last_day:
            found = found.filter(received_at__lt=_midnight(last_day + timedelta(days=1)))
        return found

    def in_batches(self, *, up_to: int, size: int = 1000) -> Iterator[list[AppointmentRequest]]:
        """All of them in the order they came, with two short queries for each batch.

        Nothing is held between two batches, no cursor, no transaction: a download may take minutes. The ids
        come first, so that whatever the filters need is not asked for every column.
        """
        after = 0
        while True:
            some = self.filter(pk__gt=after, pk__lte=up_to).order_by("pk").values_list("pk", flat=True)[:size]
            if not (found := list(some)):
                return
            rows = self.model._default_manager.filter(pk__in=found).select_related("assigned_to")
            yield list(rows.order_by("pk"))
            after = found[-1]

    def born_on(self, day: date) -> Self:
        """Those whose patient was born on this day, the newest first."""
        return self.filter(date_of_birth=day).order_by("-received_at", "-pk")

    def references(self, ids: Iterable[int]) -> dict[int, str]:
        """The references of these requests, by id; without ids no query is made."""
        return dict(self.filter(pk__in=ids).values_list("pk", "reference"))

    def next_for(self, account: int, *, but: int) -> Self:
        """What this member of staff may take next, the most pressing first: theirs, or nobody's.

        Without ``but``, the one they look at, and those whose date is still to come: they wait for nothing.
        """
        theirs = models.Q(assigned_to=account) | models.Q(assigned_to=None)
        dated = models.Q(status="scheduled", scheduled_for__gt=timezone.now())
        return self.open().filter(theirs).exclude(pk=but).exclude(dated).order_by(*MOST_PRESSING_FIRST)


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
