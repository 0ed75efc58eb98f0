"""Two versions of a page, read side by side: which fields differ, and in which words."""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import get_language_info, gettext

from services.models import Fact, OpeningHours, Page, PageText, Point, Source
from services.starter_pages import MODELS
from services.starter_schema import DAYS
from services.versions import Document

WORD = re.compile(r"\S+\s*|\s+")
Opcode = tuple[str, int, int, int, int]
MOST_PAIRS = 4_000_000
"""Words of one text times words of the other that are still compared word by word: about a second's work."""
AROUND = 25
"""Words shown of an unchanged stretch, at each end."""


@dataclass(frozen=True)
class Segment:
    """A stretch of a text: ``same`` in both, ``gone`` from the older, or ``new`` in the newer."""

    kind: str
    text: str

    @property
    def words(self) -> str:
        """Without the space around it, which stands outside of a mark."""
        return self.text.strip()

    @property
    def before(self) -> str:
        return self.text[: len(self.text) - len(self.text.lstrip())]

    @property
    def after(self) -> str:
        return self.text[len(self.text.rstrip()) :]


@dataclass(frozen=True)
class Change:
    """One field that differs."""

    label: str
    segments: list[Segment]


def changes(before: Document | None, after: Document) -> list[Change]:
    """Every field that differs, in the order of the page's form, with its words compared."""
    old, new = readable(before) if before else {}, readable(after)
    return [Change(label, compared(old.get(label, ""), new.get(label, ""))) for label in _differing(old, new)]


def changed_fields(before: Document | None, after: Document) -> list[str]:
    """The names of the fields that differ."""
    return _differing(readable(before) if before else {}, readable(after))


def _differing(old: dict[str, str], new: dict[str, str]) -> list[str]:
    return [label for label in {**new, **old} if old.get(label, "") != new.get(label, "")]


def compared(old: str, new: str) -> list[Segment]:
    """The two texts as one, word by word; long stretches that are the same are shortened."""
    segments: list[Segment] = []
    before, after = old.splitlines(keepends=True), new.splitlines(keepends=True)
    for kind, gone, come in _steps(before, after):
        if kind == "replace" and len(gone) * len(come) <= MOST_PAIRS:
            segments += _by_words(gone, come)
        elif kind == "equal":
            segments.append(Segment("same", come))
        else:
            segments += _replaced(gone, come)
    return [_shortened(segment) for segment in _joined(segments)]


def _steps(before: list[str], after: list[str]) -> Iterator[tuple[str, str, str]]:
    words, others = ([each.strip() for each in side] for side in (before, after))
    head = _common(words, others)
    tail = _common(words[head:][::-1], others[head:][::-1])
    ends = len(words) - tail, len(others) - tail
    steps = [("equal", 0, head, 0, head), *_between(words, others, head, *ends)]
    for kind, i1, i2, j1, j2 in [*steps, ("equal", ends[0], len(words), ends[1], len(others))]:
        if i1 < i2 or j1 < j2:
            yield kind, "".join(before[i1:i2]), "".join(after[j1:j2])


def _common(words: list[str], others: list[str]) -> int:
    """How many stand alike at the beginning of both."""
    pairs = enumerate(zip(words, others, strict=False))
    return next((place for place, (one, other) in pairs if one != other), min(len(words), len(others)))


def _between(words: list[str], others: list[str], start: int, end: int, other_end: int) -> Iterator[Opcode]:
    """The steps from one to the other between their common ends.

    Work grows with the pairs that are alike: above MOST_PAIRS it is one replacement.
    """
    old, new = words[start:end], others[start:other_end]
    counted = Counter(new)
    if sum(counted[word] for word in old) > MOST_PAIRS:
        yield "replace", start, end, start, other_end
        return
    for kind, i1, i2, j1, j2 in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        yield kind, i1 + start, i2 + start, j1 + start, j2 + start


def _by_words(old: str, new: str) -> Iterator[Segment]:
    before, after = WORD.findall(old), WORD.findall(new)
    if len(before) * len(after) > MOST_PAIRS:
        yield from _replaced(old, new)
        return
    for kind, gone, come in _steps(before, after):
        if kind == "equal":
            yield Segment("same", come)
        else:
            yield from _replaced(gone, come)


