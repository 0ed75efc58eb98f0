"""Tables for spreadsheets: every cell is text, whatever was typed."""

import csv
import io
import re
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from appointments import tabular
from appointments.export_words import Words
from appointments.models import AppointmentRequest
from tests.any_request import any_request
from tests.builders import columns, staff

pytestmark = pytest.mark.django_db

SIGNS = "=+-@＝＋－＠﹢﹣﹦﹫⁺⁼−"
UNSEEN = " \t\r\n\u00a0\u3000\u200b\u200e\ufeff\u00ad\u2060\u115f\u3164\u2800\ufe0f\x0b"


@pytest.fixture(scope="module")
def words(django_db_setup: None, django_db_blocker: Any) -> Words:
    with django_db_blocker.unblock():
        return Words()


def is_inert(cell: str) -> bool:
    """Nothing in it begins a formula, wherever a program may think that a cell begins."""
    parts = re.split('[\t\r\n,;"]', cell)
    shown = [part.lstrip(UNSEEN)[:1] for part in parts]
    return not any(first and first in SIGNS for first in shown) and cell[:1] not in tuple("\t\r\n")


@given(
    st.text(st.sampled_from(SIGNS + UNSEEN + "\"';,|a1'!"))
    | st.text(st.characters(exclude_categories=["Cs"]))
)
@example("=1+1")
@example("\u3000\u200b＝cmd|'/C calc'!A0")
@example("+12165550123")
@example('x";=1+1')
@example("\t")
@settings(max_examples=500)
def test_no_cell_begins_a_formula(text: str) -> None:
    made = tabular.inert(text)
    assert is_inert(made)
    assert made.replace("'", "") == text.replace("'", "")
    assert tabular.inert(made) == made


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+12165550123", "'+12165550123"),
        (" \u200b@SUM(A1)", "' \u200b@SUM(A1)"),
        ("＝1", "'＝1"),
        ("\tx", "'\tx"),
        ("Steroids; =1+1", "Steroids;' =1+1"),
        ("2026-06-16", "2026-06-16"),
        ("zoe@example.org", "zoe@example.org"),
        ("Anna-Maria O'Hara, 3+ months", "Anna-Maria O'Hara, 3+ months"),
        ("", ""),
    ],
)
def test_what_is_harmless_stays_as_it_is(text: str, cell: str) -> None:
    assert tabular.inert(text) == cell


@given(request=any_request())
@settings(max_examples=60)
def test_every_request_is_one_row_of_inert_cells(words: Words, request: AppointmentRequest) -> None:
    for shape, delimiter, encoding in ((tabular.Csv, ",", "utf-8-sig"), (tabular.Text, "\t", "utf-16")):
        writer = shape(words)
        text = (writer.head() + writer.rows([request]) + writer.foot(1)).decode(encoding)
        head, cells, last = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        assert len(head) == len(cells) == len(last) == len(tabular.COLUMNS)
        assert all(map(is_inert, cells))
        assert last[:2] == ["End of the export", "1 request"]


def test_a_row_says_what_was_answered(words: Words) -> None:
    request = AppointmentRequest(
        **columns(
            eye_signs=["red"], phone="+12165550123", onset_day=None, assigned_to=staff(), is_sample=True
        )
    )
    cells = dict(zip(tabular.COLUMNS, tabular.row(request, tabular.cells(words)), strict=True))
    expected = {
        "received_at": "2026-06-16 11:00",
        "status": "New",
        "patient_name": "Zoë O’Hara",
        "date_of_birth": "1960-02-29",
        "phone": "'+12165550123",
        "eye_signs": "Red",
        "onset": "2022-03",
        "times": "2026-06-24 pm",
        "is_sample": "Yes",
        "speaking_hard": "Yes",
        "tried": "Steroid tablets.\nThen exercises.",
    }
    assert {name: cells[name] for name in expected} == expected
    assert cells["assigned_to"].startswith("staff")


def test_excel_knows_the_encoding_by_the_first_bytes(words: Words) -> None:
    assert tabular.Csv(words).head().startswith(b"\xef\xbb\xbfReference,")
    assert tabular.Text(words).head().startswith("\ufeffReference\t".encode("utf-16-le"))


def test_lines_of_text_for_spreadsheets_hold_a_request_each(words: Words) -> None:
    request = AppointmentRequest(**columns(tried='"open quote\n\tand = more'))
    written = tabular.Text(words).rows([request]).decode("utf-16-le")
    assert written.count("\r\n") == 1 and "\n\t" not in written
