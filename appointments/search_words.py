"""What staff mean by what they type into the search: a reference, an address, a number, a day, a name.

No ORM; finding.py looks for it. The same words may be read in more than one way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

import phonenumbers

from appointments import contacts, reference

LONGEST = 120
HOME_COUNTRY = "US"
FIRST_YEAR = 1900
MOST_PARTS = 6
TITLES = frozenset("dr dra mr mrs ms miss prof sr sra srta".split())
"""What stands before a name and in none that is stored."""


class Kind(StrEnum):
    REFERENCE = "reference"
    REFERENCE_PART = "reference_part"
    EMAIL = "email"
    PHONE = "phone"
    BIRTH = "birth"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the words. ``values`` are alternatives; of a name, its parts, all of them meant.

    ``name``: parts of a name that stood beside a birth date or a number, all of them meant too.
    """

    kind: Kind
    values: tuple[str, ...] = ()
    days: tuple[date, ...] = ()
    name: tuple[str, ...] = ()


def tidy(words: str) -> str:
    """What was typed, without marks that nobody sees and with single blanks."""
    plain = unicodedata.normalize("NFKC", words)
    seen = (" " if character.isspace() else character for character in plain if _is_seen(character))
    return " ".join("".join(seen).split())


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def read(words: str, *, today: date) -> list[Reading]:
    """The ways to read these words, the surest first; none for what says nothing."""
    text = _without_marks(tidy(words))
    if not text or len(text) > LONGEST:
        return []
    return _as_one(text, today) or _as_one(_without_labels(text), today) or _beside_a_name(text, today)


def _as_one(text: str, today: date) -> list[Reading]:
    """As one thing that is known of a patient."""
    try:
        return [Reading(Kind.REFERENCE, (reference.normalise(text),))]
    except ValueError:
        pass
    if "@" in text:
        address = contacts.normal(text)
        return [Reading(Kind.EMAIL, (address,))] if address.strip("@.") else []
    if days := birth_dates(text, today):
        return [Reading(Kind.BIRTH, days=days)]
    if _NO_SUCH_DAY.fullmatch(text):
        return []
    return [
        *_compact_birth_date(text, today),
        *_number(text),
        *_reference_part(text),
        *_mail_beginning(text),
        *_name(text),
    ]


def _beside_a_name(text: str, today: date) -> list[Reading]:
    """A name, and a birth date or a phone number before or behind it, as callers tell them."""
    words = text.split()
    for at in range(1, len(words)):
        for name, other in ((words[:at], words[at:]), (words[at:], words[:at])):
            if not (named := _name(" ".join(name))):
                continue
            known = _as_one(_without_labels(_without_marks(" ".join(other))), today)
            if readings := [each for each in known if each.kind in (Kind.BIRTH, Kind.PHONE)]:
                return [replace(each, name=named[0].values) for each in readings]
    return []


# ------------------------------------------------------------------------------------- what stands around it

_MARKS = '<>‹›«»“”"#,;:'
_LABELS = "|".join((
    r"ref(?:erence)?|dob|d\.o\.b\.|(?:date of )?birth(?: ?date)?|born(?: on)?",
    r"phone|ph|tel|cell|mobile|number|(?:ending|ends)(?: in| with)?|e-?mail",
    r"referencia|fecha de nacimiento|nacid[oa](?: el)?",
    r"tel[eé]fono|celular|m[oó]vil|n[uú]mero|termina en|correo",
))  # fmt: skip
_SURELY_LABEL = re.compile(rf"(?:{_LABELS})\s*:\s*|(?:mailto:|[x*•…]{{2,}}(?=\d))", re.IGNORECASE)
_LABEL = re.compile(rf"(?:{_LABELS})\b[\s.#]*", re.IGNORECASE)
_EXTENSION = re.compile(r"(?<=\d)\s*(?:ext(?:ension)?|x)\.?\s*\d{1,6}$", re.IGNORECASE)


def _without_marks(text: str) -> str:
    """Without what a copied text carries along at its edges."""
    bare = text.strip(_MARKS + " ").rstrip(".")
    label = _SURELY_LABEL.match(bare)
    return bare[label.end() :] if label else bare


def _without_labels(text: str) -> str:
    """Without a word that says what follows, or the number within a house behind a phone number."""
    label = _LABEL.match(text)
    return _EXTENSION.sub("", text[label.end() :] if label else text)


# ----------------------------------------------------------------------------------------------- a birth date

MONTHS = [
    "january enero", "february febrero", "march marzo", "april abril", "may mayo", "june junio", "july julio",
    "august agosto", "september septiembre", "october octubre", "november noviembre", "december diciembre",
]  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*['’]?(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(
    r"([^\W\d_]{3,})[.\s-]*(\d{1,2})(?:st|nd|rd|th)?[\s,-]+['’]?(\d{4}|\d{2})", re.IGNORECASE
)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?[.\s-]*(?:(?:de|of)\s+)?([^\W\d_]{3,})[.,\s-]*(?:del?\s+)?['’]?(\d{4}|\d{2})",
    re.IGNORECASE,
)


