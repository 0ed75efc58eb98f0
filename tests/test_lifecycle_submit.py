"""Sending is one transaction: the row, its trail, its messages; once, whatever is resent and whenever."""

from collections.abc import Callable
from datetime import date, timedelta
from threading import Barrier, Thread
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings
from pytest_django.fixtures import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from appointments import audit, clinic_time, lifecycle, reference, urgency
from appointments.models import AppointmentRequest, Attempt, EmergencyStop, Event, Message, Note, RequestDraft
from tests.builders import EMERGENCY, HELPED, NOW, SAME_DAY, a_draft, a_request, answers, submit

EVERY_ANSWER = {
    **HELPED,
    "examined": "no", "onset_kind": "date", "onset_year": 2021, "onset_month": 5, "onset_day": 17,
    "began": "gradual", "trend": "worse", "side": "right", "movement": "none",
    "eye_closes": "no", "eye_cared": "yes", "eye_signs": ["numb"], "ear_signs": ["fever"],
    "cause": "injury", "nerve_cut": "no", "history": ["lump"], "tried": "Tape.",
    "goals": ["smile"], "visit_type": "virtual", "place": "cleveland", "person": "dana",
    "language": "other", "other_language": "Nepali", "interpreter": True, "easier": "A ramp.",
    "patient_name": "Ida Example", "date_of_birth": "1958-07-09", "insurance": "uninsured", "state": "PA",
    "reach": "phone", "phone": "+12165550142", "speaking_hard": True, "relay": True,
    "may_leave_message": True, "speaker_name": "Ben Example", "speaker_phone": "+12165550143",
}  # fmt: skip


def counts() -> tuple[int, int, int, int]:
    kinds = (AppointmentRequest, Event, Message, Note)
    return tuple(kind.objects.count() for kind in kinds)  # type: ignore[return-value]


