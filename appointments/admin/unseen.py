"""What a patient did by the private link and no member of staff has acted on since."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from appointments import follow_up, states
from appointments.models import AppointmentRequest, Event
from clinic_site.postgresql.one_statement import Given

STEPS = [row.action for row in states.TRANSITIONS if row.by is states.By.STAFF]
SHOWN_FOR = timedelta(days=90)
"""How long a withdrawal that nobody has seen is listed."""


def _since(actions: list[str], *, ended_by: list[str]) -> QuerySet[Event]:
    """The entries of the request at hand with none of ``ended_by`` after them."""
    later = Event.objects.filter(
        request_id=OuterRef("request_id"), pk__gt=OuterRef("pk"), action__in=ended_by
    )
    return Event.objects.filter(~Exists(later), request_id=OuterRef("pk"), action__in=actions)


def marked(
    requests: QuerySet[AppointmentRequest], *, since: datetime | Given | None = None
) -> QuerySet[AppointmentRequest]:
    """Each request with ``changes``, ``last_of_link`` and ``is_withdrawn``, which ``told`` reads.

    ``since``: as for ``is_withdrawn``.
    """
    by_patient = _since(list(follow_up.PATIENT_CHANGES), ended_by=[*STEPS, follow_up.SEEN])
    changes = by_patient.filter(actor_kind=Event.ActorKind.PATIENT)
    of_link = Event.objects.filter(request_id=OuterRef("pk"), action__in=follow_up.LINK_ACTIONS)
    return requests.annotate(
        changes=ArraySubquery(changes.order_by("action").values("action").distinct()),
        last_of_link=Subquery(of_link.order_by("-pk").values("action")[:1]),
        is_withdrawn=ExpressionWrapper(is_withdrawn(since), BooleanField()),
    )


def shown_since() -> datetime:
    """Withdrawals before this moment are no longer listed."""
    return timezone.now() - SHOWN_FOR


def is_withdrawn(since: datetime | Given | None = None) -> Q:
    """Withdrawn by the patient of late, with something left for staff to do, and not seen yet.

    ``since``: what ``shown_since`` says, where a statement is told of it later.
    """
    return Q(withdrawal_unseen=True, closed_at__gt=since or shown_since())


def told(request: AppointmentRequest) -> list[str]:
    """In words for staff. Expects ``marked``."""
    said = to_see(request)
    if request.last_of_link == follow_up.LINK_WISHED:  # type: ignore[attr-defined]
        said.append(gettext("A new private link is asked for: send one by text."))
    return said


def to_see(request: AppointmentRequest) -> list[str]:
    """What staff need only have seen. Expects ``marked``."""
    said = []
    changes = request.changes if request.is_open else []  # type: ignore[attr-defined]
    if "change_contact" in changes:
        said.append(gettext("The patient changed how we reach them."))
    if "change_times" in changes:
        said.append(gettext("The patient changed the times that suit them."))
    if request.is_withdrawn:  # type: ignore[attr-defined]
        said.append(_withdrawal(request))
    return said


def _withdrawal(request: AppointmentRequest) -> str:
    if request.scheduled_for is None:
        return gettext("The patient withdrew this urgent request.")
    when = date_format(localtime(request.scheduled_for), "M j, Y, g:i a")
    return gettext("The patient withdrew. Their date is free again: %(when)s.") % {"when": when}
