"""The only writer of versions: keeps what a page said after every change, and brings it back.

A version is a document in the starter content's shape: language-neutral keys, and words for each language. So
restoring goes through the functions that store starter content, and through their checks.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone

from services import pictures, search_index
from services.models import OldAddress, Page, PageText, PageVersion, Person
from services.starter_files import Origin, StarterError
from services.starter_pages import MODELS, store_details, store_neutral, store_parts, store_text
from services.starter_schema import DAYS, KIND_KEYS, POINT_KEYS, TEXT_KEYS

PLACE = ("position", "in_menu", "in_footer")
PUBLICATION = ("publish_at", "archive_at")
NEUTRAL = ("kind", "icon", "is_sample")
DATES = ("reviewed_on", "review_due_on")
WORDS = sorted(TEXT_KEYS - {"facts", "points"})
SOURCE_KEYS = ("title", "publisher", "year", "url")
FOCUS = ("portrait_focus_x", "portrait_focus_y")

Document = dict[str, Any]


class NotRestorable(Exception):
    """A version that the page's checks refuse today; the message says why."""


@dataclass(frozen=True)
class Restored:
    """``missing``: what the version names and what is not there any more: paths, and a portrait's file."""

    version: PageVersion | None
    missing: list[str]


def document(page: Page) -> Document:
    """All that a page says and where it stands, as it is stored now."""
    stored = _whole(page.pk)
    return {
        "place": {
            "parent": stored.parent.path if stored.parent else "",
            "slug": stored.slug,
            **{name: getattr(stored, name) for name in PLACE},
        },
        "publication": {
            "status": stored.status,
            **{name: _iso(getattr(stored, name)) for name in PUBLICATION},
        },
        "page": _neutral(stored) | _kind_keys(stored),
        "words": _words(stored),
    }


def newest(page_id: int) -> PageVersion | None:
    """The last version that was kept of a page."""
    return PageVersion.objects.filter(page_id=page_id).order_by("number").last()


def newest_number(page_id: int) -> int:
    """0 where none was kept."""
    found = newest(page_id)
    return found.number if found else 0


def keep(*, page: Page, actor: str, action: PageVersion.Action) -> PageVersion | None:
    """Keep the page as it is stored now, unless that is what the newest version says already.

    ``actor``: the account's name; empty for the set-up. The caller's transaction holds the page's row.
    """
    last, said = newest(page.pk), document(page)
    if last and last.document == said:
        return None
    number = last.number + 1 if last else 1
    return PageVersion.objects.create(
        page=page, path=page.path, number=number, saved_by=actor, action=action, document=said
    )


def catch_up(page: Page) -> None:
    """Before a change: keep what is stored, where nobody kept it yet, so that it can be brought back."""
    keep(page=page, actor="", action=PageVersion.Action.FOUND)


def restore(*, version: PageVersion, actor: str, place: bool = False, publication: bool = False) -> Restored:
    """Bring back what a version says; a new version is kept of it.

    Where the page stands and whether the public sees it stay as they are, unless ``place`` or
    ``publication`` ask for them too: nothing moves or goes public by surprise.
    Raises NotRestorable, and Page.DoesNotExist where the page was deleted; then nothing has changed.
    """
    said = version.document
    origin = Origin(str(version))
    try:
        with transaction.atomic():
            page = Page.objects.select_for_update().get(pk=version.page_id)
            catch_up(page)
            with origin.naming():
                missing = _store(origin, page, said, place=place)
                if publication:
                    _publish_as(page.pk, said["publication"])
            Page.objects.filter(pk=page.pk).update(staff_edited_at=timezone.now())
            page = Page.objects.get(pk=page.pk)
            search_index.index_page(page)
            kept = keep(page=page, actor=actor, action=PageVersion.Action.RESTORED)
            return Restored(kept, missing)
    except StarterError as error:
        raise NotRestorable(str(error).partition(": ")[2]) from error


def _store(origin: Origin, page: Page, said: Document, *, place: bool) -> list[str]:
    """Returns what could not be found again."""
    known = _pages_at(_named(said))
    where = said["place"]
    missing = sorted(_named(said, place=place) - set(known))
    standing = where if place else {name: getattr(page, name) for name in PLACE}
    data = {**said["page"], **{name: standing[name] for name in PLACE}}
    for name in DATES:
        data[name] = datetime.date.fromisoformat(data[name]) if data[name] else None
    stored = store_neutral(page, page.slug, page.parent, data)
    if place and (not where["parent"] or where["parent"] in known):
        stored.parent, stored.slug = known.get(where["parent"]), where["slug"]
        stored.full_clean(exclude=["path"])
        stored.save()
    _store_words(origin, stored, said["words"])
    store_details(origin, stored, data, known)
    if isinstance(stored, Person) and not _store_portrait(stored, data):
        missing.append(data["portrait"])
    return missing


