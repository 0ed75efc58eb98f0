"""What the database itself refuses, whoever writes to it; tried as the application's own role."""

from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F

from appointments.models import (
    AppointmentRequest,
    EmergencyStop,
    Event,
    Note,
    RequestDraft,
)
from tests.builders import NOW, a_message, a_request, columns

pytestmark = pytest.mark.django_db

HELPED = {"for_whom": "helped", "helper_name": "Dana", "helper_authority": "parent"}
CLOSED = {"status": "closed", "outcome": "seen", "closed_at": NOW}


def test_the_tests_write_as_the_application_not_as_the_owner() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, rolsuper FROM pg_roles WHERE rolname = current_user")
        role, superuser = cursor.fetchone()
    assert (role == "clinic_owner", superuser) == (False, False)


@pytest.mark.parametrize(
    "change",
    [
        {},
        CLOSED,
        HELPED,
        {"status": "scheduled", "scheduled_for": NOW},
        {"reach": "text", "email": "", "phone": "+12165550123"},
        {"reach": "phone", "email": "", "phone": "+2901234"},
        {"onset_kind": "unsure", "onset_year": None, "onset_month": None},
        {"onset_month": None, "onset_day": None},
        {"onset_month": 12, "onset_day": 31},
        {"date_of_birth": date(1900, 1, 1)},
        {"respond_by": NOW + timedelta(microseconds=1)},
        {"patient_name": "नमस्ते ☂ 🙂 é", "tried": "one\n\ttwo"},
    ],
    ids=repr,
)
def test_a_request_that_keeps_the_rules_is_stored(change: dict[str, Any]) -> None:
    AppointmentRequest.objects.bulk_create([AppointmentRequest(**columns(**change))])
    assert AppointmentRequest.objects.count() == 1


