"""The home page says where the clinic is, to those who read its structured data."""

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.models import Location
from services.showing import Showing

LOCATIONS = OneStatement(lambda: {"locations": Location.objects.published(NOW).listed_in(LANGUAGE)})


def context(showing: Showing) -> dict[str, Any]:
    return showing.ask(LOCATIONS)
