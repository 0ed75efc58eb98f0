"""Requests as rows of a table that no spreadsheet program takes for anything but text."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterable
from functools import lru_cache
from operator import attrgetter

from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, DateTimeField
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from appointments.export_words import Words, heading, onset_date
from appointments.models import AppointmentRequest

STARTS_FORMULA = frozenset(
    character
    for character in map(chr, range(0x20, 0x10000))
    if unicodedata.normalize("NFKC", character)[:1] in tuple("=+-@")
) | {"\u2212"}
"""What begins a formula, in every width and height that a program may make the same of; the minus sign too.

OWASP, CSV Injection: https://owasp.org/www-community/attacks/CSV_Injection
"""
BEGINS_CELL = frozenset('\t\r\n,;"')
"""After these another program, or one that is set up for another country, may begin a new cell."""
MAY_START = re.compile(
    f'(?:^|[\t\r\n,;"])[^0-9A-Za-z]*[{re.escape("".join(sorted(STARTS_FORMULA)))}]|^[\t\r\n]'
)
"""What is worth a closer look: no letter and no digit of ASCII stands before the sign."""
LOOKS_EMPTY = frozenset("\u115f\u1160\u2800\u3164\uffa0")


@lru_cache(maxsize=4096)
def unseen(character: str) -> bool:
    """Spaces, controls, marks and letters that show nothing: a program may skip them."""
    return unicodedata.category(character)[0] in "ZC" or (
        unicodedata.category(character) in ("Mn", "Me") or character in LOOKS_EMPTY
    )


def inert(text: str) -> str:
    """The text, with an apostrophe before whatever could be read as the beginning of a formula."""
    if not MAY_START.search(text):
        return text
    parts, start, at_start = [], 0, True
    for place, character in enumerate(text):
        if character in BEGINS_CELL:
            parts.append(text[start : place + 1])
            start, at_start = place + 1, True
        elif at_start and character in STARTS_FORMULA:
            parts.append("'")
            at_start = False
        elif not unseen(character):
            at_start = False
    made = "".join([*parts, text[start:]])
    return f"'{made}" if made[0] in "\t\r\n" else made


COLUMNS = [
    "reference", "received_at", "is_sample", "status", "outcome", "urgency", "computed_urgency",
    "urgency_reasons", "respond_by", "first_contact_at", "scheduled_for", "closed_at", "assigned_to",
    "patient_name", "date_of_birth", "state", "insurance",
    "for_whom", "helper_name", "helper_relation", "helper_authority",
    "reach", "email", "phone", "speaking_hard", "relay", "may_leave_message", "speaker_name", "speaker_phone",
    "examined", "onset_kind", "onset", "began", "side", "movement", "trend", "eye_closes", "eye_cared",
    "eye_signs", "ear_signs", "cause", "nerve_cut", "history", "tried",
    "goals", "visit_type", "place", "person", "times", "language", "other_language", "interpreter", "easier",
]  # fmt: skip


def headings() -> list[str]:
    onset = gettext("Started on")
    return [onset if name == "onset" else heading(name) for name in COLUMNS]


Cell = Callable[[AppointmentRequest], str]


def cells(words: Words) -> list[Cell]:
    """For each column how its cell is made: decided once for all rows."""
    return [_cell(name, words) for name in COLUMNS]


def row(request: AppointmentRequest, made_by: list[Cell]) -> list[str]:
    """The cells of one request, inert."""
    return [inert(cell(request)) for cell in made_by]


def _cell(name: str, words: Words) -> Cell:
    if name == "onset":
        return onset_date
    if name == "times":
        return lambda request: "; ".join(f"{time['date']} {time['half']}" for time in request.times)
    if name == "assigned_to":
        return lambda request: request.assigned_to.get_username() if request.assigned_to else ""
    field = AppointmentRequest._meta.get_field(name)
    said = attrgetter(name)
    known = words.labels.get(name) or words.titles.get(name)
    if name == "urgency_reasons":
        known = words.reasons
    if isinstance(field, ArrayField):
        labels = known or {}
        return lambda request: "; ".join(labels.get(code, code) for code in said(request))
    if known:
        return lambda request: known.get(said(request), said(request))
    if isinstance(field, BooleanField):
        yes, no = gettext("Yes"), gettext("No")
        return lambda request: yes if said(request) else no
    if isinstance(field, DateTimeField):
        return lambda request: localtime(said(request)).strftime("%Y-%m-%d %H:%M") if said(request) else ""
    return lambda request: str(said(request))


class Csv:
    """RFC 4180 in UTF-8, with the mark by which Excel knows UTF-8."""

    delimiter = ","
    content_type = "text/csv; charset=utf-8"
    ending = "csv"
    piece = 200

    def __init__(self, words: Words) -> None:
        self.cells = cells(words)

    def head(self) -> bytes:
        return self.encoded([headings()], first=True)

    def rows(self, requests: Iterable[AppointmentRequest]) -> bytes:
        return self.encoded([row(request, self.cells) for request in requests])

    def foot(self, count: int) -> bytes:
        """The last line, by which a file that was cut off is known."""
        said = ngettext("%(count)s request", "%(count)s requests", count) % {"count": count}
        return self.encoded([[gettext("End of the export"), said, *[""] * (len(COLUMNS) - 2)]])

    def encoded(self, rows: list[list[str]], *, first: bool = False) -> bytes:
        return self.lines(rows).encode("utf-8-sig" if first else "utf-8")

    def lines(self, rows: list[list[str]]) -> str:
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter, lineterminator="\r\n").writerows(rows)
        return text.getvalue()


class Text(Csv):
    """What Excel calls Unicode text: tabs between cells, a line for each request, UTF-16 with its mark."""

    delimiter = "\t"
    content_type = "text/tab-separated-values; charset=utf-16le"
    ending = "txt"

    def encoded(self, rows: list[list[str]], *, first: bool = False) -> bytes:
        flat = [[re.sub("[\t\r\n]+", " ", cell) for cell in cells] for cells in rows]
        return ("\ufeff" * first + self.lines(flat)).encode("utf-16-le")
