"""Stores the starter content of the YAML files: the clinic, updates, the glossary, search phrases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models

from services.models import Clinic, Page, SearchPhrase, Term, Update
from services.starter_files import Origin


def store_clinic(origin: Origin, data: dict[str, Any]) -> None:
    """The clinic's one row, with its words."""
    clinic = Clinic(pk=1, **{key: value for key, value in data.items() if key != "texts"})
    with origin.naming():
        clinic.clean_fields()
    clinic.save()
    _store_words(origin, "clinic", clinic, data["texts"])


def store_update(
    origin: Origin, stored: Update | None, data: dict[str, Any], pages: Mapping[str, Page]
) -> Update:
    """An update with its words, on those of its pages that are there."""
    update = stored or Update()
    for field in ("level", "starts_at", "ends_at", "sitewide", "is_sample"):
        setattr(update, field, data[field])
    with origin.naming():
        update.full_clean()
    update.save()
    update.pages.set([pages[path].pk for path in data["pages"] if path in pages])
    _store_words(origin, "update", update, data["texts"])
    return update


def store_term(origin: Origin, stored: Term | None, data: dict[str, Any]) -> Term:
    """A word of the glossary."""
    term = stored or Term(key=data["key"])
    term.is_sample = data["is_sample"]
    with origin.naming():
        term.full_clean()
    term.save()
    _store_words(origin, "term", term, data["texts"])
    return term


def store_phrases(origin: Origin, stored: SearchPhrase | None, data: dict[str, Any]) -> SearchPhrase:
    """What people type, in each language; returns the one in the default language."""
    if stored:
        SearchPhrase.objects.filter(key=data["key"]).delete()
    made = {}
    for language, words in data["texts"].items():
        phrase = SearchPhrase(
            key=data["key"], kind=data["kind"], is_sample=data["is_sample"], language=language
        )
        phrase.words, phrase.means = words["words"], words.get("means", "")
        with origin.entry(language).naming():
            phrase.full_clean()
        phrase.save()
        made[language] = phrase
    return made[settings.LANGUAGE_CODE]


def _store_words(origin: Origin, owner: str, thing: Any, texts: dict[str, dict[str, Any]]) -> None:
    model: type[models.Model] = thing.texts.model
    for language, words in texts.items():
        with origin.entry(language).naming():
            text = model(**{owner: thing}, language=language, **words)
            text.clean_fields(exclude=[owner])
            text.clean()
        thing.texts.update_or_create(language=language, defaults=words)