@pytest.mark.parametrize(
    ("constraint", "change"),
    [
        ("request_status_known", {"status": "lost"}),
        ("request_status_known", {"status": ""}),
        ("request_urgency_known", {"urgency": "emergency"}),
        ("request_urgency_known", {"computed_urgency": ""}),
        ("request_closed_has_an_outcome", {"status": "closed"}),
        ("request_closed_has_an_outcome", {**CLOSED, "outcome": ""}),
        ("request_closed_has_an_outcome", {**CLOSED, "outcome": "won"}),
        ("request_closed_has_an_outcome", {**CLOSED, "closed_at": None}),
        ("request_closed_has_an_outcome", {**CLOSED, "status": "new"}),
        ("request_scheduled_has_a_time", {"status": "scheduled"}),
        ("request_can_be_reached", {"email": ""}),
        ("request_can_be_reached", {"reach": "text"}),
        ("request_can_be_reached", {"reach": "phone"}),
        ("request_can_be_reached", {"reach": "pigeon", "phone": "+12165550123"}),
        ("request_phone_is_e164", {"phone": "216-555-0123"}),
        ("request_phone_is_e164", {"phone": "+1216"}),
        ("request_phone_is_e164", {"phone": "+1234567890123456"}),
        ("request_phone_is_e164", {"phone": "+12165550123\n"}),
        ("request_helper_is_named", {"helper_name": "Dana"}),
        ("request_helper_is_named", {"helper_authority": "parent"}),
        ("request_helper_is_named", {**HELPED, "helper_name": ""}),
        ("request_helper_is_named", {**HELPED, "helper_authority": ""}),
        ("request_helper_is_named", {"for_whom": ""}),
        ("request_onset_date_where_known", {"onset_year": None, "onset_month": None}),
        ("request_onset_date_where_known", {"onset_kind": "birth"}),
        ("request_onset_date_where_known", {"onset_kind": "unsure", "onset_year": None}),
        ("request_onset_month_known", {"onset_month": 0}),
        ("request_onset_month_known", {"onset_month": 13}),
        ("request_onset_month_known", {"onset_month": None, "onset_day": 3}),
        ("request_onset_day_known", {"onset_day": 0}),
        ("request_onset_day_known", {"onset_day": 32}),
        ("request_names_a_patient", {"patient_name": ""}),
        ("request_names_a_patient", {"reference": ""}),
        ("request_names_a_patient", {"date_of_birth": date(1899, 12, 31)}),
        ("request_lines_hold_no_controls", {"patient_name": "Zoë\nO’Hara"}),
        ("request_lines_hold_no_controls", {"patient_name": "Zoë\x7f"}),
        ("request_lines_hold_no_controls", {**HELPED, "helper_name": "Dana\x1b[31m"}),
        ("request_lines_hold_no_controls", {"email": "a@b.org\r\nBcc: c@d.org"}),
        ("request_due_after_arrival", {"respond_by": NOW}),
        ("request_state_is_a_code", {"state": "O"}),
        ("request_state_is_a_code", {"state": ""}),
    ],
    ids=repr,
)
def test_the_database_refuses_what_breaks_a_rule(constraint: str, change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AppointmentRequest.objects.bulk_create([AppointmentRequest(**columns(**change))])
    stored = a_request()
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        AppointmentRequest.objects.filter(pk=stored.pk).update(**change)


def test_one_submission_and_one_reference_are_one_row() -> None:
    stored = a_request()
    for change in ({"submission_key": stored.submission_key}, {"reference": stored.reference}):
        with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
            a_request(**change)
    assert AppointmentRequest.objects.count() == 1


def test_no_column_is_longer_than_it_says() -> None:
    with pytest.raises(DataError), transaction.atomic():
        a_request(patient_name="x" * 121)
    with pytest.raises(ValueError, match="NUL"), transaction.atomic():
        a_request(patient_name="x\x00y")


def test_whether_it_is_answered_follows_from_the_first_contact() -> None:
    stored = a_request()
    stored.refresh_from_db()
    assert stored.is_answered is False
    AppointmentRequest.objects.update(first_contact_at=F("received_at"))
    stored.refresh_from_db()
    assert stored.is_answered is True


def test_it_is_shown_by_its_reference_and_its_goals_in_words() -> None:
    stored = a_request(goals=["smile", "second_opinion", "gone"])
    assert (str(stored), stored.is_open) == (stored.reference, True)
    assert stored.goal_labels[1:] == ["A second opinion", "gone"]
    assert not AppointmentRequest(**columns(**CLOSED)).is_open


def test_open_requests_are_those_not_closed() -> None:
    still_open = [a_request(), a_request(status="contacted")]
    a_request(**CLOSED)
    assert set(AppointmentRequest.objects.open()) == set(still_open)


def test_one_event_is_one_message_of_a_kind() -> None:
    a_message(event_id=0)
    a_message(event_id=0, kind="urgent")
    with pytest.raises(IntegrityError, match="one_event_one_message"), transaction.atomic():
        a_message(event_id=0)


@pytest.mark.parametrize("change", [{"state": "sent"}, {"state": "failed", "sent_at": NOW}, {"sent_at": NOW}])
def test_a_message_has_a_time_of_sending_only_when_sent(change: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match="message_sent_has_a_time"), transaction.atomic():
        a_message(**change)


def test_a_note_says_something_and_names_one_trail_entry() -> None:
    request = a_request()
    with pytest.raises(IntegrityError, match="note_says_something"), transaction.atomic():
        Note.objects.create(request=request, event_id=1, text="")
    Note.objects.create(request=request, event_id=1, text="She phoned.")
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        Note.objects.create(request=request, event_id=1, text="Again.")


def test_a_token_opens_one_draft_and_a_day_has_one_count() -> None:
    def draft() -> RequestDraft:
        return RequestDraft.objects.create(token_digest=b"x" * 32, sealed_answers=b"", expires_at=NOW)

    draft()
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        draft()
    EmergencyStop.objects.create(day=date(2026, 6, 16))
    with pytest.raises(IntegrityError, match="unique"), transaction.atomic():
        EmergencyStop.objects.create(day=date(2026, 6, 16))
    with pytest.raises(IntegrityError), transaction.atomic():
        EmergencyStop.objects.update(count=-1)


@pytest.mark.parametrize(
    ("kind", "account"), [("staff", None), ("patient", 1), ("system", 1)], ids=["nobody", "patient", "system"]
)
def test_the_trail_names_an_account_for_staff_and_for_nobody_else(kind: str, account: int | None) -> None:
    with pytest.raises(IntegrityError, match="event_staff_has_an_account"), transaction.atomic():
        Event.objects.create(actor_kind=kind, actor_id=account, action="x")


def test_each_thing_says_in_a_line_what_it_is() -> None:
    event = Event.objects.create(actor_kind="system", action="submit")
    assert str(event) == f"{event.at:%Y-%m-%d %H:%M} submit"
    assert str(a_message()) == "to the patient: received (waiting)"
    assert str(Note(text="x" * 100)) == "x" * 60
    assert str(EmergencyStop(day=date(2026, 6, 16), count=3)) == "2026-06-16: 3"
    assert str(RequestDraft(pk=7, submission_key=uuid4())) == "draft 7"
