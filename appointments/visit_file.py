"""The date of a visit as a calendar file (RFC 5545), in words that tell nobody what the visit is for."""

from __future__ import annotations

from datetime import UTC, timedelta
from uuid import uuid5

from django.utils import timezone
from django.utils.translation import gettext
from icalendar import Calendar
from icalendar import Event as Entry

from appointments.models import AppointmentRequest

LENGTH = timedelta(hours=1)


def visit_file(request: AppointmentRequest, *, address: str, phone: str) -> bytes:
    """The file of a request that has a date; empty texts where the place or the number is not known.

    The time is an instant in UTC, so that no calendar has to know when daylight saving begins. A later file
    of the same visit takes the place of an earlier one: same UID, higher SEQUENCE.
    """
    if request.scheduled_for is None:
        raise ValueError("a visit without a date")
    visit = Entry()
    visit.add("uid", str(uuid5(request.submission_key, "visit")))
    visit.add("sequence", request.version)
    visit.add("dtstamp", timezone.now().astimezone(UTC))
    visit.add("dtstart", request.scheduled_for.astimezone(UTC))
    visit.add("duration", LENGTH)
    visit.add("summary", gettext("Visit"))
    visit.add("description", _description(request, phone))
    visit.add("class", "PRIVATE")
    if address:
        visit.add("location", address)
    calendar = Calendar()
    calendar.add("prodid", "-//Clinic//Visit//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add_component(visit)
    return calendar.to_ical()


def _description(request: AppointmentRequest, phone: str) -> str:
    lines = [gettext("Your reference: %(reference)s") % {"reference": request.reference}]
    if phone:
        lines.append(gettext("Questions, or another time? Phone %(phone)s.") % {"phone": phone})
    return "\n".join(lines)
