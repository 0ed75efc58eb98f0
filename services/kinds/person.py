"""A team member, and where they work."""

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.models import Location
from services.showing import PAGE, Showing

PLACES = OneStatement(
    lambda: {"places": Location.objects.published(NOW).listed_in(LANGUAGE).with_person(PAGE)},
)


def context(showing: Showing) -> dict[str, Any]:
    person = showing.page.person
    person.loaded_texts = showing.page.loaded_texts  # type: ignore[attr-defined]
    return {"person": person, **showing.ask(PLACES)}
