"""A location: its hours, whether it is open, and who works there."""

from typing import Any

from django.utils import timezone

from services.models import Person
from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    location = showing.page.location
    people = Person.objects.published().in_language(showing.language).working_at(showing.page)
    clinic = showing.site.clinic
    return {
        "location": location,
        "opening": location.opening_at(timezone.now()),
        "calendar_address": location.calendar_address(clinic.name if clinic else ""),
        "hours": list(location.hours.all()),
        "people": list(people),
    }
