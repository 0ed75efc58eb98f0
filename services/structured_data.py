"""A page's data for search engines: one JSON-LD graph, made of what the page itself shows.

Which properties each type needs is held by tests/data/structured_data.json.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import zip_longest
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from services.head_data import description
from services.models import Clinic, Location, Page
from services.plain import plain
from services.structured_entities import Entities, Node, without_gaps

HEADING = re.compile(r"<h([234])\b[^>]*>(.*?)</h\1>", re.DOTALL)
LEAST_QUESTIONS = 2
"""A single heading that asks does not make a page one of questions and answers."""

ESCAPES = {ord(sign): f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"}
"""What could end the script element, or stand in no script."""


def as_json(data: Node) -> SafeString:
    """The data as JSON that means the same to JSON and to HTML readers."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(ESCAPES)
    return mark_safe(text)  # noqa: S308 - holds no character that HTML would read


def graph(context: Mapping[str, Any]) -> Node:
    """The graph of the page in this template context."""
    clinic: Clinic | None = context["site"].clinic
    entities = Entities(context["request"], clinic)
    subjects = _subjects(context, entities)
    about = [node["@id"] for node in subjects]
    if clinic and context["page"].kind == Page.Kind.HOME:
        about = [entities.identifier("/", "clinic")]
    nodes = [_page(context, entities, about), *subjects]
    if context["breadcrumbs"]:
        nodes.append(_breadcrumbs(context, entities))
    if clinic:
        places = _places(context)
        nodes += [entities.place(place, location) for place, location in places]
        nodes += [entities.website(clinic), entities.clinic(clinic, [place for place, _location in places])]
    return {"@context": "https://schema.org", "@graph": nodes}


def _page(context: Mapping[str, Any], entities: Entities, about: list[str]) -> Node:
    """A page that a named person has reviewed is a medical page; one of questions says those too."""
    page: Page = context["page"]
    address = entities.address_of(page.path)
    reviewer = page.reviewer if page.reviewed_on else None
    questions = [_question(*each) for each in _asked(context["body"])]
    asks = len(questions) >= LEAST_QUESTIONS
    kinds = ["MedicalWebPage" if reviewer else "WebPage", *(["FAQPage"] if asks else [])]
    return without_gaps(
        {
            "@type": kinds if asks else kinds[0],
            "@id": f"{address}#page",
            **_words(context, entities),
            "inLanguage": get_language(),
            "dateModified": page.changed_at.date().isoformat(),
            "lastReviewed": page.reviewed_on.isoformat() if page.reviewed_on else "",
            "reviewedBy": entities.reviewer(reviewer) if reviewer else None,
            "isPartOf": {"@id": entities.identifier("/", "website")} if context["site"].clinic else None,
            "publisher": entities.clinic_reference(),
            "breadcrumb": {"@id": f"{address}#breadcrumb"} if context["breadcrumbs"] else None,
            "about": [{"@id": thing} for thing in about],
            "mainEntity": questions if asks else [],
        }
    )


def _words(context: Mapping[str, Any], entities: Entities) -> Node:
    """How the page, and the one thing it is about, are called and described."""
    return {
        "url": entities.address_of(context["page"].path),
        "name": context["text"].title,
        "description": description(context),
    }


def _subjects(context: Mapping[str, Any], entities: Entities) -> list[Node]:
    """What the page is about, where that is a thing of its own."""
    page: Page = context["page"]
    facts = {fact["key"]: fact["values"] for fact in context["facts"]}
    if page.kind in (Page.Kind.TREATMENT, Page.Kind.PROCEDURE):
        return [entities.procedure(page.treatment, _words(context, entities), facts)]
    if page.kind == Page.Kind.PERSON:
        certifications = [plain(value) for value in facts.get("board_certification", [])]
        words = _words(context, entities)
        return [entities.person(page.person, words, certifications, context["places"])]
    if page.kind == Page.Kind.LOCATION:
        return [entities.place(page, page.location, context["hours"])]
    return []


def _places(context: Mapping[str, Any]) -> list[tuple[Page, Location]]:
    """The clinic's locations, where the page is about where the clinic is: the home page, and their list."""
    page: Page = context["page"]
    if page.kind == Page.Kind.HOME:
        return [(place, place) for place in context["locations"]]
    listed = context.get("children", [])
    return [(child, child.location) for child in listed if child.kind == Page.Kind.LOCATION]


def _breadcrumbs(context: Mapping[str, Any], entities: Entities) -> Node:
    page: Page = context["page"]
    way = [(above.path, above.short_title) for above in context["breadcrumbs"]]
    return {
        "@type": "BreadcrumbList",
        "@id": f"{entities.address_of(page.path)}#breadcrumb",
        "itemListElement": [
            {
                "@type": "ListItem",
                "position": position,
                "name": name,
                "item": entities.address_of(path),
            }
            for position, (path, name) in enumerate([*way, (page.path, page.text.short_title)], start=1)
        ],
    }


def _question(question: str, answer: str) -> Node:
    return {
        "@type": "Question",
        "name": question,
        "acceptedAnswer": {"@type": "Answer", "text": answer},
    }


@lru_cache(maxsize=512)
def _asked(body: str) -> tuple[tuple[str, str], ...]:
    """Headings of this text that ask, each with the words below it, to the next heading."""
    return tuple(_headings_that_ask(body))


def _headings_that_ask(body: str) -> Iterator[tuple[str, str]]:
    headings = list(HEADING.finditer(body))
    for heading, following in zip_longest(headings, headings[1:]):
        end = following.start() if following else len(body)
        question, answer = plain(heading[2]), plain(body[heading.end() : end])
        if question.endswith("?") and answer:
            yield question, answer
