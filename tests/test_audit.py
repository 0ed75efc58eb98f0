"""The trail: ids and codes, appended, never changed."""

from typing import Any

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from appointments import audit, lifecycle
from appointments.models import Event
from appointments.states import Status
from tests.builders import HELPED, a_draft, a_request, answers, staff, submit

CHANGES = [
    "UPDATE appointments_event SET action = 'nothing'",
    "DELETE FROM appointments_event",
    "TRUNCATE appointments_event",
]


@pytest.mark.django_db
def test_an_entry_says_who_did_what_to_which_request() -> None:
    event = audit.record(
        actor=audit.staff(7), action="close", request_id=12, before=Status.NEW, outcome=None, empty=""
    )
    event.refresh_from_db()
    assert (event.actor_kind, event.actor_id, event.action, event.request_id) == ("staff", 7, "close", 12)
    assert event.codes == {"before": "new"}


@pytest.mark.django_db
def test_patients_and_the_system_have_no_account() -> None:
    for actor in (audit.PATIENT, audit.SYSTEM):
        event = audit.record(actor=actor, action="submit")
        assert (event.actor_kind, event.actor_id, event.request_id) == (actor.kind, None, None)


@pytest.mark.django_db
@pytest.mark.parametrize("statement", CHANGES)
def test_the_application_cannot_change_the_trail(statement: str) -> None:
    audit.record(actor=audit.SYSTEM, action="submit")
    with (
        pytest.raises(ProgrammingError, match="permission denied for table appointments_event"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert Event.objects.get().action == "submit"


@pytest.mark.parametrize("statement", CHANGES)
def test_not_even_the_owner_of_the_tables_changes_the_trail(statement: str, committed_database: str) -> None:
    audit.record(actor=audit.SYSTEM, action="submit")
    with (
        pytest.raises(ProgrammingError, match="the trail is append-only"),
        connections["owner"].cursor() as cursor,
    ):
        cursor.execute(statement)
    connections["owner"].close()
    assert Event.objects.get().action == "submit"


@pytest.mark.django_db
def test_the_application_cannot_drop_what_guards_the_trail() -> None:
    for statement in (
        "DROP TRIGGER appointments_event_no_change ON appointments_event",
        "ALTER TABLE appointments_event DISABLE TRIGGER ALL",
        "DROP TABLE appointments_event",
        "SET session_replication_role = replica",
    ):
        with (
            pytest.raises(ProgrammingError, match="must be owner|permission denied"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db
def test_nothing_that_a_person_wrote_enters_the_trail() -> None:
    written = {"tried": "Homeopathy", "easier": "A quiet room", "helper_relation": "neighbor"}
    request = submit(a_draft(**{**HELPED, **written}))
    person = audit.staff(staff().pk)
    lifecycle.write_note(actor=person, request_id=request.pk, text="Sounded frightened")
    lifecycle.change_urgency(
        actor=person, request_id=request.pk, seen_version=1, level="soon", reason="Sounded frightened"
    )
    lifecycle.take_step(
        actor=person, request_id=request.pk, action="close", seen_version=2, outcome="referred",
        reason="Told her about Columbus",
    )  # fmt: skip
    assert Event.objects.count() == 4
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM appointments_event e")
        trail = cursor.fetchone()[0]
    given: dict[str, Any] = answers(**{**HELPED, **written})
    texts = [
        given[name] for name in ("patient_name", "email", "tried", "easier", "helper_name", "date_of_birth")
    ]
    for text in [*texts, "neighbor", "frightened", "Columbus", request.reference]:
        assert text not in trail


@pytest.mark.django_db
def test_the_trail_outlives_the_request() -> None:
    request = a_request()
    audit.record(actor=audit.SYSTEM, action="submit", request_id=request.pk)
    number = request.pk
    request.delete()
    assert Event.objects.get().request_id == number
