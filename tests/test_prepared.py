"""Statements that each connection prepares once, and not at all behind a pooler."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from appointments.prepared import Prepared, as_json


def double() -> Prepared:
    return Prepared(
        f"double_{uuid4().hex}", "SELECT 2 * %(number)s, %(word)s", {"word": "text", "number": "int"}
    )


def statements(prepared: Prepared, *numbers: int) -> list[str]:
    with CaptureQueriesContext(connection) as made:
        answers = [prepared.one({"number": number, "word": "it's"}) for number in numbers]
    assert answers == [(2 * number, "it's") for number in numbers]
    return [query["sql"].split()[0] for query in made.captured_queries]


def test_it_is_prepared_once_for_each_connection(committed_database: str) -> None:
    prepared = double()
    assert statements(prepared, 3, 4) == ["PREPARE", "EXECUTE", "EXECUTE"]
    connection.close()
    assert statements(prepared, 5) == ["PREPARE", "EXECUTE"]


@pytest.mark.django_db
class TestPrepared:
    def test_behind_a_pooler_it_is_run_as_it_stands(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
        assert statements(double(), 3, 4) == ["SELECT", "SELECT"]

    def test_without_a_row_there_is_no_answer(self) -> None:
        nothing = Prepared("nothing", "SELECT 1 WHERE %(so)s", {"so": "boolean"})
        assert nothing.one({"so": False}) is None

    def test_values_pass_through_json_into_any_column(self) -> None:
        row = "(code bytea, name text, at timestamptz)"
        told = Prepared("told", f"SELECT * FROM jsonb_to_record(%(told)s) AS {row}", {"told": "jsonb"})
        found = told.one({"told": as_json({"code": b"\x00\xff", "name": "Zoë “☂”", "at": None})})
        assert found is not None and (bytes(found[0]), *found[1:]) == (b"\x00\xff", "Zoë “☂”", None)
