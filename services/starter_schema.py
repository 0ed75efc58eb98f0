"""What a starter document may say. Every mistake is told with file and line before anything is stored."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Set
from typing import Any

from django.conf import settings

from services.models import Fact, Goal, Icon, Location, Page, Person, Point, Treatment, Update
from services.starter_files import Origin

TEXT_KEYS = {"title", "menu_title", "summary", "description", "body", "facts", "points"}
NEUTRAL_KEYS = {
    "kind", "position", "in_menu", "in_footer", "icon", "reviewer", "reviewed_on", "review_due_on", "sources",
    "is_sample",
}  # fmt: skip
KIND_KEYS = {
    "treatment": {"treatment_kind", "goals"},
    "procedure": {"treatment_kind", "goals"},
    "person": {"role", "languages", "places"},
    "location": {
        "street", "city", "state", "postal_code", "phone", "region", "time_zone", "hours", "directions_url",
    },
}  # fmt: skip
CLINIC_KEYS = {
    "name", "phone", "phone_hours", "email", "portal_url", "billing_url", "treating_states", "is_sample",
}  # fmt: skip
UPDATE_KEYS = {"key", "level", "starts_at", "ends_at", "sitewide", "pages", "is_sample"}
CHOICES = {
    "kind": Page.Kind.values,
    "icon": Icon.values,
    "treatment_kind": Treatment.TreatmentKind.values,
    "role": Person.Role.values,
    "region": Location.Region.values,
}
LISTS = {"facts", "points", "sources", "goals", "languages", "places", "pages", "treating_states"}
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
    for key in own_keys - {"goals", "languages", "places", "directions_url"}:
        _required(origin, data, key)
    for key in ("reviewed_on", "review_due_on"):
        if key in data and not isinstance(data[key], datetime.date):
            raise origin.error(key, f"{key}: not a date like 2026-10-05")
    for goal in data.get("goals", []):
        if goal not in Goal.values:
            raise origin.error("goals", f"goals: {goal!r} is none of {', '.join(Goal.values)}")
    for place, entry in _entries(origin, data, "sources", {"title", "publisher", "year", "url"}):
        _required(place, entry, "title")
    _check_hours(origin, data.get("hours", {}))
    return data


def check_text(origin: Origin, data: dict[str, Any], also: Set[str] = frozenset()) -> dict[str, Any]:
    """A page document in a further language: words only. Raises StarterError."""
    _known(origin, data, TEXT_KEYS | also)
    _required(origin, data, "title")
    for place, fact in _entries(origin, data, "facts", {"key", "value"}):
        if fact.get("key") not in Fact.Key.values or not fact.get("value"):
            raise place.error("key", f"facts: {fact!r} has no known key or no value")
    for place, point in _entries(origin, data, "points", {"icon", "heading", "body", "link", "shown_if"}):
        _required(place, point, "heading")
        if point.get("icon", "") not in ["", *Icon.values]:
            raise place.error("icon", f"points: no icon is named {point['icon']!r}")
        if point.get("shown_if", "") not in Point.ShownIf.values:
            raise place.error("shown_if", f"points: no condition is named {point['shown_if']!r}")
    return data


def check_clinic(origin: Origin, data: Any) -> dict[str, Any]:
    """The clinic's own data. Raises StarterError."""
    data = _mapping(origin, data)
    data.setdefault("is_sample", True)
    _known(origin, data, CLINIC_KEYS)
    for key in sorted(CLINIC_KEYS):
        _required(origin, data, key)
    return data


def check_updates(origin: Origin, data: Any) -> list[tuple[Origin, dict[str, Any]]]:
    """The updates, each with its words by language under ``texts``. Raises StarterError."""
    if not isinstance(data, list | None):
        raise origin.error("", "not a list")
    return [_checked_update(origin.entry(str(index)), entry) for index, entry in enumerate(data or [])]


def _checked_update(origin: Origin, entry: Any) -> tuple[Origin, dict[str, Any]]:
    entry = {"ends_at": None, "sitewide": False, "pages": [], "is_sample": True, **_mapping(origin, entry)}
    texts = {code: entry.pop(code) for code, _name in settings.LANGUAGES if code in entry}
    _known(origin, entry, UPDATE_KEYS)
    for key in ("key", "level", "starts_at"):
        _required(origin, entry, key)
    if entry["level"] not in Update.Level.values:
        raise origin.error("level", f"level: {entry['level']!r} is none of {', '.join(Update.Level.values)}")
    if settings.LANGUAGE_CODE not in texts:
        raise origin.error("", f"{settings.LANGUAGE_CODE} is missing")
    for code, words in texts.items():
        place = origin.entry(code)
        _known(place, _mapping(place, words), {"title", "body"})
        _required(place, words, "title")
    for key in ("starts_at", "ends_at"):
        entry[key] = _moment(origin, key, entry[key])
    return origin, {**entry, "texts": texts}


def _moment(origin: Origin, key: str, value: Any) -> datetime.datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        moment = None
    if not isinstance(moment, datetime.datetime):
        raise origin.error(key, f"{key}: {value!r} is not a time like 2026-10-05T08:00:00-04:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


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
        _known(place, _mapping(place, entry), allowed)
        yield place, entry


def _mapping(origin: Origin, data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        raise origin.error("", "holds no keys")
    return data


def _known(origin: Origin, data: dict[str, Any], allowed: Set[str]) -> None:
    """Only these keys, and a list or a mapping where one belongs."""
    for key, value in data.items():
        if key not in allowed:
            raise origin.error(str(key), f"{key} is not known here (known: {', '.join(sorted(allowed))})")
        if key in LISTS and not isinstance(value, list):
            raise origin.error(key, f"{key}: not a list")
        if key in MAPPINGS and not isinstance(value, dict):
            raise origin.error(key, f"{key}: holds no keys")


def _required(origin: Origin, data: dict[str, Any], key: str) -> None:
    if data.get(key) in (None, "", []):
        raise origin.error(key, f"{key} is missing")
