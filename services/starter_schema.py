"""What a starter document may say. Every mistake is told with file and line before anything is stored."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Set
from typing import Any

from services.models import (
    Fact,
    Goal,
    Icon,
    Location,
    NerveBranch,
    OnsetWindow,
    Page,
    Person,
    Point,
    Treatment,
)
from services.starter_files import Origin

TEXT_KEYS = {"title", "menu_title", "summary", "description", "body", "facts", "points"}
NEUTRAL_KEYS = {
    "kind", "position", "in_menu", "in_footer", "icon", "reviewer", "reviewed_on", "review_due_on", "sources",
    "is_sample",
}  # fmt: skip
KIND_KEYS = {
    "treatment": {"treatment_kind", "goals", "windows", "provided_by"},
    "procedure": {"treatment_kind", "goals", "windows", "provided_by"},
    "person": {"role", "languages", "places"},
    "location": {
        "street", "city", "state", "postal_code", "phone", "region", "time_zone", "hours", "directions_url",
    },
}  # fmt: skip
CHOICES = {
    "kind": Page.Kind.values,
    "icon": Icon.values,
    "treatment_kind": Treatment.TreatmentKind.values,
    "role": Person.Role.values,
    "region": Location.Region.values,
}
CODES = {"goals": Goal.values, "windows": OnsetWindow.values, "provided_by": Person.Role.values}
POINT_KEYS = {"icon", "heading", "body", "link", "shown_if", "branch", "goals", "spoken"}
POINT_CHOICES = {
    "icon": ["", *Icon.values],
    "shown_if": Point.ShownIf.values,
    "branch": ["", *NerveBranch.values],
}
LISTS = {
    "facts", "points", "sources", "goals", "windows", "provided_by", "languages", "places", "pages",
    "treating_states", "forms", "words",
}  # fmt: skip
MAPPINGS = {"hours"}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def check_page(origin: Origin, data: dict[str, Any]) -> dict[str, Any]:
    """A page document in the default language, defaults filled in. Raises StarterError."""
    kind = data.setdefault("kind", "article")
    data.setdefault("is_sample", True)
    for key, allowed in CHOICES.items():
        if key in data and data[key] not in allowed:
            raise origin.error(key, f"{key}: {data[key]!r} is none of {', '.join(allowed)}")
    own_keys = KIND_KEYS.get(kind, set())
    check_text(origin, data, also=NEUTRAL_KEYS | own_keys)
    for key in own_keys - {"goals", "windows", "provided_by", "languages", "places", "directions_url"}:
        required(origin, data, key)
    for key in ("reviewed_on", "review_due_on"):
        if key in data and not isinstance(data[key], datetime.date):
            raise origin.error(key, f"{key}: not a date like 2026-10-05")
    _check_codes(origin, data)
    for place, entry in _entries(origin, data, "sources", {"title", "publisher", "year", "url"}):
        required(place, entry, "title")
    _check_hours(origin, data.get("hours", {}))
    return data


def check_text(origin: Origin, data: dict[str, Any], also: Set[str] = frozenset()) -> dict[str, Any]:
    """A page document in a further language: words only. Raises StarterError."""
    known(origin, data, TEXT_KEYS | also)
    required(origin, data, "title")
    for place, fact in _entries(origin, data, "facts", {"key", "value"}):
        if fact.get("key") not in Fact.Key.values or not fact.get("value"):
            raise place.error("key", f"facts: {fact!r} has no known key or no value")
    for place, point in _entries(origin, data, "points", POINT_KEYS):
        required(place, point, "heading")
        _check_codes(place, point)
        for key, allowed in POINT_CHOICES.items():
            if point.get(key, "") not in allowed:
                raise place.error(key, f"points: {key}: {point[key]!r} is none of {', '.join(allowed)}")
    return data


def _check_codes(origin: Origin, data: dict[str, Any]) -> None:
    for key, allowed in CODES.items():
        for code in data.get(key, []):
            if code not in allowed:
                raise origin.error(key, f"{key}: {code!r} is none of {', '.join(allowed)}")


def _check_hours(origin: Origin, hours: dict[str, str]) -> None:
    for day, span in hours.items():
        place = origin.entry("hours")
        try:
            opens, closes = (datetime.time.fromisoformat(part) for part in str(span).split("-"))
        except ValueError as error:
            raise place.error(str(day), f"hours: {day}: {span!r} is not like 08:00-17:00") from error
        if day not in DAYS or closes <= opens:
            raise place.error(str(day), f"hours: {day}: {span!r}: unknown day, or it closes before it opens")


def _entries(
    origin: Origin, data: dict[str, Any], key: str, allowed: Set[str]
) -> Iterator[tuple[Origin, dict[str, Any]]]:
    for index, entry in enumerate(data.get(key, [])):
        place = origin.entry(f"{key}.{index}")
        known(place, mapping(place, entry), allowed)
        yield place, entry


def mapping(origin: Origin, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise origin.error("", "holds no keys")
    return data


def known(origin: Origin, data: dict[str, Any], allowed: Set[str]) -> None:
    """Only these keys, and a list or a mapping where one belongs."""
    for key, value in data.items():
        if key not in allowed:
            raise origin.error(str(key), f"{key} is not known here (known: {', '.join(sorted(allowed))})")
        if key in LISTS and not isinstance(value, list):
            raise origin.error(key, f"{key}: not a list")
        if key in MAPPINGS and not isinstance(value, dict):
            raise origin.error(key, f"{key}: holds no keys")


def required(origin: Origin, data: dict[str, Any], key: str) -> None:
    if data.get(key) in (None, "", []):
        raise origin.error(key, f"{key} is missing")