def _store_words(origin: Origin, page: Page, words: dict[str, Document]) -> None:
    written = PageText.objects.filter(page=page).values_list("language", flat=True)
    parts = {*page.points.values_list("language", flat=True), *page.facts.values_list("language", flat=True)}
    for language in {*written, *parts, *words}:
        said = words.get(language, {})
        if "title" in said:
            store_text(origin, page, language, said)
        else:
            page.texts.filter(language=language).delete()
            store_parts(origin, page, language, said)


def _store_portrait(person: Person, data: Document) -> bool:
    """Whether the portrait is there again; where its file is gone, the one of today stays."""
    name = data["portrait"]
    if name and not default_storage.exists(name):
        return False
    person.portrait.name = name
    for field in FOCUS:
        setattr(person, field, data[field])
    if name:
        pictures.make_variants(name, person.portrait_focus)
    person.save()
    return True


def _publish_as(pk: int, said: Document) -> None:
    page = Page.objects.get(pk=pk)
    page.status = said["status"]
    for name in PUBLICATION:
        moment = said[name]
        setattr(page, name, datetime.datetime.fromisoformat(moment) if moment else None)
    page.full_clean(exclude=["path"])
    page.save()


def _named(said: Document, *, place: bool = True) -> set[str]:
    """The paths of the pages that a document points to."""
    data = said["page"]
    above = said["place"]["parent"] if place else ""
    return {path for path in (above, data["reviewer"], *data.get("places", [])) if path}


def _pages_at(paths: set[str]) -> dict[str, Page]:
    """The pages of these paths, by path; one that has moved since is found by its old address."""
    moved = OldAddress.objects.filter(path__in=paths).select_related("page")
    there = Page.objects.filter(path__in=paths)
    return {old.path: old.page for old in moved} | {page.path: page for page in there}


def _whole(pk: int) -> Page:
    pages = Page.objects.with_details().select_related("parent", "reviewer")
    return pages.prefetch_related("texts", "points", "facts", "sources").get(pk=pk)


def _iso(moment: datetime.date | None) -> str | None:
    return moment.isoformat() if moment else None


def _neutral(page: Page) -> Document:
    return {
        **{name: getattr(page, name) for name in NEUTRAL},
        **{name: _iso(getattr(page, name)) for name in DATES},
        "reviewer": page.reviewer.path if page.reviewer else "",
        "sources": [{key: getattr(source, key) for key in SOURCE_KEYS} for source in page.sources.all()],
    }


def _kind_keys(page: Page) -> Document:
    """What the page's kind adds."""
    model = MODELS.get(page.kind)
    if model is None:
        return {}
    detail = getattr(page, model._meta.model_name or "")
    keys = KIND_KEYS[page.kind] - {"places", "hours"}
    said = {key: getattr(detail, key) for key in sorted(keys)}
    if page.kind == Page.Kind.PERSON:
        said["places"] = sorted(detail.places.values_list("path", flat=True))
        said["portrait"] = detail.portrait.name or ""
        said |= {field: getattr(detail, field) for field in FOCUS}
    if page.kind == Page.Kind.LOCATION:
        said["hours"] = {
            DAYS[day.weekday]: f"{_clock(day.opens)}-{_clock(day.closes)}" for day in detail.hours.all()
        }
    return said


def _clock(moment: datetime.time) -> str:
    whole_minute = not (moment.second or moment.microsecond)
    return moment.isoformat("minutes" if whole_minute else "auto")


def _words(page: Page) -> dict[str, Document]:
    said: dict[str, Document] = {
        text.language: {key: _typed(getattr(text, key)) for key in WORDS} for text in page.texts.all()
    }
    for point in page.points.all():
        own = said.setdefault(point.language, {})
        own.setdefault("points", []).append({key: _typed(getattr(point, key)) for key in sorted(POINT_KEYS)})
    for fact in page.facts.all():
        own = said.setdefault(fact.language, {})
        own.setdefault("facts", []).append({"key": fact.key, "value": _typed(fact.value)})
    return said


def _typed(value: Any) -> Any:
    """A text as it was typed: browsers send other line ends than files have, and forms leave out the last."""
    return value.replace("\r\n", "\n").strip() if isinstance(value, str) else value