def _replaced(gone: str, come: str) -> list[Segment]:
    return [segment for segment in (Segment("gone", gone), Segment("new", come)) if segment.text]


def _joined(segments: list[Segment]) -> list[Segment]:
    joined: list[Segment] = []
    for segment in segments:
        if joined and joined[-1].kind == segment.kind:
            segment = Segment(segment.kind, joined.pop().text + segment.text)
        joined.append(segment)
    return joined


def _shortened(segment: Segment) -> Segment:
    words = WORD.findall(segment.text)
    if segment.kind != "same" or len(words) <= 3 * AROUND:
        return segment
    return Segment("same", "".join([*words[:AROUND], "… ", *words[-AROUND:]]))


def readable(said: Document) -> dict[str, str]:
    """Each field's label with what it says, in words that an editor knows from the form."""
    data, place = said["page"], said["place"]
    model = MODELS.get(data["kind"], Page)
    told = {gettext("Address"): _address(place)}
    neutral = {**said["publication"], **data, **{name: place[name] for name in place if name != "parent"}}
    fields = [*model._meta.fields, *model._meta.many_to_many]
    names = [field.name for field in fields if field.name in neutral]
    for name in sorted(names, key=list(neutral).index):
        if name != "slug":
            told[_label(model, name)] = _value(model, name, neutral[name])
    if "hours" in data:
        told[str(OpeningHours._meta.verbose_name_plural).capitalize()] = _hours(data["hours"])
    for language, words in sorted(said["words"].items(), key=lambda item: item[0] != settings.LANGUAGE_CODE):
        own = f" ({_language(language)})" if len(said["words"]) > 1 else ""
        for field in PageText._meta.fields:
            if field.name in words:
                told[_label(PageText, field.name) + own] = words[field.name]
        told[str(Point._meta.verbose_name_plural).capitalize() + own] = _rows(Point, words.get("points", []))
        told[str(Fact._meta.verbose_name_plural).capitalize() + own] = _rows(Fact, words.get("facts", []))
    told[str(Source._meta.verbose_name_plural).capitalize()] = _rows(Source, data["sources"])
    return told


def _address(place: dict[str, Any]) -> str:
    return f"{place['parent'] or '/'}{place['slug']}/" if place["slug"] else "/"


def _label(model: type[models.Model], name: str) -> str:
    label = str(getattr(model._meta.get_field(name), "verbose_name", name))
    return label[:1].upper() + label[1:]


def _value(model: type[models.Model], name: str, value: Any) -> str:
    field = model._meta.get_field(name)
    if isinstance(field, models.DateTimeField) and value:
        moment = localtime(datetime.datetime.fromisoformat(value))
        return date_format(moment, "DATETIME_FORMAT") + moment.strftime(" %Z")
    if isinstance(field, models.DateField) and value:
        return date_format(datetime.date.fromisoformat(value), "DATE_FORMAT")
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, list):
        known = dict(getattr(getattr(field, "base_field", None), "flatchoices", []))
        return ", ".join(str(known.get(each, each)) for each in value)
    known = dict(getattr(field, "flatchoices", []))
    return str(known.get(value, "" if value is None else value))


def _rows(model: type[models.Model], entries: list[dict[str, Any]]) -> str:
    """Each row as a few lines, a blank line between two."""
    order = [field.name for field in model._meta.fields]
    rows = []
    for entry in entries:
        given = [name for name in sorted(entry, key=order.index) if entry[name]]
        rows.append("".join(f"{_label(model, name)}: {_value(model, name, entry[name])}\n" for name in given))
    return "\n".join(rows)


def _hours(hours: dict[str, str]) -> str:
    days = dict(OpeningHours._meta.get_field("weekday").flatchoices)
    return "".join(f"{days[DAYS.index(day)]}: {hours[day]}\n" for day in sorted(hours, key=DAYS.index))


def _language(code: str) -> str:
    try:
        return gettext(get_language_info(code)["name"])
    except KeyError:
        return code
