"""Loads the starter content: every file is checked first, then all of it is stored, or nothing.

A document is loaded when it is new or has changed, and never over what staff edited, nor again after staff
deleted it (``StarterRecord`` remembers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from django.conf import settings
from django.db import transaction

from services.models import Clinic, Page, StarterRecord, Update
from services.starter_pages import store_details, store_neutral, store_text
from services.starter_schema import StarterError, check_clinic, check_page, check_text, check_updates

FOLDER = Path(__file__).parent / "starter_content"


@dataclass(frozen=True)
class Document:
    """One file, or one entry of a file, of starter content."""

    key: str
    source: str
    data: dict[str, Any]

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self.data).encode()).hexdigest()


@dataclass(frozen=True)
class PageDocument(Document):
    """A page's words in one language; in the default language also what is language-neutral."""

    path: str
    language: str

    @property
    def parent_path(self) -> str | None:
        if self.path == "/":
            return None
        above = self.path.rstrip("/").rsplit("/", 1)[0] + "/"
        return above if above != "/" else None


@dataclass(frozen=True)
class Loaded:
    """How many documents were stored, and how many were left as they are."""

    stored: int
    kept: int


def load(folder: Path = FOLDER) -> Loaded:
    """Load what is new or changed. Raises StarterError, naming file and place, before anything is stored."""
    clinic, updates, documents = read(folder)
    records = {record.key: record for record in StarterRecord.objects.select_related("page", "update")}
    fresh = [document for document in documents if _wanted(document, records)]
    neutral = [document for document in fresh if document.language == settings.LANGUAGE_CODE]
    with transaction.atomic():
        stored = _store_clinic(clinic, records)
        pages = {record.key: record.page for record in records.values() if record.page}
        for document in neutral:
            above = pages.get(f"{settings.LANGUAGE_CODE}:{document.parent_path}")
            pages[document.key] = store_neutral(pages.get(document.key), document.path, above, document.data)
        for document in fresh:
            page = pages[f"{settings.LANGUAGE_CODE}:{document.path}"]
            store_text(page, document.language, document.data)
            _remember(document, page=page)
        for document in neutral:
            store_details(pages[document.key], document.data)
        stored += len(fresh) + sum(_store_update(document, records) for document in updates)
    return Loaded(stored=stored, kept=1 + len(documents) + len(updates) - stored)


def read(folder: Path) -> tuple[Document, list[Document], list[PageDocument]]:
    """Every starter document, checked. Raises StarterError."""
    clinic = Document("clinic", "clinic.yaml", check_clinic("clinic.yaml", _yaml(folder / "clinic.yaml")))
    entries = check_updates("updates.yaml", _yaml(folder / "updates.yaml"))
    updates = [Document(f"update:{entry['key']}", "updates.yaml", entry) for entry in entries]
    pages = sorted(_pages(folder), key=lambda document: (document.path.count("/"), document.path))
    paths = {document.path for document in pages if document.language == settings.LANGUAGE_CODE}
    for document in pages:
        for needed in (document.parent_path, document.data.get("reviewer"), *document.data.get("places", [])):
            if needed and needed not in paths:
                raise StarterError(document.source, f"names the page {needed}, which has no file")
        if document.path not in paths:
            raise StarterError(document.source, f"translates {document.path}, which has no file")
    return clinic, updates, pages


def _pages(folder: Path) -> Iterator[PageDocument]:
    for code, _name in settings.LANGUAGES:
        for file in sorted((folder / code).rglob("*.md")):
            source = str(file.relative_to(folder))
            parts = list(file.relative_to(folder / code).with_suffix("").parts)
            if parts[-1] == "index":
                parts.pop()
            path = "/" + "".join(f"{part}/" for part in parts)
            data = _front_matter(file, source)
            check = check_page if code == settings.LANGUAGE_CODE else check_text
            yield PageDocument(f"{code}:{path}", source, check(source, data), path, code)


def _front_matter(file: Path, source: str) -> dict[str, Any]:
    try:
        post = frontmatter.loads(file.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise StarterError(source, _place(error)) from error
    return {**post.metadata, "body": post.content}


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError, UnicodeDecodeError) as error:
        raise StarterError(file.name, _place(error)) from error


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    return f"line {mark.line + 1}: {problem}" if mark else str(problem)


def _wanted(document: PageDocument, records: dict[str, StarterRecord]) -> bool:
    """New, or changed and still the starter's own."""
    record = records.get(document.key)
    if record is None:
        original = records.get(f"{settings.LANGUAGE_CODE}:{document.path}")
        return original is None or original.page is not None
    untouched = record.page is not None and record.page.staff_edited_at is None
    return record.digest != document.digest and untouched


def _store_clinic(document: Document, records: dict[str, StarterRecord]) -> int:
    record = records.get(document.key)
    current = Clinic.objects.filter(pk=1).first()
    if record and (record.digest == document.digest or current is None or current.staff_edited_at):
        return 0
    Clinic.objects.update_or_create(pk=1, defaults=document.data)
    _remember(document)
    return 1


def _store_update(document: Document, records: dict[str, StarterRecord]) -> int:
    record = records.get(document.key)
    update = record.update if record else Update()
    if update is None or update.staff_edited_at or (record and record.digest == document.digest):
        return 0
    data = document.data
    for field in ("level", "starts_at", "ends_at", "sitewide", "is_sample"):
        setattr(update, field, data[field])
    update.save()
    update.pages.set(Page.objects.filter(path__in=data["pages"]))
    for language, words in data["texts"].items():
        update.texts.update_or_create(language=language, defaults=words)
    _remember(document, update=update)
    return 1


def _remember(document: Document, **owner: Any) -> None:
    StarterRecord.objects.update_or_create(key=document.key, defaults={"digest": document.digest, **owner})
