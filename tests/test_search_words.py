"""What staff type into the search is read as they mean it, in any spelling."""

from datetime import date

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as some

from appointments import reference
from appointments.search_words import Kind, Reading, read

TODAY = date(2026, 6, 16)
DAYS = some.dates(date(1900, 1, 1), TODAY)
FORMATS = [
    getattr(phonenumbers.PhoneNumberFormat, name) for name in ("E164", "INTERNATIONAL", "NATIONAL", "RFC3966")
]


def kinds(words: str) -> list[str]:
    return [reading.kind.value for reading in read(words, today=TODAY)]


def days(words: str) -> tuple[date, ...]:
    return read(words, today=TODAY)[0].days


@given(
    DAYS,
    some.sampled_from(
        ["%Y-%m-%d", "%Y/%m/%d", "%B %d %Y", "%b %d, %Y", "%d %b %Y", "%d. %B %Y", "  %Y-%m-%d "]
    ),
)
def test_a_day_written_unambiguously_is_that_day(day: date, spelling: str) -> None:
    assert read(day.strftime(spelling), today=TODAY) == [Reading(Kind.BIRTH, days=(day,))]


@given(DAYS, some.sampled_from(["%m/%d/%Y", "%d/%m/%Y", "%m-%d-%Y", "%d.%m.%Y"]))
def test_a_day_written_in_figures_is_read_both_ways(day: date, spelling: str) -> None:
    read_as = days(day.strftime(spelling))
    assert day in read_as and len(read_as) <= 2
    assert all({other.day, other.month} == {day.day, day.month} for other in read_as)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("2/3/1960", [(1960, 2, 3), (1960, 3, 2)]),
        ("Feb 29 1960", [(1960, 2, 29)]),
        ("29 de febrero de 1960", [(1960, 2, 29)]),
        ("2/29/60", [(1960, 2, 29)]),
        ("1/1/20", [(1920, 1, 1), (2020, 1, 1)]),
        ("13/12/1960", [(1960, 12, 13)]),
        ("13-Dec-1949", [(1949, 12, 13)]),
        ("DEC-13-1949", [(1949, 12, 13)]),
        ("8th of March 1979", [(1979, 3, 8)]),
        ("Nov. 3, 08", [(1908, 11, 3), (2008, 11, 3)]),
        ("3 nov 79", [(1979, 11, 3)]),
        ("3/8/'79", [(1979, 3, 8), (1979, 8, 3)]),
    ],
)
def test_days_as_people_write_them(words: str, expected: list[tuple[int, int, int]]) -> None:
    assert days(words) == tuple(date(*each) for each in expected)


@pytest.mark.parametrize("words", ["1960-02-30", "2030-01-01", "1899-12-31", "Foo 3 1960"])
def test_a_day_that_nobody_was_born_on_is_none(words: str) -> None:
    assert "birth" not in kinds(words)


@given(some.sampled_from(["212", "216", "440", "941"]), some.integers(0, 99), some.sampled_from(FORMATS))
def test_a_phone_number_is_found_in_every_spelling(area: str, last: int, spelling: int) -> None:
    stored = f"+1{area}55501{last:02}"
    written = phonenumbers.format_number(phonenumbers.parse(stored), spelling)
    reading = next(each for each in read(written, today=TODAY) if each.kind == Kind.PHONE)
    assert stored in reading.values


@pytest.mark.parametrize(
    "words", ["(216) 555-0123", "216.555.0123", "1 216 555 0123", "\u202a+1 216-555-0123\u202c"]
)
def test_a_phone_number_as_people_write_it(words: str) -> None:
    assert read(words, today=TODAY)[0].values[0] == "+12165550123"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("03081979", [(1979, 3, 8), (1979, 8, 3)]), ("12131949", [(1949, 12, 13)]),
        ("19790308", [(1979, 3, 8)]), ("20022002", [(2002, 2, 20)]), ("030879", [(1979, 3, 8), (1979, 8, 3)]),
    ],
)  # fmt: skip
def test_a_birth_date_without_marks_may_end_a_phone_number_too(
    words: str, expected: list[tuple[int, int, int]]
) -> None:
    assert days(words) == tuple(date(*each) for each in expected)
    assert kinds(words)[:2] == ["birth", "phone"]


