"""Two roles: the application reads and writes rows; only the owner changes tables."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, connection, connections, transaction

pytestmark = pytest.mark.django_db(databases=["default", "owner"])


def refused(statement: str) -> str:
    """What PostgreSQL says to a statement that it refuses for want of a right."""
    with (
        pytest.raises(DatabaseError) as refusal,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert refusal.value.__cause__ is not None
    assert getattr(refusal.value.__cause__, "pgcode", "") == "42501"  # insufficient_privilege
    return str(refusal.value).splitlines()[0]


@pytest.fixture
def role() -> Callable[[str], str]:
    def of(alias: str) -> str:
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT current_user")
            name: str = cursor.fetchone()[0]
            return name

    return of


def test_the_tests_run_as_the_applications_own_role(role: Callable[[str], str]) -> None:
    assert (role("default"), role("owner")) == ("clinic_app", "clinic_owner")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles "
            "WHERE rolname = current_user"
        )
        assert cursor.fetchone() == (False, False, False, False)


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE TABLE mine (id int)",
        "DROP TABLE services_page",
        "ALTER TABLE services_page ADD COLUMN mine int",
        "ALTER TABLE appointments_event DISABLE TRIGGER ALL",
        "DROP TRIGGER appointments_event_no_change ON appointments_event",
        "CREATE OR REPLACE FUNCTION appointments_event_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RETURN NEW; END'",
        "TRUNCATE services_page CASCADE",
        "UPDATE services_pageversion SET document = '{}'",
        "DELETE FROM services_pageversion",
        "TRUNCATE services_pageversion",
        "CREATE SCHEMA mine",
        "CREATE ROLE mine",
        "INSERT INTO django_migrations (app, name, applied) VALUES ('a', 'b', now())",
        "UPDATE django_migrations SET name = 'c'",
        "DELETE FROM django_migrations",
        "SET ROLE clinic_owner",
        "SET session_replication_role = replica",
        "COPY services_page TO PROGRAM 'cat'",
    ],
)
def test_the_application_cannot_change_tables_rights_or_migrations(statement: str) -> None:
    assert "permission denied" in refused(statement) or "must be owner" in refused(statement)


def test_the_application_may_read_and_write_every_other_table() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, has_table_privilege(oid, 'SELECT,INSERT,UPDATE,DELETE') FROM pg_class "
            "WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        )
        whole = dict(cursor.fetchall())
        cursor.execute(
            "SELECT relname, privilege FROM pg_class, unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) "
            "AS privilege WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace "
            "AND NOT has_table_privilege(oid, privilege)"
        )
        missing = set(cursor.fetchall())
    assert len(whole) > 20
    assert missing == {
        ("appointments_event", "UPDATE"),
        ("appointments_event", "DELETE"),
        ("appointments_seal", "UPDATE"),
        ("appointments_seal", "DELETE"),
        ("services_pageversion", "UPDATE"),
        ("services_pageversion", "DELETE"),
        ("django_migrations", "INSERT"),
        ("django_migrations", "UPDATE"),
        ("django_migrations", "DELETE"),
    }
