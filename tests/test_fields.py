"""Text without tricks, dates in three boxes, phone numbers."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from appointments.answers import E164
from appointments.fields import (
    BIDI,
    DatePartsField,
    DatePartsWidget,
    LineField,
    ParagraphField,
    PhoneField,
    phone_as_written,
)

HIDDEN = "This has a character that cannot be shown. Type it again instead of pasting it."
anything = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)


def refusal(field: Any, value: Any) -> list[str]:
    with pytest.raises(ValidationError) as refused:
        field.clean(value)
    return list(refused.value.messages)


@pytest.mark.parametrize(
    "character",
    [
        "\x00",
        "\x07",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\ue000",
        "\ufffe",
        "\U000e0041",
        *sorted(BIDI),
    ],
    ids=ascii,
)
def test_a_character_that_cannot_be_seen_is_refused(character: str) -> None:
    for field in (LineField(), ParagraphField()):
        assert HIDDEN in refusal(field, f"Zoë{character}O’Hara")


def test_a_line_holds_no_tab_and_no_line_break_but_a_paragraph_does() -> None:
    assert refusal(LineField(), "Zoë\nO’Hara") == refusal(LineField(), "Zoë\tO’Hara") == [HIDDEN]
    assert ParagraphField().clean("one\r\ntwo\rthree\n\tfour\r\n") == "one\ntwo\nthree\n\tfour"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Zoe\u0308   O\u2019Hara\u00a0 ", "Zoë O’Hara"),
        ("An\u00adna\u200b Bell\ufeff", "Anna Bell"),
        ("محمد علي", "محمد علي"),
        ("क्\u200dष", "क्\u200dष"),
        ("🙂 👩\u200d⚕️ \U0001fae8", "🙂 👩\u200d⚕️ \U0001fae8"),
        ("=cmd|' /C calc'!A0 <script>", "=cmd|' /C calc'!A0 <script>"),
    ],
    ids=["spaces and normal form", "invisible spaces", "arabic", "joiner", "emoji", "markup is only text"],
)
def test_a_line_is_kept_in_one_normal_form(typed: str, kept: str) -> None:
    assert LineField().clean(typed) == kept


def test_what_nobody_can_see_is_no_answer() -> None:
    assert refusal(LineField(error_messages={"required": "Write it."}), "\u200b \ufeff") == ["Write it."]


@given(anything)
def test_a_line_that_was_accepted_is_accepted_again_unchanged(text: str) -> None:
    try:
        kept = LineField(required=False, max_length=50).clean(text)
    except ValidationError:
        return
    assert LineField(required=False, max_length=50).clean(kept) == kept
    assert len(kept) <= 50 and kept == kept.strip()


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("216-555-0123", "+12165550123", "216-555-0123"),
        ("(216) 555 0123", "+12165550123", "216-555-0123"),
        ("1.216.555.0123", "+12165550123", "216-555-0123"),
        ("\u202a+1 (216) 555-0123\u202c", "+12165550123", "216-555-0123"),
        ("+44 20 7946 0958", "+442079460958", "+44 20 7946 0958"),
        ("", "", ""),
    ],
)
def test_a_phone_number_is_stored_as_e164_and_shown_as_people_write_it(
    typed: str, stored: str, shown: str
) -> None:
    assert PhoneField(required=False).clean(typed) == stored
    assert phone_as_written(stored) == shown
    assert PhoneField(required=False).prepare_value(stored) == shown


@pytest.mark.parametrize(
    "typed",
    ["5550123", "000-000-0000", "911", "+4911", "+999 12345678", "216-555-0123 ext. 4", "call me", "0" * 40],
)
def test_a_number_that_nobody_can_call_is_refused(typed: str) -> None:
    assert refusal(PhoneField(), typed) == [
        "This is not a phone number we can call or text. Write it like 216-555-0123."
    ]


def test_what_is_no_stored_number_is_shown_as_it_is() -> None:
    assert [phone_as_written(text) for text in ("555-0123", "+0", "")] == ["555-0123", "+0", ""]


@given(st.one_of(anything, st.from_regex(r"[+]?[0-9() .-]{0,20}", fullmatch=True)))
def test_every_accepted_number_can_be_stored(text: str) -> None:
    try:
        stored = PhoneField(required=False).clean(text)
    except ValidationError:
        return
    assert stored == "" or re.fullmatch(E164, stored)
    assert PhoneField(required=False).clean(phone_as_written(stored)) == stored


@pytest.mark.parametrize(
    ("boxes", "partial", "value"),
    [
        (["3", "14", "2026"], False, (2026, 3, 14)),
        (["2", "29", "2024"], False, (2024, 2, 29)),
        (["03", "", "2026"], True, (2026, 3, None)),
        (["", "", "2026"], True, (2026, None, None)),
    ],
)
def test_a_date_is_three_numbers_and_about_when_may_be_fewer(
    boxes: list[str], partial: bool, value: tuple[int, int | None, int | None]
) -> None:
    parts = DatePartsField(partial=partial).clean(boxes)
    assert parts == dict(zip(("year", "month", "day"), value, strict=True))
    assert DatePartsWidget().decompress(parts) == [value[1], value[2], value[0]]


NO_SUCH_DATE = "There is no such date. The month comes first: 3 14 is March 14."
NUMBERS = "Use numbers only, for example 3 14 2026."
FOUR_DIGITS = "Write the year with 4 digits, for example 2026."


@pytest.mark.parametrize(
    ("boxes", "message"),
    [
        (["2", "30", "2026"], NO_SUCH_DATE),
        (["2", "29", "2026"], NO_SUCH_DATE),
        (["13", "1", "2026"], NO_SUCH_DATE),
        (["0", "0", "2026"], NO_SUCH_DATE),
        (["00", "", "2026"], NO_SUCH_DATE),
        (["4", "0", "2026"], NO_SUCH_DATE),
        (["March", "1", "2026"], NUMBERS),
        (["٣", "1", "2026"], NUMBERS),
        (["-3", "1", "2026"], NUMBERS),
        (["3", "1", "9" * 5000], NUMBERS),
        (["3", "1", "61"], FOUR_DIGITS),
        (["3", "1", "1899"], FOUR_DIGITS),
        (["3", "1", ""], "Write the year, for example 2026."),
        (["", "1", "2026"], "Write the month too."),
    ],
)
def test_a_date_that_does_not_exist_is_refused_with_what_to_mend(boxes: list[str], message: str) -> None:
    assert refusal(DatePartsField(partial=True), boxes) == [message]


def test_a_whole_date_needs_all_three() -> None:
    field = DatePartsField(error_messages={"required": "Write the date."})
    assert refusal(field, ["3", "", "1961"]) == ["Write the month, the day and the year."]
    assert refusal(field, ["", " ", ""]) == ["Write the date."]
    assert DatePartsField(required=False).clean(["", "", ""]) is None


@given(st.lists(st.one_of(anything, st.integers(0, 3000).map(str)), max_size=4), st.booleans())
def test_any_boxes_give_a_date_or_an_error(boxes: list[str], partial: bool) -> None:
    try:
        parts = DatePartsField(partial=partial, required=False).clean(boxes)
    except ValidationError:
        return
    if parts:
        assert DatePartsField(partial=partial).clean(DatePartsWidget().decompress(parts)) == parts
