"""What a patient did by the private link and no member of staff has acted on since."""

from __future__ import annotations

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext

from appointments import follow_up, states
from appointments.models import AppointmentRequest, Event

STEPS = [row.action for row in states.TRANSITIONS if row.by is states.By.STAFF]


def _last_of(actions: list[str]) -> Subquery:
    """The latest of these entries of the trail, as its action."""
    events = Event.objects.filter(request_id=OuterRef("pk"), action__in=actions)
    return Subquery(events.order_by("-pk").values("action")[:1])


def marked(requests: QuerySet[AppointmentRequest]) -> QuerySet[AppointmentRequest]:
    """Each request with ``last_change`` and ``last_of_link``, which ``told`` reads."""
    return requests.annotate(
        last_change=_last_of([*STEPS, *follow_up.PATIENT_CHANGES]),
        last_of_link=_last_of(list(follow_up.LINK_ACTIONS)),
    )


def told(request: AppointmentRequest) -> list[str]:
    """In words for staff. Expects ``marked``."""
    said = []
    change, of_link = request.last_change, request.last_of_link  # type: ignore[attr-defined]
    if request.is_open and change == "change_contact":
        said.append(gettext("The patient changed how we reach them."))
    if request.is_open and change == "change_times":
        said.append(gettext("The patient changed the times that suit them."))
    if of_link == follow_up.LINK_WISHED:
        said.append(gettext("A new private link is asked for: send one by text."))
    return said
