"""Each step is one transaction: the row, its trail, its message; and nothing of it where any part fails."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError
from time_machine import TimeMachineFixture

from appointments import audit, clinic_time, lifecycle, roles, states, urgency
from appointments.models import AppointmentRequest, EmergencyStop, Event, Message, Note
from appointments.states import TRANSITIONS, Need, Outcome, Status
from tests.builders import NOW, a_request, staff

LATER = datetime(2026, 7, 1, 14, 30, tzinfo=UTC)


STAFF_STEPS = [(row, source) for row in TRANSITIONS if row.by is states.By.STAFF for source in row.sources]


def counts() -> tuple[int, int, int, int]:
    kinds = (AppointmentRequest, Event, Message, Note)
    return tuple(kind.objects.count() for kind in kinds)  # type: ignore[return-value]


def given_for(row: states.Transition) -> dict[str, Any]:
    given = {
        Need.OUTCOME: Outcome.REFERRED.value,
        Need.SCHEDULED_FOR: LATER,
        Need.REASON: "She asked for it.",
    }
    return {str(need): given[need] for need in row.needs}


def in_status(status: str, **changes: Any) -> AppointmentRequest:
    by_status: dict[str, dict[str, Any]] = {
        "scheduled": {"scheduled_for": NOW + timedelta(days=9), "first_contact_at": NOW},
        "contacted": {"first_contact_at": NOW},
        "closed": {"closed_at": NOW, "outcome": "not_reached"},
    }
    return a_request(status=status, **{**by_status.get(status, {}), **changes})


@pytest.mark.django_db
class TestSteps:
    @pytest.mark.parametrize(
        ("row", "source"), STAFF_STEPS, ids=[f"{row.action} from {source}" for row, source in STAFF_STEPS]
    )
    def test_a_step_leaves_row_trail_and_message_as_the_table_says(
        self, row: states.Transition, source: Status
    ) -> None:
        person, stored = staff(), in_status(source)
        request = lifecycle.take_step(
            actor=audit.staff(person.pk),
            request_id=stored.pk,
            action=row.action,
            seen_version=1,
            **given_for(row),
        )
        request.refresh_from_db()
        assert (request.status, request.version, request.assigned_to) == (row.target, 2, person)
        outcome = "referred" if row.target == "closed" else ""
        assert (request.outcome, request.closed_at is not None) == (outcome, row.target == "closed")
        event = Event.objects.get()
        assert (event.action, event.actor_kind, event.actor_id) == (row.action, "staff", person.pk)
        expected = {"before": source.value, "after": row.target.value}
        if outcome:
            expected["outcome"] = outcome
        if row.action == "schedule":
            expected["scheduled_for"] = LATER.isoformat()
        assert event.codes == expected
        told = list(Message.objects.values_list("kind", "event_id"))
        kinds = {
            "schedule": "scheduled",
            "unschedule": "unscheduled",
            "close": "closed",
            "reopen": "reopened",
        }
        assert told == ([(kinds[row.action], event.pk)] if row.tells_patient else [])
        notes = list(Note.objects.values_list("text", "event_id", "author"))
        assert notes == ([("She asked for it.", event.pk, person.pk)] if Need.REASON in row.needs else [])

    @pytest.mark.parametrize("row", [row for row in TRANSITIONS if row.needs], ids=lambda row: row.action)
    def test_a_step_without_what_it_needs_changes_nothing(self, row: states.Transition) -> None:
        stored = in_status(row.sources[0])
        with pytest.raises(lifecycle.Incomplete) as refused:
            lifecycle.take_step(
                actor=audit.staff(staff().pk), request_id=stored.pk, action=row.action, seen_version=1
            )
        assert refused.value.need == row.needs[0]
        assert str(refused.value) == f"{row.needs[0]} is missing"
        stored.refresh_from_db()
        assert (stored.status, stored.version, counts()) == (row.sources[0], 1, (1, 0, 0, 0))

    @pytest.mark.parametrize(
        ("action", "status"), [("schedule", "new"), ("withdraw", "new"), ("x", "closed")]
    )
    def test_staff_take_no_step_that_is_not_in_the_table(self, action: str, status: str) -> None:
        stored = in_status(status)
        with pytest.raises(states.NotAllowed):
            lifecycle.take_step(actor=audit.staff(1), request_id=stored.pk, action=action, seen_version=1)
        assert counts() == (1, 0, 0, 0)

    def test_a_patient_withdraws_and_is_told(self) -> None:
        stored = in_status("contacted", assigned_to=None)
        lifecycle.take_step(actor=audit.PATIENT, request_id=stored.pk, action="withdraw", seen_version=1)
        stored.refresh_from_db()
        assert (stored.status, stored.outcome, stored.assigned_to) == ("closed", "withdrawn", None)
        assert Message.objects.get().kind == "closed"

    @pytest.mark.parametrize(
        ("fields", "left"),
        [
            ({"status": "scheduled", "scheduled_for": NOW + timedelta(days=2)}, True),
            ({"status": "scheduled", "scheduled_for": NOW - timedelta(days=2)}, False),
            ({"status": "contacted", "urgency": "same_day"}, True),
            ({"status": "contacted", "urgency": "soon"}, False),
        ],
    )
    def test_a_withdrawal_is_to_be_seen_where_it_leaves_staff_something_to_do(
        self, fields: dict[str, Any], left: bool, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW)
        stored = a_request(**fields)
        lifecycle.take_step(actor=audit.PATIENT, request_id=stored.pk, action="withdraw", seen_version=1)
        stored.refresh_from_db()
        assert stored.withdrawal_unseen is left
        lifecycle.take_step(
            actor=audit.staff(staff().pk), request_id=stored.pk, action="reopen", seen_version=2, reason="No."
        )
        stored.refresh_from_db()
        assert stored.withdrawal_unseen is False

    def test_what_staff_close_as_withdrawn_they_have_seen(self) -> None:
        stored = a_request(status="contacted", urgency="same_day")
        lifecycle.take_step(
            actor=audit.staff(staff().pk), request_id=stored.pk, action="close", seen_version=1,
            outcome=Outcome.WITHDRAWN,
        )  # fmt: skip
        stored.refresh_from_db()
        assert stored.withdrawal_unseen is False

    @pytest.mark.parametrize("outcome", [Outcome.SEEN, Outcome.DUPLICATE])
    def test_a_quiet_outcome_is_not_told(self, outcome: Outcome) -> None:
        stored = in_status("contacted")
        lifecycle.take_step(
            actor=audit.SYSTEM, request_id=stored.pk, action="close", seen_version=1, outcome=outcome
        )
        assert not Message.objects.exists()

    def test_who_has_it_keeps_it(self) -> None:
        first, second = staff(), staff()
        stored = a_request()
        for person, action, version in [(first, "take_up", 1), (second, "contact", 2)]:
            stored = lifecycle.take_step(
                actor=audit.staff(person.pk), request_id=stored.pk, action=action, seen_version=version
            )
        assert stored.assigned_to == first

    def test_the_first_contact_is_kept_and_an_attempt_is_none(self, time_machine: TimeMachineFixture) -> None:
        stored = a_request()
        person = audit.staff(staff().pk)
        moments = []
        for hour, action in enumerate(("attempt", "contact", "attempt"), start=1):
            time_machine.move_to(NOW + timedelta(hours=hour), tick=False)
            stored = lifecycle.take_step(
                actor=person, request_id=stored.pk, action=action, seen_version=stored.version
            )
            moments.append(stored.first_contact_at)
        assert moments == [None, NOW + timedelta(hours=2), NOW + timedelta(hours=2)]

    def test_a_date_is_an_answer_too(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW + timedelta(hours=3), tick=False)
        stored = lifecycle.take_step(
            actor=audit.SYSTEM,
            request_id=in_status("in_review").pk,
            action="schedule",
            seen_version=1,
            scheduled_for=LATER,
        )
        assert stored.first_contact_at == NOW + timedelta(hours=3)

    def test_a_date_belongs_to_scheduling_alone(self) -> None:
        stored = lifecycle.take_step(
            actor=audit.SYSTEM,
            request_id=a_request().pk,
            action="contact",
            seen_version=1,
            scheduled_for=LATER,
        )
        assert stored.scheduled_for is None
        assert Event.objects.get().codes == {"before": "new", "after": "contacted"}

    def test_who_waits_again_is_due_again_from_now(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        for status, action in [("scheduled", "unschedule"), ("closed", "reopen")]:
            stored = in_status(status, first_contact_at=NOW, received_at=NOW - timedelta(days=30))
            lifecycle.take_step(
                actor=audit.SYSTEM, request_id=stored.pk, action=action, seen_version=1, reason="He is ill."
            )
            stored.refresh_from_db()
            assert (stored.first_contact_at, stored.is_answered) == (None, False)
            assert stored.respond_by == clinic_time.respond_by(
                NOW, urgency.Level(stored.urgency), urgency.rules()
            )

    def test_a_cancelled_date_and_a_reopened_request_have_no_date(self) -> None:
        for status, action in [("scheduled", "unschedule"), ("closed", "reopen")]:
            stored = in_status(status, scheduled_for=LATER)
            lifecycle.take_step(
                actor=audit.SYSTEM, request_id=stored.pk, action=action, seen_version=1, reason="He is ill."
            )
            stored.refresh_from_db()
            assert stored.scheduled_for is None

    def test_a_closed_request_keeps_its_date(self) -> None:
        stored = in_status("scheduled", scheduled_for=LATER)
        lifecycle.take_step(
            actor=audit.SYSTEM, request_id=stored.pk, action="close", seen_version=1, outcome="seen"
        )
        stored.refresh_from_db()
        assert stored.scheduled_for == LATER

    def test_who_saw_an_old_version_is_told_what_happened(self) -> None:
        stored, person = a_request(), staff()
        lifecycle.take_step(
            actor=audit.staff(person.pk), request_id=stored.pk, action="take_up", seen_version=1
        )
        lifecycle.write_note(actor=audit.staff(person.pk), request_id=stored.pk, text="Called the clinic.")
        with pytest.raises(lifecycle.Outdated) as refused:
            lifecycle.take_step(
                actor=audit.staff(staff().pk), request_id=stored.pk, action="contact", seen_version=1
            )
        assert str(refused.value) == "the request has changed"
        told = [(event.action, event.actor_id) for event in refused.value.events]
        assert told == [("take_up", person.pk)]

    def test_nothing_of_a_step_is_stored_where_its_message_fails(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        stored = in_status("scheduled")

        def fail(**kwargs: Any) -> None:
            raise DatabaseError("broken")

        monkeypatch.setattr("appointments.notifications.tell_patient", fail)
        with pytest.raises(DatabaseError):
            lifecycle.take_step(
                actor=audit.SYSTEM, request_id=stored.pk, action="unschedule", seen_version=1, reason="Ill."
            )
        stored.refresh_from_db()
        assert (stored.status, stored.version, counts()) == ("scheduled", 1, (1, 0, 0, 0))


@pytest.mark.django_db
class TestUrgency:
    def change(self, stored: AppointmentRequest, level: str, **other: Any) -> AppointmentRequest:
        given = {"seen_version": stored.version, "reason": "Looked at the photograph.", **other}
        return lifecycle.change_urgency(
            actor=audit.staff(staff().pk), request_id=stored.pk, level=level, **given
        )

    @pytest.mark.parametrize(("before", "after"), [("routine", "same_day"), ("same_day", "soon")])
    def test_the_target_moves_with_it_from_the_arrival(self, before: str, after: str) -> None:
        stored = a_request(urgency=before, computed_urgency=before, urgency_reasons=["lump"])
        self.change(stored, after)
        stored.refresh_from_db()
        assert stored.respond_by == clinic_time.respond_by(NOW, urgency.Level(after), urgency.rules())
        assert (stored.urgency, stored.computed_urgency) == (after, before)
        assert (stored.urgency_reasons, stored.version) == (["lump"], 2)
        event = Event.objects.get()
        assert (event.action, event.codes) == ("change_urgency", {"before": before, "after": after})
        assert event.request_id == stored.pk
        assert Note.objects.get().event_id == event.pk

    def test_after_reopening_the_target_runs_from_there(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW + timedelta(days=40), tick=False)
        stored = lifecycle.take_step(
            actor=audit.SYSTEM,
            request_id=in_status("closed").pk,
            action="reopen",
            seen_version=1,
            reason="She called again.",
        )
        other = in_status("closed")
        for days, request, action in [(50, other, "reopen"), (60, stored, "attempt")]:
            time_machine.move_to(NOW + timedelta(days=days), tick=False)
            lifecycle.take_step(
                actor=audit.SYSTEM,
                request_id=request.pk,
                action=action,
                seen_version=request.version,
                reason="Once more.",
            )
        stored.refresh_from_db()
        assert self.change(stored, "same_day").respond_by == clinic_time.respond_by(
            NOW + timedelta(days=40), urgency.Level.SAME_DAY, urgency.rules()
        )

    def test_it_needs_a_reason(self) -> None:
        with pytest.raises(lifecycle.Incomplete) as refused:
            self.change(a_request(), "soon", reason="")
        assert refused.value.need == Need.REASON
        assert counts() == (1, 0, 0, 0)

    def test_who_saw_an_old_version_changes_nothing(self) -> None:
        with pytest.raises(lifecycle.Outdated) as refused:
            self.change(a_request(version=4), "soon", seen_version=3)
        assert refused.value.events == []

    def test_a_finished_request_and_an_unknown_level_are_refused(self) -> None:
        with pytest.raises(states.NotAllowed, match="^change_urgency is not allowed from closed$"):
            self.change(in_status("closed"), "soon")
        for level in ("emergency", "whatever"):
            with pytest.raises(ValueError, match=level):
                self.change(a_request(), level)


@pytest.mark.django_db
def test_a_note_leaves_a_trail_entry_and_no_new_version() -> None:
    stored, person = a_request(), staff()
    note = lifecycle.write_note(actor=audit.staff(person.pk), request_id=stored.pk, text="Her sister phoned.")
    event = Event.objects.get()
    assert (note.text, note.author, note.event_id) == ("Her sister phoned.", person, event.pk)
    assert (event.action, event.request_id, event.codes) == ("note", stored.pk, {})
    stored.refresh_from_db()
    assert stored.version == 1


@pytest.mark.django_db
def test_today_is_the_clinic_s_day(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(datetime(2026, 6, 17, 3, 59, tzinfo=UTC), tick=False)
    assert lifecycle.today() == date(2026, 6, 16)
    lifecycle.count_emergency_stop()
    time_machine.move_to(datetime(2026, 6, 17, 4, 0, tzinfo=UTC), tick=False)
    lifecycle.count_emergency_stop()
    stops = EmergencyStop.objects.order_by("day").values_list("day", "count")
    assert list(stops) == [(date(2026, 6, 16), 1), (date(2026, 6, 17), 1)]


@pytest.mark.django_db
class TestAssign:
    def test_it_goes_to_a_colleague_and_back_and_the_trail_says_from_whom(self) -> None:
        request, ursula = a_request(), staff(roles.CLINICIAN)
        actor = audit.staff(staff(roles.FRONT_DESK).pk)
        given = lifecycle.assign(
            actor=actor, request_id=request.pk, seen_version=1, account=ursula.pk, reason="She knows her."
        )
        assert (given.assigned_to_id, given.version, given.status) == (ursula.pk, 2, "new")
        event = Event.objects.get()
        assert (event.action, event.request_id, event.actor_id) == ("assign", request.pk, actor.account)
        assert event.codes == {"account": ursula.pk}
        note = Note.objects.get()
        assert (note.text, note.event_id, note.author_id) == ("She knows her.", event.pk, actor.account)
        back = lifecycle.assign(actor=actor, request_id=request.pk, seen_version=2, account=None)
        back.refresh_from_db()
        assert (back.assigned_to, back.version) == (None, 3)
        assert Event.objects.last().codes == {"former": ursula.pk}  # type: ignore[union-attr]
        assert Note.objects.count() == 1

    def test_who_has_it_keeps_it_and_nothing_is_noted(self) -> None:
        ursula = staff(roles.CLINICIAN)
        request = a_request(assigned_to=ursula)
        kept = lifecycle.assign(actor=audit.SYSTEM, request_id=request.pk, seen_version=1, account=ursula.pk)
        assert (kept.pk, kept.version, Event.objects.count()) == (request.pk, 1, 0)

    def test_an_outdated_or_a_closed_one_and_a_stranger_are_refused(self) -> None:
        request, closed = a_request(), a_request(status="closed", outcome="seen", closed_at=NOW)
        with pytest.raises(lifecycle.Outdated):
            lifecycle.assign(actor=audit.SYSTEM, request_id=request.pk, seen_version=2, account=None)
        with pytest.raises(states.NotAllowed) as refused:
            lifecycle.assign(actor=audit.SYSTEM, request_id=closed.pk, seen_version=1, account=None)
        assert (refused.value.action, refused.value.status) == ("assign", "closed")
        for nobody in (staff(roles.AUDITOR), staff(roles.CLINICIAN, is_active=False)):
            with pytest.raises(lifecycle.NoColleague):
                lifecycle.assign(actor=audit.SYSTEM, request_id=request.pk, seen_version=1, account=nobody.pk)
        assert not Event.objects.exists()


@pytest.mark.django_db
class TestWhatIsTold:
    @pytest.mark.parametrize(("outcome", "codes"), [("duplicate", {"duplicate_of": 7}), ("referred", {})])
    def test_only_a_duplicate_names_what_it_repeats(self, outcome: str, codes: dict[str, int]) -> None:
        request = a_request()
        lifecycle.take_step(
            actor=audit.SYSTEM, request_id=request.pk, action="close", seen_version=1,
            outcome=outcome, duplicate_of=7,
        )  # fmt: skip
        named = {key: value for key, value in Event.objects.get().codes.items() if key == "duplicate_of"}
        assert named == codes

    def test_who_is_outdated_is_told_each_change_since_the_oldest_first_twenty_at_most(self) -> None:
        request = a_request()
        levels = ["soon", "routine"] * 12
        for version, level in enumerate(levels, start=1):
            lifecycle.change_urgency(
                actor=audit.SYSTEM, request_id=request.pk, seen_version=version, level=level, reason="x"
            )
        made = list(Event.objects.order_by("pk").values_list("pk", flat=True))
        for seen, told in ((24, made[-1:]), (22, made[-3:]), (1, made[-20:]), (99, made[-1:])):
            with pytest.raises(lifecycle.Outdated) as outdated:
                lifecycle.assign(actor=audit.SYSTEM, request_id=request.pk, seen_version=seen, account=None)
            assert [event.pk for event in outdated.value.events] == told

    def test_that_it_arrived_is_no_change(self) -> None:
        request = a_request(version=7)
        audit.record(actor=audit.PATIENT, action="submit", request_id=request.pk)
        with pytest.raises(lifecycle.Outdated) as outdated:
            lifecycle.assign(actor=audit.SYSTEM, request_id=request.pk, seen_version=1, account=None)
        assert outdated.value.events == []
