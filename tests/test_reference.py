"""The reference: unguessable, readable aloud, and a misread one is noticed."""

import math
import re
from collections.abc import Callable
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments.reference import ALPHABET, RANDOM_LENGTH, new_reference, normalise

references = st.builds(new_reference)


def plain(code: str) -> str:
    return code.replace("-", "")


def test_it_has_more_than_fifty_random_bits() -> None:
    without_runs = 1 - (RANDOM_LENGTH - 1) / len(ALPHABET) ** 2
    assert RANDOM_LENGTH * math.log2(len(ALPHABET)) + math.log2(without_runs) > 50


def test_it_is_drawn_from_the_system_s_randomness() -> None:
    with patch(
        "appointments.reference.secrets.choice", side_effect="FHKMRWX23467 9F".replace(" ", "")
    ) as choice:
        assert new_reference() == "FHK-MRW-X23-467-9FX"
    assert choice.call_count == RANDOM_LENGTH
    assert {call.args for call in choice.call_args_list} == {(ALPHABET,)}


def test_the_alphabet_has_no_look_alikes_sound_alikes_or_vowels() -> None:
    for group in (
        "0ODQ",
        "1IL",
        "2Z",
        "5S",
        "8B",
        "6G",
        "UVY",
        "BCDEGPTVZ",
        "MN",
        "FS",
        "AJK",
        "59",
        "QU",
        "IY",
    ):
        assert len(set(group) & set(ALPHABET)) <= 1, group
    assert not set("AEIOUY") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 13


@given(code=references)
def test_it_is_written_in_groups_of_three(code: str) -> None:
    assert re.fullmatch(rf"[{ALPHABET}]{{3}}(-[{ALPHABET}]{{3}}){{4}}", code)


@given(code=references)
def test_it_has_no_character_three_times_running(code: str) -> None:
    assert not re.search(r"(.)\1\1", plain(code))


def test_a_hard_to_say_one_is_drawn_again() -> None:
    hard, fine = "FFFHKMRWX23467", "FHKMRWX234679F"
    with patch("appointments.reference.secrets.choice", side_effect=hard + fine):
        assert plain(new_reference()).startswith(fine)


def test_a_thousand_are_all_different() -> None:
    assert len({new_reference() for _ in range(1000)}) == 1000


@given(code=references)
def test_it_is_its_own_canonical_form(code: str) -> None:
    assert normalise(code) == code


@pytest.mark.parametrize(
    "write",
    [
        str.lower,
        plain,
        lambda code: plain(code).lower(),
        lambda code: code.replace("-", " "),
        lambda code: " ".join(code),
        lambda code: f"  {code}\n",
        lambda code: code.replace("-", "\u2013"),
        lambda code: code.replace("-", "\u2011"),
        lambda code: code.replace("-", "\u00a0"),
        lambda code: code.replace("-", " \u2212 "),
    ],
)
def test_however_it_is_typed_it_is_understood(write: Callable[[str], str]) -> None:
    code = new_reference()
    assert normalise(write(code)) == code


@given(code=references, data=st.data())
def test_one_wrong_character_is_noticed(code: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, RANDOM_LENGTH))
    wrong = data.draw(st.sampled_from([symbol for symbol in ALPHABET if symbol != plain(code)[place]]))
    misread = plain(code)[:place] + wrong + plain(code)[place + 1 :]
    with pytest.raises(ValueError, match="is wrong"):
        normalise(misread)


@given(code=references, data=st.data())
def test_two_swapped_characters_are_noticed(code: str, data: st.DataObject) -> None:
    symbols = list(plain(code))
    first = data.draw(st.integers(0, RANDOM_LENGTH - 1))
    second = data.draw(st.integers(first + 1, min(first + 11, RANDOM_LENGTH)))
    symbols[first], symbols[second] = symbols[second], symbols[first]
    if symbols != list(plain(code)):
        with pytest.raises(ValueError, match="is wrong"):
            normalise("".join(symbols))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        *((text, "not a reference") for text in (
            "", "FHK", "FHK-MRW-X23-467-9F", "FHK-MRW-X23-467-9FX9", "AHK-MRW-X23-467-9FX",
            "FHK/MRW/X23/467/9FX", "\x00", "=1+1", "-" * 64,
        )),
        *((text, "a reference has only plain letters and digits") for text in (
            "FHK-MRW-X23-467-9F\u0664", "FH\u212a-MRW-X23-467-9FX", "\ufb00-HK-MRW-X23-467-9F",
        )),
        ("FHK-MRW-X23-467-9FW", "a character of the reference is wrong"),
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match="reference") as refusal:
        normalise(text)
    assert str(refusal.value) == says


def test_long_input_is_refused_unread() -> None:
    code = "FHK-MRW-X23-467-9FX"
    assert normalise(code + " " * (64 - len(code))) == code
    with pytest.raises(ValueError, match="^too long for a reference$"):
        normalise(code + " " * (65 - len(code)))


@given(text=st.text(max_size=70))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        assert re.fullmatch(rf"[{ALPHABET}-]{{19}}", normalise(text))
    except ValueError as refusal:
        assert "reference" in str(refusal)
