"""A connection that stays open is asked whether it lives only where it was silent, or the server spoke."""

from collections.abc import Iterator
from contextlib import suppress

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client

from clinic_site.postgresql import base


@pytest.fixture
def asked(committed_database: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bool]]:
    """What PostgreSQL said each time it was asked."""
    said: list[bool] = []
    plain = base.base.DatabaseWrapper.is_usable

    def ask(self: base.DatabaseWrapper) -> bool:
        said.append(plain(self))
        return said[-1]

    monkeypatch.setattr(base.base.DatabaseWrapper, "is_usable", ask)
    connection.ensure_connection()
    monkeypatch.setattr(connection, "_asked_at", float("-inf"))
    yield said


def test_it_is_asked_once_in_a_while(asked: list[bool], monkeypatch: pytest.MonkeyPatch) -> None:
    assert [connection.is_usable() for _ in range(3)] == [True] * 3
    assert asked == [True]
    monkeypatch.setattr(base, "ASKED_EVERY_SECONDS", 0)
    assert connection.is_usable() and asked == [True, True]


def test_one_that_the_server_ended_is_noticed_at_once(asked: list[bool]) -> None:
    assert connection.is_usable()
    end_it()
    assert not connection.is_usable()
    assert asked == [True, False]


def test_one_whose_transaction_has_failed_is_not_usable(asked: list[bool]) -> None:
    assert connection.is_usable()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        with suppress(DatabaseError):
            cursor.execute("SELECT 1 / 0")
        assert not connection.is_usable()
        raise DatabaseError
    assert connection.is_usable()


def test_a_request_after_the_server_ended_the_connection_is_answered(asked: list[bool]) -> None:
    assert connection.is_usable()
    end_it()
    connection.close_if_unusable_or_obsolete()  # as at the beginning of each request
    assert Client().get("/healthz").status_code == 200


def end_it() -> None:
    """From the same role's other connection, as an administrator would."""
    backend = connection.connection.info.backend_pid
    other = connection.copy()
    with other.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
    other.close()
