"""Outside a transaction a statement is planned once for a connection, and answers whatever a pooler does."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from services.models import Page
from services.one_statement import Given, OneStatement
from services.one_statement.planned import PlannedStatement, _planned
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
    return [query["sql"].split()[0] for query in queries]


def test_a_statement_is_planned_with_its_first_question_and_kept_by_the_connection() -> None:
    assert [first_words() for _time in range(3)] == [["PREPARE"], ["EXECUTE"], ["EXECUTE"]]
    connection.close()
    assert [first_words() for _time in range(2)] == [["PREPARE"], ["EXECUTE"]]


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
    planned_here = _planned.pop(connection.connection)
    assert first_words() == ["PREPARE", "WITH"]
    assert first_words() == ["EXECUTE"]
    assert _planned[connection.connection] == planned_here


def test_what_changes_is_seen_at_once() -> None:
    for number in range(8):  # after five PostgreSQL may keep one plan for all values
        Page.objects.get(path="/a/").texts.update(title=f"A{number}")
        assert titles() == [f"A{number}"]


@pytest.mark.parametrize("values", [[], [7]])
def test_a_statement_may_need_values_or_none(values: list[int]) -> None:
    statement = PlannedStatement(f"SELECT '100 %%' || {'%s::int' if values else '7'}")
    assert [statement.value(values) for _time in range(2)] == ["100 %7"] * 2


def test_another_error_is_told_and_harms_nothing() -> None:
    statement = PlannedStatement("SELECT 1 / %s::int")
    assert statement.value([1]) == 1
    with pytest.raises(DataError, match="division by zero"):
        statement.value([0])
    assert statement.value([1]) == 1
