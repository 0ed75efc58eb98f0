"""What staff mean by what they type into the search: a reference, an address, a number, a day, a name.

No ORM; finding.py looks for it. The same words may be read in more than one way.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

import phonenumbers

from appointments import contacts, reference

LONGEST = 120
HOME_COUNTRY = "US"
FIRST_YEAR = 1900
MOST_PARTS = 6


class Kind(StrEnum):
    REFERENCE = "reference"
    REFERENCE_PART = "reference_part"
    EMAIL = "email"
    PHONE = "phone"
    BIRTH = "birth"
    NAME = "name"


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read the words. ``values`` are alternatives; of a name, its parts, all of them meant."""

    kind: Kind
    values: tuple[str, ...] = ()
    days: tuple[date, ...] = ()


def tidy(words: str) -> str:
    """What was typed, without marks that nobody sees and with single blanks."""
    plain = unicodedata.normalize("NFKC", words)
    seen = (" " if character.isspace() else character for character in plain if _is_seen(character))
    return " ".join("".join(seen).split())


def _is_seen(character: str) -> bool:
    return character.isspace() or unicodedata.category(character) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def read(words: str, *, today: date) -> list[Reading]:
    """The ways to read these words, the surest first; none for what says nothing."""
    text = tidy(words)
    if not text or len(text) > LONGEST:
        return []
    try:
        return [Reading(Kind.REFERENCE, (reference.normalise(text),))]
    except ValueError:
        pass
    if "@" in text:
        address = contacts.normal(text)
        return [Reading(Kind.EMAIL, (address,))] if address.strip("@.") else []
    if days := birth_dates(text, today):
        return [Reading(Kind.BIRTH, days=days)]
    return [*_number(text), *_reference_part(text), *_mail_beginning(text), *_name(text)]


# ----------------------------------------------------------------------------------------------- a birth date

MONTHS = [
    "january enero", "february febrero", "march marzo", "april abril", "may mayo", "june junio", "july julio",
    "august agosto", "september septiembre", "october octubre", "november noviembre", "december diciembre",
]  # fmt: skip
_YEAR_FIRST = re.compile(r"(\d{4})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{1,2})")
_YEAR_LAST = re.compile(r"(\d{1,2})\s*[-/. ]\s*(\d{1,2})\s*[-/. ]\s*(\d{4}|\d{2})")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,})\.?\s*(\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(\d{4})", re.IGNORECASE)
_DAY_FIRST = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th)?\.?\s*(?:de\s+)?([^\W\d_]{3,})\.?,?\s*(?:del?\s+)?(\d{4})", re.IGNORECASE
)


def birth_dates(text: str, today: date) -> tuple[date, ...]:
    """The days that this may be: 2/3/1960 is February 3 and March 2. None of them after today."""
    if given := _YEAR_FIRST.fullmatch(text):
        year, month, day = map(int, given.groups())
        return _days([(year, month, day)], today)
    if given := _YEAR_LAST.fullmatch(text):
        one, other = int(given[1]), int(given[2])
        years = [int(given[3])] if len(given[3]) == 4 else [1900 + int(given[3]), 2000 + int(given[3])]
        readings = [(year, *both) for year in years for both in ((one, other), (other, one))]
        return _days(readings, today)
    if given := _MONTH_FIRST.fullmatch(text):
        return _days([(int(given[3]), _month(given[1]), int(given[2]))], today)
    if given := _DAY_FIRST.fullmatch(text):
        return _days([(int(given[3]), _month(given[2]), int(given[1]))], today)
    return ()


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
    parts = [part for part in re.split(r"[\W_]+", text) if part]
    if not any(sum(character.isalpha() for character in part) > 1 for part in parts):
        return []
    if any(character.isdecimal() for part in parts for character in part):
        return []
    longest_first = sorted(dict.fromkeys(parts), key=len, reverse=True)
    return [Reading(Kind.NAME, tuple(longest_first[:MOST_PARTS]))]
