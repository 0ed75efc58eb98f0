"""The clinic, its places, its people and what they do, as schema.org describes them (https://schema.org)."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import phonenumbers
from django.http import HttpRequest
from django.utils.translation import get_language

from services.addresses import in_language
from services.models import Clinic, Fact, Location, OpeningHours, Page, Person, Treatment
from services.plain import plain
from services.public_address import absolute

Node = dict[str, Any]

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
PHYSICIANS = {
    Person.Role.SURGEON,
    Person.Role.EYE_SURGEON,
    Person.Role.NEUROLOGIST,
    Person.Role.NEUROTOLOGIST,
    Person.Role.PHYSICIAN,
}
NONINVASIVE = {Treatment.TreatmentKind.RETRAINING, Treatment.TreatmentKind.SUPPORT}
"""Kinds that never go under the skin. Of medicine the data do not say whether it is injected."""

HOW_PERFORMED = ("what_happens", "what_moves")


def without_gaps(node: Node) -> Node:
    """The node without what our data do not hold: nothing is stated then."""
    return {name: value for name, value in node.items() if value not in ("", None, [])}


class Entities:
    """Makes nodes.

    An identifier is the address in the default language: a thing is the same in every language.
    """

    def __init__(self, request: HttpRequest, clinic: Clinic | None) -> None:
        self._request = request
        self._clinic = clinic

    def identifier(self, path: str, part: str) -> str:
        return f"{absolute(self._request, path)}#{part}"

    def address_of(self, path: str) -> str:
        """The whole address of the page there, in the language being shown."""
        return absolute(self._request, in_language(path, get_language()))

    def clinic_reference(self) -> Node | None:
        return {"@id": self.identifier("/", "clinic")} if self._clinic else None

    def clinic(self, clinic: Clinic, places: Iterable[Page]) -> Node:
        """The clinic; ``places`` where the page says where it is."""
        return without_gaps(
            {
                "@type": "MedicalClinic",
                "@id": self.identifier("/", "clinic"),
                "name": clinic.name,
                "url": absolute(self._request, in_language("/", get_language())),
                "telephone": _telephone(clinic.phone),
                "email": clinic.email,
                "subOrganization": [{"@id": self.identifier(place.path, "place")} for place in places],
            }
        )

    def website(self, clinic: Clinic) -> Node:
        return {
            "@type": "WebSite",
            "@id": self.identifier("/", "website"),
            "url": absolute(self._request, "/"),
            "name": clinic.name,
            "publisher": self.clinic_reference(),
        }

    def place(self, page: Page, location: Location, hours: Iterable[OpeningHours] = ()) -> Node:
        """A location; its words are the page's, its address the location's."""
        name = f"{self._clinic.name}, {page.text.title}" if self._clinic else page.text.title
        return without_gaps(
            {
                "@type": "MedicalClinic",
                "@id": self.identifier(page.path, "place"),
                "name": name,
                "url": self.address_of(page.path),
                "telephone": _telephone(location.phone),
                "address": _postal_address(location),
                "hasMap": location.directions_url,
                "openingHoursSpecification": _opening_hours(hours),
                "parentOrganization": self.clinic_reference(),
            }
        )

    def reviewer(self, person: Person) -> Node:
        """Who reviewed a page; without an address where the person's page is not public."""
        node = {"@type": _type_of(person), "name": person.text.title}
        if not person.is_public:
            return node
        return {**node, "@id": self.identifier(person.path, "person"), "url": self.address_of(person.path)}

    def person(self, person: Person, words: Node, certifications: list[str], places: list[Location]) -> Node:
        """A team member. To schema.org a Physician is an organization: an address, but no job title."""
        at = [{"@id": self.identifier(place.path, "place")} for place in places]
        own: Node
        if _type_of(person) == "Physician":
            own = {
                "address": [_postal_address(place) for place in places],
                "telephone": _telephone(self._clinic.phone) if self._clinic else "",
                "location": at,
                "parentOrganization": self.clinic_reference(),
            }
        else:
            role = str(person.get_role_display())
            own = {"jobTitle": role, "workLocation": at, "worksFor": self.clinic_reference()}
        return without_gaps(
            {
                "@type": _type_of(person),
                "@id": self.identifier(person.path, "person"),
                **words,
                "image": absolute(self._request, person.portrait_url) if person.portrait else "",
                "knowsLanguage": person.languages,
                "hasCredential": [_certification(name) for name in certifications],
                **own,
            }
        )

    def procedure(self, treatment: Treatment, words: Node, facts: dict[str, list[str]]) -> Node:
        """A treatment or operation; ``facts`` are the page's answers by question."""
        surgery = treatment.treatment_kind == Treatment.TreatmentKind.SURGERY
        noninvasive = treatment.treatment_kind in NONINVASIVE
        how = next((facts[key] for key in HOW_PERFORMED if key in facts), [])
        return without_gaps(
            {
                "@type": ["MedicalProcedure", "SurgicalProcedure"] if surgery else "MedicalProcedure",
                "@id": self.identifier(treatment.path, "treatment"),
                **words,
                "procedureType": "https://schema.org/NoninvasiveProcedure" if noninvasive else "",
                "howPerformed": plain(" ".join(how)),
                "followup": plain(" ".join(facts.get("stay_recovery", []))),
            }
        )


def _type_of(person: Person) -> str:
    return "Physician" if person.role in PHYSICIANS else "Person"


def _certification(name: str) -> Node:
    category = str(Fact.Key.BOARD_CERTIFICATION.label)
    return {"@type": "EducationalOccupationalCredential", "credentialCategory": category, "name": name}


@lru_cache(maxsize=256)
def _telephone(phone: str) -> str:
    """With the country's code, as schema.org's readers ask; as it is written where that is not possible."""
    try:
        number = phonenumbers.parse(phone, "US")
    except phonenumbers.NumberParseException:
        return phone
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def _postal_address(location: Location) -> Node:
    """The country is the one whose states and ZIP codes a location has."""
    return {
        "@type": "PostalAddress",
        "streetAddress": location.street,
        "addressLocality": location.city,
        "addressRegion": location.state,
        "postalCode": location.postal_code,
        "addressCountry": "US",
    }


def _opening_hours(hours: Iterable[OpeningHours]) -> list[Node]:
    """Days with the same hours stand together."""
    days: dict[tuple[str, str], list[str]] = {}
    for each in hours:
        days.setdefault((f"{each.opens:%H:%M}", f"{each.closes:%H:%M}"), []).append(DAYS[each.weekday])
    return [
        {"@type": "OpeningHoursSpecification", "dayOfWeek": names, "opens": opens, "closes": closes}
        for (opens, closes), names in days.items()
    ]
