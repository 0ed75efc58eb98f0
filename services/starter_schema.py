"""What a starter document may say. Every mistake is named with its file and key before anything is stored."""

from __future__ import annotations

import datetime
from typing import Any

from django.conf import settings

from services.models import Fact, Goal, Icon, Location, Page, Person, Point, Treatment, Update

TEXT_KEYS = {"title", "menu_title", "summary", "description", "body", "facts", "points"}
NEUTRAL_KEYS = {
    "kind", "position", "in_menu", "icon", "reviewer", "reviewed_on", "review_due_on", "sources", "is_sample",
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
CHOICES = {
    "kind": Page.Kind.values,
    "icon": Icon.values,
    "treatment_kind": Treatment.TreatmentKind.values,
    "role": Person.Role.values,
    "region": Location.Region.values,
}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class StarterError(Exception):
    """A starter file that cannot be loaded; the message names the file and what is wrong."""

    def __init__(self, source: str, problem: str) -> None:
        super().__init__(f"services/starter_content/{source}: {problem}")


def check_page(source: str, data: dict[str, Any]) -> dict[str, Any]:
    """A page document in the default language, defaults filled in. Raises StarterError."""
    kind = data.setdefault("kind", "article")
    data.setdefault("is_sample", True)
    _known(source, data, TEXT_KEYS | NEUTRAL_KEYS | KIND_KEYS.get(kind, set()))
    for key, allowed in CHOICES.items():
        if key in data and data[key] not in allowed:
            raise StarterError(source, f"{key}: {data[key]!r} is none of {', '.join(allowed)}")
    for key in KIND_KEYS.get(kind, set()) - {"goals", "languages", "places", "directions_url"}:
        _required(source, data, key)
    for key in ("reviewed_on", "review_due_on"):
        if key in data and not isinstance(data[key], datetime.date):
            raise StarterError(source, f"{key}: not a date like 2026-10-05")
    for goal in data.get("goals", []):
        if goal not in Goal.values:
            raise StarterError(source, f"goals: {goal!r} is none of {', '.join(Goal.values)}")
    for entry in data.get("sources", []):
        _known(source, entry, {"title", "publisher", "year", "url"}, "sources")
        _required(source, entry, "title")
    _check_hours(source, data.get("hours", {}))
    return check_text(source, data, also=NEUTRAL_KEYS | KIND_KEYS.get(kind, set()))


def check_text(source: str, data: dict[str, Any], also: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]
    """A page document in a further language: words only. Raises StarterError."""
    _known(source, data, TEXT_KEYS | also)
    _required(source, data, "title")
    for fact in data.get("facts", []):
        _known(source, fact, {"key", "value"}, "facts")
        if fact.get("key") not in Fact.Key.values or not fact.get("value"):
            raise StarterError(source, f"facts: {fact!r} has no known key or no value")
    for point in data.get("points", []):
        _known(source, point, {"icon", "heading", "body", "link", "shown_if"}, "points")
        _required(source, point, "heading")
        if point.get("icon", "") not in ["", *Icon.values]:
            raise StarterError(source, f"points: no icon is named {point['icon']!r}")
        if point.get("shown_if", "") not in Point.ShownIf.values:
            raise StarterError(source, f"points: no condition is named {point['shown_if']!r}")
    return data


def check_clinic(source: str, data: Any) -> dict[str, Any]:
    """The clinic's own data. Raises StarterError."""
    if not isinstance(data, dict):
        raise StarterError(source, "holds no keys")
    data.setdefault("is_sample", True)
    _known(source, data, CLINIC_KEYS)
    for key in CLINIC_KEYS:
        _required(source, data, key)
    return data


def check_updates(source: str, data: Any) -> list[dict[str, Any]]:
    """The updates, each with its words by language under ``texts``. Raises StarterError."""
    checked = []
    languages = {code for code, _name in settings.LANGUAGES}
    for entry in data or []:
        entry = {"ends_at": None, "sitewide": False, "pages": [], "is_sample": True, **entry}
        texts = {code: entry.pop(code) for code in list(entry) if code in languages}
        known = {"key", "level", "starts_at", "ends_at", "sitewide", "pages", "is_sample"}
        _known(source, entry, known)
        for key in ("key", "level", "starts_at"):
            _required(source, entry, key)
        if entry["level"] not in Update.Level.values or not texts:
            raise StarterError(source, f"{entry['key']}: unknown level, or no text")
        for key in ("starts_at", "ends_at"):
            entry[key] = _moment(source, entry[key])
        checked.append({**entry, "texts": texts})
    return checked


def _moment(source: str, value: Any) -> datetime.datetime | None:
    if value is None:
        return None
    moment = datetime.datetime.fromisoformat(value) if isinstance(value, str) else value
    if not isinstance(moment, datetime.datetime):
        raise StarterError(source, f"{value!r} is not a time like 2026-10-05T08:00:00-04:00")
    return moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)


def _check_hours(source: str, hours: dict[str, str]) -> None:
    for day, span in hours.items():
        try:
            opens, closes = (datetime.time.fromisoformat(part) for part in str(span).split("-"))
        except ValueError as error:
            raise StarterError(source, f"hours: {day}: {span!r} is not like 08:00-17:00") from error
        if day not in DAYS or closes <= opens:
            raise StarterError(source, f"hours: {day}: {span!r}: unknown day, or it closes before it opens")


def _known(source: str, data: dict[str, Any], allowed: set[str], where: str = "") -> None:
    unknown = set(data) - allowed
    if unknown:
        place = f"{where}: " if where else ""
        raise StarterError(source, f"{place}unknown key {', '.join(sorted(map(str, unknown)))}")


def _required(source: str, data: dict[str, Any], key: str) -> None:
    if data.get(key) in (None, "", []):
        raise StarterError(source, f"{key} is missing")