@pytest.mark.parametrize(
    ("labelled", "bare"),
    [
        ("Ref FHK-MRW-X23-467-9FX", "FHK-MRW-X23-467-9FX"), ("#FHK-MRW-X23-467-9FX.", "FHK-MRW-X23-467-9FX"),
        ("Reference: FHK-MRW", "FHK-MRW"), ("dob 3/8/79", "3/8/79"), ("DOB: 03/08/1979", "03/08/1979"),
        ("born 3/8/1979", "3/8/1979"), ("nacida el 8 de marzo de 1979", "8 de marzo de 1979"),
        ("phone 5805550123", "5805550123"), ("ph: 580-555-0123", "580-555-0123"), ("#0123", "0123"),
        ("580-555-0123 ext 5", "580-555-0123"), ("ending in 0123", "0123"), ("xx0123", "0123"),
        ("mailto:zoe@example.org", "zoe@example.org"), ("<zoe@example.org>", "zoe@example.org"),
        ("zoe@example.org,", "zoe@example.org"), ("Mrs. Garcia", "Garcia"), ("Dr. Okafor", "Okafor"),
    ],
)  # fmt: skip
def test_labels_titles_and_marks_around_what_is_meant_are_left_out(labelled: str, bare: str) -> None:
    assert read(labelled, today=TODAY) == read(bare, today=TODAY) != []


@pytest.mark.parametrize("words", ["Garcia", "Max Born", "Dr", "Ms Phan", "Ref Dobson"])
def test_what_may_be_a_name_is_one(words: str) -> None:
    assert kinds(words) == ["name"]


@pytest.mark.parametrize(
    ("words", "kind", "name"),
    [
        ("Garcia 3/8/1979", "birth", ("Garcia",)), ("3/8/1979 Sofia Davis", "birth", ("Sofia", "Davis")),
        ("Zoë García, March 8, 1979", "birth", ("García", "Zoë")),
        ("Garcia dob 3/8/1979", "birth", ("Garcia",)),
        ("Garcia 0183", "phone", ("Garcia",)), ("580-555-0123 Sofia", "phone", ("Sofia",)),
    ],
)  # fmt: skip
def test_a_name_beside_a_birth_date_or_a_number_narrows_it(
    words: str, kind: str, name: tuple[str, ...]
) -> None:
    assert {(reading.kind.value, reading.name) for reading in read(words, today=TODAY)} == {(kind, name)}


@pytest.mark.parametrize("words", ["2/30/1960", "13/13/1979", "1/1/2030"])
def test_a_day_that_cannot_be_is_not_taken_for_a_phone_number(words: str) -> None:
    assert read(words, today=TODAY) == []


def test_digits_and_dots_are_a_number_and_no_address() -> None:
    assert [reading.kind for reading in read("216.555.0123", today=TODAY)] == [Kind.PHONE]
    assert Kind.EMAIL in {reading.kind for reading in read("216.ana", today=TODAY)}


def test_four_digits_may_end_a_number_and_three_may_not() -> None:
    assert read("0123", today=TODAY)[0] == Reading(Kind.PHONE, ("0123",))
    assert kinds("123") == []


@given(some.text(max_size=40))
def test_any_text_is_read_without_an_error(words: str) -> None:
    for reading in read(words, today=TODAY):
        assert reading.values or reading.days


def test_a_reference_is_known_however_it_is_typed_and_by_its_groups() -> None:
    code = reference.new_reference()
    for typed in (code, code.lower(), code.replace("-", " "), code.replace("-", "")):
        assert read(typed, today=TODAY) == [Reading(Kind.REFERENCE, (code,))]
    parts = next(each for each in read(code[-7:], today=TODAY) if each.kind == Kind.REFERENCE_PART)
    assert code.endswith(parts.values[1])


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Zoë O’Hara", ["name"]), ("zoe@example.org", ["email"]), ("zoe.ohara", ["email", "name"]), ("", []),
        ("?!", []), ("a", []), ("@", []), ("x" * 200, []), ("zoe@", ["email"]), ("李小", ["name"]),
    ],
)  # fmt: skip
def test_the_kinds_of_words(words: str, expected: list[str]) -> None:
    assert kinds(words) == expected
