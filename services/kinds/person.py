"""A team member, and where they work."""

from typing import Any

from services.models import Location
from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    places = Location.objects.published().in_language(showing.language).with_person(showing.page)
    return {"person": showing.page.person, "places": list(places)}
