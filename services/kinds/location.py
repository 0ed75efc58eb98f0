"""A location: its hours, whether it is open, and who works there."""

from typing import Any

from django.utils import timezone

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.models import Location, Person
from services.showing import PAGE, Showing

PLACE = OneStatement(
    lambda: {
        "location": Location.objects.filter(pk=PAGE).prefetch_related("hours"),
        "people": Person.objects.published(NOW).listed_in(LANGUAGE).working_at(PAGE),
    }
)


def context(showing: Showing) -> dict[str, Any]:
    read = showing.ask(PLACE)
    location: Location = read["location"][0]
    clinic = showing.site.clinic
    return {
        "location": location,
        "opening": location.opening_at(timezone.now()),
        "calendar_address": location.calendar_address(clinic.name if clinic else ""),
        "hours": list(location.hours.all()),
        "people": read["people"],
    }