@pytest.mark.django_db
class TestSubmit:
    def test_a_request_is_a_row_a_trail_entry_and_a_message(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        draft = a_draft()
        request = submit(draft)
        request.refresh_from_db()
        assert reference.normalise(request.reference) == request.reference
        assert (request.status, request.urgency, request.computed_urgency) == ("new", "routine", "routine")
        assert (request.received_at, request.version, request.submission_key) == (
            NOW, 1, draft.row.submission_key,
        )  # fmt: skip
        assert request.respond_by == clinic_time.respond_by(NOW, urgency.Level.ROUTINE, urgency.rules())
        assert (request.rules_version, request.urgency_reasons) == (urgency.rules().version, [])
        assert (request.patient_name, request.date_of_birth) == ("Zoë O’Hara", date(1960, 2, 29))
        assert request.times == [{"date": "2026-06-24", "half": "pm"}]
        assert (request.eye_signs, request.ear_signs, request.history) == ([], [], [])
        assert (request.onset_year, request.onset_month, request.onset_day) == (2022, 3, None)
        event = Event.objects.get()
        assert (event.request_id, event.actor_kind, event.actor_id, event.action) == (
            request.pk, "patient", None, "submit",
        )  # fmt: skip
        assert event.codes == {"urgency": "routine", "rules": urgency.rules().version}
        message = Message.objects.get()
        assert (message.kind, message.recipient, message.language, message.state) == (
            "received", "zoe@example.org", "en", "waiting",
        )  # fmt: skip
        assert (message.event_id, message.request, message.due_at) == (event.pk, request, NOW)

    def test_every_answer_has_its_column(self, time_machine: TimeMachineFixture) -> None:
        """None of them is what the column would hold by itself."""
        time_machine.move_to(NOW, tick=False)
        given = answers(**EVERY_ANSWER)
        request = lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=a_draft().row.submission_key,
            answers=given,
            consent_version="2026-11",
            site_language="es",
            address="192.0.2.1",
        )
        request.refresh_from_db()
        kept = {name: getattr(request, name) for name in given.keys() - {"signs", "date_of_birth"}}
        assert kept == {name: given[name] for name in kept}
        assert (request.date_of_birth, request.consent_version) == (date(1958, 7, 9), "2026-11")
        assert request.site_language == "es"
        assert Message.objects.get(kind="received").language == "es"

    def test_an_unanswered_question_keeps_what_its_column_holds_by_itself(self) -> None:
        request = submit(a_draft(interpreter=None, times=None, easier=None))
        assert (request.interpreter, request.times, request.easier) == (False, [], "")

    def test_it_is_counted_by_its_address_and_by_each_contact(self) -> None:
        draft = a_draft(phone="+12165550142")
        submit(draft)
        submit(draft)
        assert list(Attempt.objects.values_list("count", flat=True)) == [1, 1, 1]
        submit(a_draft(email="", reach="text", phone="+12165550142"))
        assert sorted(Attempt.objects.values_list("count", flat=True)) == [1, 1, 1, 2]
        submit(a_draft(phone=None))
        assert sorted(Attempt.objects.values_list("count", flat=True)) == [1, 1, 1, 2, 2]

    def test_the_trail_says_that_a_contact_was_given_too_often_to_be_written_to(
        self, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "request_by_contact": (1, 60 * 60)}
        first, _again = submit(a_draft()), submit(a_draft())
        limited = [event.codes.get("contact_limited") for event in Event.objects.all()]
        assert (limited, Message.objects.get().request) == ([None, True], first)

    def test_the_draft_keeps_the_reference_for_two_hours_more_and_no_answers(
        self, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW - timedelta(hours=1), tick=False)
        draft = a_draft()
        time_machine.move_to(NOW, tick=False)
        request = submit(draft)
        row = RequestDraft.objects.get()
        assert (row.request, bytes(row.sealed_answers)) == (request, b"")
        assert row.expires_at == NOW + timedelta(hours=2)

    def test_a_same_day_sign_is_stored_with_its_reason_and_told_to_staff(self, settings: Settings) -> None:
        settings.STAFF_ALERT_EMAIL = "triage@clinic.test"
        request = submit(a_draft(**SAME_DAY))
        assert (request.urgency, request.urgency_reasons) == ("same_day", ["eye_symptoms"])
        assert request.respond_by - request.received_at < timedelta(days=5)
        told = {(message.kind, message.recipient) for message in Message.objects.all()}
        assert told == {("received", "zoe@example.org"), ("urgent", "triage@clinic.test")}

    def test_nobody_is_written_to_where_nobody_gave_an_address(self, settings: Settings) -> None:
        settings.STAFF_ALERT_EMAIL = ""
        submit(a_draft(**SAME_DAY, reach="text", email="", phone="+12165550123"))
        assert counts() == (1, 1, 0, 0)

    def test_both_identities_are_kept_apart(self) -> None:
        request = submit(a_draft(**HELPED))
        assert (request.patient_name, request.helper_name) == ("Zoë O’Hara", "Dana Helper")
        assert (request.helper_relation, request.helper_authority) == ("daughter", "agreed")

    def test_an_emergency_sign_stores_nothing(self) -> None:
        draft = a_draft(**EMERGENCY)
        with pytest.raises(lifecycle.Emergency):
            submit(draft)
        assert counts() == (0, 0, 0, 0)
        assert RequestDraft.objects.get().request is None

    def test_what_is_sent_again_is_answered_with_the_same_request(self) -> None:
        draft = a_draft()
        first = submit(draft)
        draft.answers["patient_name"] = "Somebody Else"
        assert submit(draft).reference == first.reference
        assert counts() == (1, 1, 1, 0)
        assert AppointmentRequest.objects.get().patient_name == "Zoë O’Hara"

    def test_an_unknown_draft_is_refused(self) -> None:
        with pytest.raises(RequestDraft.DoesNotExist):
            lifecycle.submit(
                actor=audit.PATIENT,
                submission_key=uuid4(),
                answers={},
                consent_version="test",
                site_language="en",
                address="192.0.2.1",
            )

    def test_an_emergency_sign_changes_nothing_about_what_was_sent_before(self) -> None:
        draft = a_draft()
        first = submit(draft)
        draft.answers.update(EMERGENCY)
        assert submit(draft) == first

    def test_it_is_one_statement(self, django_assert_num_queries: DjangoAssertNumQueries) -> None:
        submit(a_draft())
        draft = a_draft(**SAME_DAY, phone="+12165550142")
        with django_assert_num_queries(1):
            submit(draft)

    @pytest.mark.parametrize(
        ("part", "broken"),
        [
            ("SELECT reference,", "SELECT NULL,"),
            ("SELECT %(now)s::timestamptz, request.id", "SELECT NULL, request.id"),
            ("event.id, kind, recipient", "event.id, kind, NULL"),
            ("sealed_answers = ''", "sealed_answers = NULL"),
        ],
        ids=["request", "entry", "messages", "draft"],
    )
    def test_nothing_is_stored_where_any_part_fails(
        self, part: str, broken: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        draft = a_draft(**SAME_DAY)
        assert lifecycle.SUBMIT.sql.count(part) == 1
        with monkeypatch.context() as broken_off:
            broken_off.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
            broken_off.setattr(lifecycle.SUBMIT, "sql", lifecycle.SUBMIT.sql.replace(part, broken))
            with pytest.raises(DatabaseError), transaction.atomic():
                submit(draft)
        assert counts() == (0, 0, 0, 0) and not Attempt.objects.exists()
        row = RequestDraft.objects.get()
        assert row.request is None and bytes(row.sealed_answers)
        assert submit(draft).pk


def at_once(count: int, act: Callable[[], Any]) -> list[Any]:
    """What each thread got, or the error it met; all begin at the same moment."""
    start, results = Barrier(count), []

    def run() -> None:
        start.wait(10)
        try:
            results.append(act())
        except Exception as error:  # noqa: BLE001
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def test_ten_parallel_sendings_of_one_draft_give_one_row_and_one_reference(committed_database: str) -> None:
    draft = a_draft()
    results = at_once(10, lambda: submit(draft).reference)
    assert len(results) == 10
    assert set(results) == {AppointmentRequest.objects.get().reference}
    assert counts() == (1, 1, 1, 0)


def test_of_two_who_act_at_once_one_acts_and_the_other_is_told(committed_database: str) -> None:
    request = a_request()
    results = at_once(
        4,
        lambda: (
            lifecycle.take_step(
                actor=audit.SYSTEM, request_id=request.pk, action="contact", seen_version=1
            ).version
        ),
    )
    assert sorted(type(result).__name__ for result in results) == ["Outdated", "Outdated", "Outdated", "int"]
    told = [[event.action for event in result.events] for result in results if result != 2]
    assert told == [["contact"]] * 3
    assert Event.objects.count() == 1


def test_emergency_stops_are_counted_one_by_one(committed_database: str) -> None:
    assert at_once(6, lifecycle.count_emergency_stop) == [None] * 6
    assert EmergencyStop.objects.get().count == 6
