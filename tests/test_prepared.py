"""Outside a transaction a statement is planned once for a connection, and answers whatever a pooler does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import audit
from appointments.models import Event, StaffSession
from appointments.security.sessions import SessionStore
from clinic_site.postgresql.one_statement import Given, OneStatement
from clinic_site.postgresql.prepared import ONE_PLAN, Prepared, _prepared, as_json
from services.models import Page
from tests.content import add_page

STATEMENT = OneStatement(lambda: {"pages": Page.objects.at(Given("path")).in_language(Given("language"))})


@pytest.fixture(autouse=True)
def page(committed_database: str) -> Iterator[None]:
    add_page("/a/", "100 % A")
    yield
    connection.close()


def titles() -> list[str]:
    return [page.text.title for page in STATEMENT.ask(path="/a/", language="en")["pages"]]


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def first_words() -> list[str]:
    """Of the statements that one question sends."""
    with CaptureQueriesContext(connection) as queries:
        assert titles() == ["100 % A"]
    return [query["sql"].removeprefix(ONE_PLAN).split()[0] for query in queries]


def test_a_statement_is_planned_with_its_first_question_and_kept_by_the_connection() -> None:
    for _connection in range(2):
        assert [first_words() for _time in range(3)] == [["PREPARE"], ["EXECUTE"], ["EXECUTE"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT generic_plans, custom_plans FROM pg_prepared_statements")
            assert cursor.fetchall() == [(3, 0)]
        connection.close()


def test_within_a_transaction_nothing_is_planned() -> None:
    with transaction.atomic():
        assert first_words() == ["WITH"]
    assert first_words() == ["PREPARE"]
    with transaction.atomic():
        assert first_words() == ["WITH"]


def test_behind_a_pooler_that_was_told_of_nothing_is_planned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert [first_words() for _time in range(2)] == [["WITH"], ["WITH"]]


def test_a_plan_that_a_pooler_threw_away_is_made_again() -> None:
    titles()
    run("DEALLOCATE ALL")
    assert first_words() == ["EXECUTE", "WITH"]
    assert [first_words() for _time in range(2)] == [["PREPARE"], ["EXECUTE"]]


def test_a_plan_that_another_of_us_made_on_the_same_connection_is_used() -> None:
    titles()
    prepared_here = _prepared.pop(connection.connection)
    assert first_words() == ["PREPARE", "WITH"]
    assert first_words() == ["EXECUTE"]
    assert _prepared[connection.connection] == prepared_here


def test_what_changes_is_seen_at_once() -> None:
    for number in range(8):  # after five PostgreSQL may keep one plan for all values
        Page.objects.get(path="/a/").texts.update(title=f"A{number}")
        assert titles() == [f"A{number}"]


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize("values", [{}, {"seven": 7}])
def test_a_statement_may_need_values_or_none(
    pooled: bool, values: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", pooled)
    statement = Prepared(f"SELECT '100 %%' || {'%(seven)s::int' if values else '7'}")
    assert [statement.one(values) for _time in range(2)] == [("100 %7",)] * 2


@pytest.mark.parametrize("pooled", [False, True])
def test_what_looks_like_a_value_in_a_text_is_text(pooled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", pooled)
    statement = Prepared("SELECT '100%%(n)s', %(n)s::int")
    assert [statement.one({"n": 7}) for _time in range(2)] == [("100%(n)s", 7)] * 2


@pytest.mark.parametrize("pooled", [False, True])
def test_a_value_may_stand_in_several_places_and_have_a_type(
    pooled: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", pooled)
    statement = Prepared("SELECT %(n)s * 2, %(word)s || %(n)s::int, %(n)s", {"n": "int"})
    assert [statement.one({"word": "it's ", "n": n}) for n in (3, 4)] == [
        (6, "it's 3", 3),
        (8, "it's 4", 4),
    ]


def test_without_a_row_there_is_no_answer() -> None:
    assert Prepared("SELECT 1 WHERE %(so)s", {"so": "boolean"}).one({"so": False}) is None


def test_another_error_is_told_and_harms_nothing() -> None:
    statement = Prepared("SELECT 1 / %(n)s::int")
    assert statement.one({"n": 1}) == (1,)
    with pytest.raises(DataError, match="division by zero"):
        statement.one({"n": 0})
    assert statement.one({"n": 1}) == (1,)


@pytest.mark.parametrize("before", [lambda: None, lambda: run("DEALLOCATE ALL"), _prepared.clear])
def test_what_is_written_is_written_once(before: Any) -> None:
    """Whatever a connection has prepared, and after a statement that failed."""
    run("CREATE TEMPORARY TABLE written (n int PRIMARY KEY)")
    statement = Prepared("INSERT INTO written VALUES (%(n)s) RETURNING n", {"n": "int"})
    for number in (1, 2):
        assert statement.one({"n": number}) == (number,)
        before()
        with pytest.raises(IntegrityError):
            statement.one({"n": number})
    assert Prepared("SELECT array_agg(n ORDER BY n) FROM written").one({}) == ([1, 2],)


def test_values_pass_through_json_into_any_column() -> None:
    row = "(code bytea, name text, at timestamptz)"
    told = Prepared(f"SELECT * FROM jsonb_to_record(%(told)s) AS {row}", {"told": "jsonb"})
    found = told.one({"told": as_json({"code": b"\x00\xff", "name": "Zoë “☂”", "at": None})})
    assert found is not None and (bytes(found[0]), *found[1:]) == (b"\x00\xff", "Zoë “☂”", None)


def test_a_column_that_has_another_type_now_is_read_all_the_same() -> None:
    run("CREATE TEMPORARY TABLE changed (n int); INSERT INTO changed VALUES (7)")
    statement = Prepared("SELECT n FROM changed")
    assert statement.one({}) == (7,)
    run("ALTER TABLE changed ALTER n TYPE text USING n::text")
    assert [statement.one({}) for _time in range(3)] == [("7",)] * 3
    assert len(_prepared[connection.connection] - {ONE_PLAN}) == 1


def test_a_connection_whose_first_statement_fails_plans_once_all_the_same() -> None:
    statement = Prepared("SELECT 1 / %(n)s::int")
    with pytest.raises(DataError):
        statement.one({"n": 0})
    assert [statement.one({"n": 1}) for _time in range(2)] == [(1,)] * 2
    assert Prepared("SELECT current_setting('plan_cache_mode')").one({}) == ("force_generic_plan",)


@pytest.mark.parametrize(
    ("actor", "told"),
    [
        (audit.staff(7), {"request_id": 9, "view": "a%b", "requests": [1, 2], "page": None}),
        (audit.SYSTEM, {"words": "it's “☂”, 100 % \\"}),
    ],
)
def test_an_entry_of_the_trail_is_stored_as_it_is_told(actor: audit.Actor, told: dict[str, Any]) -> None:
    for _planned in range(2):
        event = audit.record(actor=actor, action="note", **told)
        stored = Event.objects.get(pk=event.pk)
        for name in ("id", *audit.COLUMNS):
            assert getattr(stored, name) == getattr(event, name), name
        assert (event._state.adding, event._state.db) == (False, "default")


def test_a_session_is_read_while_it_lasts() -> None:
    session = SessionStore()
    session["kept"] = "“☂”"
    session.save()
    for _planned in range(2):
        assert SessionStore(session.session_key)["kept"] == "“☂”"
    StaffSession.objects.update(expire_date=timezone.now())
    assert "kept" not in SessionStore(session.session_key)
