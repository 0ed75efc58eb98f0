"""Loads the starter content: every file is checked first, then all of it is stored, or nothing.

A document is loaded when it is new or has changed, and never over what staff wrote or edited, nor again after
staff deleted it (``StarterRecord`` remembers).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from services import links, search_index, versions
from services.models import Clinic, Page, PageVersion, StarterRecord
from services.starter_entries import store_clinic, store_phrases, store_term, store_update
from services.starter_files import Origin, read_page, read_yaml
from services.starter_pages import store_details, store_neutral, store_text
from services.starter_schema import check_page, check_text
from services.starter_schema_entries import check_clinic, check_phrases, check_terms, check_updates

FOLDER = Path(__file__).parent / "starter_content"

Check = Callable[[Origin, Any], list[tuple[Origin, dict[str, Any]]]]


@dataclass(frozen=True)
class Document:
    """One file, or one entry of a file, of starter content."""

    key: str
    origin: Origin
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
    def is_original(self) -> bool:
        return self.language == settings.LANGUAGE_CODE

    @property
    def slug(self) -> str:
        return self.path.rstrip("/").rsplit("/", 1)[-1]

    @property
    def parent_path(self) -> str | None:
        above = self.path.rstrip("/").rpartition("/")[0]
        return f"{above}/" if above else None


@dataclass(frozen=True)
class Content:
    """All starter documents."""

    clinic: Document
    pages: list[PageDocument]
    updates: list[Document]
    terms: list[Document]
    phrases: list[Document]

    @property
    def count(self) -> int:
        return 1 + len(self.pages) + len(self.updates) + len(self.terms) + len(self.phrases)


@dataclass(frozen=True)
class Loaded:
    """How many documents were stored, and how many were left as they are."""

    stored: int
    kept: int


def load(folder: Path = FOLDER) -> Loaded:
    """Load what is new or changed. Raises StarterError, naming file and line, and then stores nothing."""
    content = read(folder)
    with transaction.atomic(), links.expecting(page.path for page in content.pages):
        known = StarterRecord.objects.select_related("page", "update", "term", "phrase")
        records = {record.key: record for record in known}
        pages = {
            key.partition(":")[2]: record.page
            for key, record in records.items()
            if record.page and key.startswith(f"{settings.LANGUAGE_CODE}:")
        }
        stored = _store_clinic(content.clinic, records) + _store_pages(content.pages, records, pages)
        stored += _store_entries(content.updates, records, "update", partial(store_update, pages=pages))
        stored += _store_entries(content.terms, records, "term", store_term)
        stored += _store_entries(content.phrases, records, "phrase", store_phrases)
        if stored:
            search_index.index_all()
    return Loaded(stored=stored, kept=content.count - stored)


def read(folder: Path) -> Content:
    """Every starter document, checked. Raises StarterError."""
    origin, data = read_yaml(folder / "clinic.yaml")
    clinic = Document("clinic", origin, check_clinic(origin, data))
    updates = _entries(folder / "updates.yaml", "update", check_updates)
    terms = _entries(folder / "glossary.yaml", "term", check_terms)
    phrases = _entries(folder / "search.yaml", "phrase", check_phrases)
    pages = sorted(_pages(folder), key=lambda page: (page.path.count("/"), page.path, not page.is_original))
    kinds = {page.path: page.data["kind"] for page in pages if page.is_original}
    for page in pages:
        if page.path not in kinds:
            raise page.origin.error("", f"translates {page.path}, which has no file")
        if page.parent_path and page.parent_path not in kinds:
            raise page.origin.error("", f"stands below {page.parent_path}, which has no file")
        if "reviewer" in page.data:
            _check_named(page, "reviewer", [page.data["reviewer"]], kinds, Page.Kind.PERSON)
        _check_named(page, "places", page.data.get("places", []), kinds, Page.Kind.LOCATION)
    for update in updates:
        _check_named(update, "pages", update.data["pages"], kinds)
    return Content(clinic, pages, updates, terms, phrases)


def _entries(file: Path, name: str, check: Check) -> list[Document]:
    return [Document(f"{name}:{entry['key']}", origin, entry) for origin, entry in check(*read_yaml(file))]


def _check_named(
    document: Document, key: str, paths: list[str], kinds: dict[str, str], kind: str = ""
) -> None:
    for path in paths:
        if path not in kinds:
            raise document.origin.error(key, f"{key}: names the page {path}, which has no file")
        if kind and kinds[path] != kind:
            raise document.origin.error(key, f"{key}: {path} is not of the kind {kind}")


def _pages(folder: Path) -> Iterator[PageDocument]:
    for code, _name in settings.LANGUAGES:
        for file in sorted((folder / code).rglob("*.md")):
            parts = list(file.relative_to(folder / code).with_suffix("").parts)
            if parts[-1] == "index":
                parts.pop()
            path = "/" + "".join(f"{part}/" for part in parts)
            origin, data = read_page(file, str(file.relative_to(folder)))
            check = check_page if code == settings.LANGUAGE_CODE else check_text
            yield PageDocument(f"{code}:{path}", origin, check(origin, data), path, code)


def _store_clinic(document: Document, records: dict[str, StarterRecord]) -> int:
    record = records.get(document.key)
    current = Clinic.objects.filter(pk=1).first()
    if current and current.staff_edited_at or record and (record.digest == document.digest or not current):
        return 0
    store_clinic(document.origin, document.data)
    _remember(document)
    return 1


def _store_pages(
    documents: list[PageDocument], records: dict[str, StarterRecord], pages: dict[str, Page]
) -> int:
    """Those that are wanted, each after the one it stands below; ``pages`` gains what is new."""
    stored = []
    for document in documents:
        if not _wanted(document, records, pages):
            continue
        if document.is_original:
            above = pages.get(document.parent_path or "")
            with document.origin.naming():
                pages[document.path] = store_neutral(
                    pages.get(document.path), document.slug, above, document.data
                )
        page = pages[document.path]
        store_text(document.origin, page, document.language, document.data)
        _remember(document, page=page)
        stored.append(document)
    for document in stored:
        if document.is_original:
            store_details(document.origin, pages[document.path], document.data, pages)
    for path in dict.fromkeys(document.path for document in stored):
        versions.keep(page=pages[path], actor="", action=PageVersion.Action.LOADED)
    return len(stored)


def _wanted(document: PageDocument, records: dict[str, StarterRecord], pages: dict[str, Page]) -> bool:
    """New, or changed and still the starter's own; never where staff deleted, moved in or wrote before."""
    record, page = records.get(document.key), pages.get(document.path)
    if record is not None:
        return page is not None and page.staff_edited_at is None and record.digest != document.digest
    if not document.is_original:
        return page is not None and not (
            page.staff_edited_at and page.texts.filter(language=document.language).exists()
        )
    above = pages.get(document.parent_path or "")
    if document.parent_path and above is None:
        return False
    path = f"{above.path if above else '/'}{document.slug}/" if document.slug else "/"
    return not Page.objects.filter(path=path).exists()


def _store_entries(
    documents: list[Document], records: dict[str, StarterRecord], owner: str, store: Callable[..., Any]
) -> int:
    """Those that are new, or changed and still the starter's own. ``owner``: the record's link to it."""
    count = 0
    for document in documents:
        record = records.get(document.key)
        thing = getattr(record, owner) if record else None
        if record and (thing is None or thing.staff_edited_at or record.digest == document.digest):
            continue
        _remember(document, **{owner: store(document.origin, thing, document.data)})
        count += 1
    return count


def _remember(document: Document, **owner: Any) -> None:
    StarterRecord.objects.update_or_create(key=document.key, defaults={"digest": document.digest, **owner})