def birth_dates(text: str, today: date) -> tuple[date, ...]:
    """The days that this may be: 2/3/1960 is February 3 and March 2. None of them after today."""
    if given := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, given.groups())
        return _days([(year, month, day)], today)
    if given := _YEAR_LAST.fullmatch(text):
        one, other = int(given[1]), int(given[2])
        both = ((one, other), (other, one))
        return _days([(year, *order) for year in _years(given[3]) for order in both], today)
    if given := _MONTH_FIRST.fullmatch(text):
        return _days([(year, _month(given[1]), int(given[2])) for year in _years(given[3])], today)
    if given := _DAY_FIRST.fullmatch(text):
        return _days([(year, _month(given[2]), int(given[1])) for year in _years(given[3])], today)
    return ()


def _years(digits: str) -> list[int]:
    """Two digits are of either century."""
    return [int(digits)] if len(digits) == 4 else [1900 + int(digits), 2000 + int(digits)]


_NO_SUCH_DAY = re.compile(r"\d{1,4}\s*/\s*\d{1,2}\s*/\s*\d{1,4}")
_COMPACT = [
    (re.compile(r"(\d\d)(\d\d)(\d{4}|\d\d)"), r"\1/\2/\3"),
    (re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)"), r"\1-\2-\3"),
]


def _compact_birth_date(text: str, today: date) -> list[Reading]:
    """A birth date in six or eight digits without marks, which may be the end of a phone number as well."""
    days: set[date] = set()
    for pattern, with_marks in _COMPACT:
        if told := pattern.fullmatch(text):
            days.update(birth_dates(told.expand(with_marks), today))
    return [Reading(Kind.BIRTH, days=tuple(sorted(days)))] if days else []


def _month(word: str) -> int:
    """Its number, from its first three letters on; 0 for what is no month."""
    told = word.casefold()
    for number, names in enumerate(MONTHS, start=1):
        if any(name.startswith(told) for name in names.split()):
            return number
    return 0


def _days(readings: Iterable[tuple[int, int, int]], today: date) -> tuple[date, ...]:
    days = set()
    for year, month, day in readings:
        try:
            given = date(year, month, day)
        except ValueError:
            continue
        if given.year >= FIRST_YEAR and given <= today:
            days.add(given)
    return tuple(sorted(days))


# --------------------------------------------------------------------------------------------------- others

_NUMBER = re.compile(r"(?:tel:)?[+\d()\[\]\-./ \u2010-\u2015\u2212]+", re.IGNORECASE)
FEWEST_DIGITS = 4


def _number(text: str) -> list[Reading]:
    """A phone number in any spelling, or its last digits."""
    if not _NUMBER.fullmatch(text):
        return []
    digits = re.sub(r"\D", "", text)
    if not FEWEST_DIGITS <= len(digits) <= 15:
        return []
    endings = [digits]
    try:
        number = phonenumbers.parse(text, HOME_COUNTRY)
        if phonenumbers.is_possible_number(number):
            endings.insert(0, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    except phonenumbers.NumberParseException:
        pass
    return [Reading(Kind.PHONE, tuple(endings))]


def _reference_part(text: str) -> list[Reading]:
    """The beginning or the end of a reference, from one group on, as it is written in groups."""
    code = re.sub(r"[\s\-\u2010-\u2015\u2212]+", "", text).upper()
    if not reference.GROUP <= len(code) <= reference.RANDOM_LENGTH or not set(code) <= set(
        reference.ALPHABET
    ):
        return []
    size = reference.GROUP
    begins = "-".join(code[at : at + size] for at in range(0, len(code), size))
    first = len(code) % size
    groups = [code[:first]] if first else []
    ends = "-".join(groups + [code[at : at + size] for at in range(first, len(code), size)])
    return [Reading(Kind.REFERENCE_PART, (begins, ends))]


_MAIL_BEGINNING = re.compile(r"(?=.*[\d._+])[\w.+'-]{4,}")


def _mail_beginning(text: str) -> list[Reading]:
    if not _MAIL_BEGINNING.fullmatch(text) or _NUMBER.fullmatch(text):
        return []
    return [Reading(Kind.EMAIL, (text.casefold(),))]


def _name(text: str) -> list[Reading]:
    """Parts of names, each the beginning of a word; one letter alone is none."""
    given = [part for part in re.split(r"[\W_]+", text) if part]
    parts = [part for part in given if part.casefold() not in TITLES] or given
    if not any(sum(character.isalpha() for character in part) > 1 for part in parts):
        return []
    if any(character.isdecimal() for part in parts for character in part):
        return []
    longest_first = sorted(dict.fromkeys(parts), key=len, reverse=True)
    return [Reading(Kind.NAME, tuple(longest_first[:MOST_PARTS]))]
