"""What the starter's YAML files may say: the clinic, updates, the glossary, search phrases."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Set
from typing import Any

from django.conf import settings

from services.models import SearchPhrase, Update
from services.starter_files import Origin
from services.starter_schema import known, mapping, required

Entries = list[tuple[Origin, dict[str, Any]]]
CLINIC_KEYS = {"name", "phone", "email", "portal_url", "billing_url", "treating_states", "is_sample"}
UPDATE_KEYS = {"key", "level", "starts_at", "ends_at", "sitewide", "pages", "is_sample"}


def check_clinic(origin: Origin, data: Any) -> dict[str, Any]:
    """The clinic's own data, with its words by language under ``texts``. Raises StarterError."""
    entry = {"is_sample": True, **mapping(origin, data)}
    entry = _with_texts(origin, entry, CLINIC_KEYS, {"phone_hours"}, "phone_hours")
    for key in sorted(CLINIC_KEYS):
        required(origin, entry, key)
    return entry


def check_updates(origin: Origin, data: Any) -> Entries:
    """The updates, each with its words by language under ``texts``. Raises StarterError."""
    return _checked(origin, data, _update)


def check_terms(origin: Origin, data: Any) -> Entries:
    """The words of the glossary. Raises StarterError."""
    return _checked(origin, data, _term)


def check_phrases(origin: Origin, data: Any) -> Entries:
    """What people type into the search box. Raises StarterError."""
    return _checked(origin, data, _phrase)


def _checked(origin: Origin, data: Any, check: Callable[[Origin, dict[str, Any]], dict[str, Any]]) -> Entries:
    if not isinstance(data, list | None):
        raise origin.error("", "not a list")
    places = [origin.entry(str(index)) for index in range(len(data or []))]
    entries = [
        (place, check(place, mapping(place, entry))) for place, entry in zip(places, data or [], strict=True)
    ]
    seen: set[str] = set()
    for place, entry in entries:
        if entry["key"] in seen:
            raise place.error("key", f"key: {entry['key']} stands here twice")
        seen.add(entry["key"])
    return entries


def _update(origin: Origin, entry: dict[str, Any]) -> dict[str, Any]:
    entry = {"ends_at": None, "sitewide": False, "pages": [], "is_sample": True, **entry}
    entry = _with_texts(origin, entry, UPDATE_KEYS, {"title", "body"}, "title")
    for key in ("level", "starts_at"):
        required(origin, entry, key)
    _one_of(origin, entry, "level", Update.Level.values)
    for key in ("starts_at", "ends_at"):
        entry[key] = _moment(origin, key, entry[key])
    return entry


def _term(origin: Origin, entry: dict[str, Any]) -> dict[str, Any]:
    entry = _with_texts(
        origin, {"is_sample": True, **entry}, {"key", "is_sample"}, {"word", "forms", "meaning"}, "word"
    )
    for language, words in entry["texts"].items():
        required(origin.entry(language), words, "meaning")
    return entry


def _phrase(origin: Origin, entry: dict[str, Any]) -> dict[str, Any]:
    entry = _with_texts(
        origin, {"is_sample": True, **entry}, {"key", "kind", "is_sample"}, {"words", "means"}, "words"
    )
    required(origin, entry, "kind")
    _one_of(origin, entry, "kind", SearchPhrase.Kind.values)
    return entry


def _with_texts(
    origin: Origin, entry: dict[str, Any], keys: Set[str], word_keys: Set[str], needed: str
) -> dict[str, Any]:
    """The entry with its words by language under ``texts``."""
    texts = {code: entry.pop(code) for code, _name in settings.LANGUAGES if code in entry}
    known(origin, entry, keys)
    if "key" in keys:
        required(origin, entry, "key")
    if settings.LANGUAGE_CODE not in texts:
        raise origin.error("", f"{settings.LANGUAGE_CODE} is missing")
    for code, words in texts.items():
        place = origin.entry(code)
        known(place, mapping(place, words), word_keys)
        required(place, words, needed)
    return {**entry, "texts": texts}


def _one_of(origin: Origin, entry: dict[str, Any], key: str, allowed: list[str]) -> None:
    if entry[key] not in allowed:
        raise origin.error(key, f"{key}: {entry[key]!r} is none of {', '.join(allowed)}")


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
