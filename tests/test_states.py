"""The one table of transitions: what may happen to a request, and what each step needs."""

import pytest

from appointments.states import (
    OPEN,
    TRANSITIONS,
    By,
    Need,
    NotAllowed,
    Outcome,
    Status,
    allowed,
    transition,
)


def actions(status: str, by: By = By.STAFF) -> list[str]:
    return [row.action for row in allowed(status, by)]


def test_the_codes_are_the_ones_that_are_stored() -> None:
    assert list(Status) == ["new", "in_review", "contacted", "scheduled", "closed"]
    assert list(Outcome) == ["seen", "not_reached", "referred", "withdrawn", "duplicate", "not_suitable"]
    assert set(OPEN) == set(Status) - {Status.CLOSED}
    assert list(Need) == ["outcome", "scheduled_for", "reason"]
    assert list(By) == ["staff", "patient"]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("new", ["take_up", "attempt", "contact", "close"]),
        ("in_review", ["attempt", "contact", "schedule", "close"]),
        ("contacted", ["attempt", "schedule", "close"]),
        ("scheduled", ["schedule", "unschedule", "close"]),
        ("closed", ["reopen"]),
    ],
)
def test_staff_see_the_steps_that_may_be_taken(status: str, expected: list[str]) -> None:
    assert actions(status) == expected


def test_a_patient_may_only_withdraw_and_only_while_it_is_open() -> None:
    assert [actions(status, By.PATIENT) for status in Status] == [["withdraw"]] * 4 + [[]]
    row = transition("withdraw", "scheduled", By.PATIENT)
    assert (row.target, row.outcome, row.needs, row.permission) == (Status.CLOSED, Outcome.WITHDRAWN, (), "")
    assert row.tells(row.outcome)


@pytest.mark.parametrize(
    ("action", "status", "target", "needs", "permission", "tells"),
    [
        ("take_up", "new", "in_review", (), "contact_request", False),
        ("attempt", "new", "in_review", (), "contact_request", False),
        ("attempt", "in_review", "in_review", (), "contact_request", False),
        ("attempt", "contacted", "contacted", (), "contact_request", False),
        ("contact", "new", "contacted", (), "contact_request", False),
        ("contact", "in_review", "contacted", (), "contact_request", False),
        ("schedule", "in_review", "scheduled", (Need.SCHEDULED_FOR,), "schedule_request", True),
        ("schedule", "contacted", "scheduled", (Need.SCHEDULED_FOR,), "schedule_request", True),
        ("schedule", "scheduled", "scheduled", (Need.SCHEDULED_FOR,), "schedule_request", True),
        ("unschedule", "scheduled", "contacted", (Need.REASON,), "schedule_request", True),
        ("close", "new", "closed", (Need.OUTCOME,), "close_request", True),
        ("close", "scheduled", "closed", (Need.OUTCOME,), "close_request", True),
        ("reopen", "closed", "in_review", (Need.REASON,), "reopen_request", True),
    ],
)
def test_a_step_leads_where_the_table_says(
    action: str, status: str, target: str, needs: tuple[Need, ...], permission: str, tells: bool
) -> None:
    row = transition(action, status)
    assert (row.target, row.needs, row.permission, row.tells()) == (target, needs, permission, tells)
    assert (row.by, row.outcome) == (By.STAFF, None)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("schedule", "new"),
        ("take_up", "in_review"),
        ("contact", "closed"),
        ("close", "closed"),
        ("reopen", "new"),
        ("unschedule", "contacted"),
        ("withdraw", "new"),
        ("delete", "new"),
        ("close", "lost"),
        ("", ""),
    ],
)
def test_what_is_not_in_the_table_is_not_allowed(action: str, status: str) -> None:
    with pytest.raises(NotAllowed) as refusal:
        transition(action, status)
    assert (refusal.value.action, refusal.value.status) == (action, status)
    assert str(refusal.value) == f"{action} is not allowed from {status}"


def test_only_some_outcomes_are_told_to_the_patient() -> None:
    close = transition("close", "contacted")
    assert {outcome for outcome in Outcome if close.tells(outcome)} == {
        Outcome.NOT_REACHED, Outcome.REFERRED, Outcome.WITHDRAWN, Outcome.NOT_SUITABLE,
    }  # fmt: skip


def test_a_step_is_named_once_for_each_status() -> None:
    steps = [(row.action, status, row.by) for row in TRANSITIONS for status in row.sources]
    assert len(steps) == len(set(steps))


def test_every_open_request_can_be_closed_and_every_status_reached() -> None:
    assert all("close" in actions(status) for status in OPEN)
    assert {row.target for row in TRANSITIONS} == set(Status) - {Status.NEW}


def test_staff_steps_need_a_permission() -> None:
    assert all(bool(row.permission) is (row.by is By.STAFF) for row in TRANSITIONS)


def test_staff_read_what_each_code_means() -> None:
    assert [str(status.label) for status in Status] == [
        "New", "In review", "Contacted", "Scheduled", "Closed",
    ]  # fmt: skip
    assert [str(outcome.label) for outcome in Outcome] == [
        "Seen", "Could not be reached", "Referred elsewhere", "Withdrawn by patient", "Duplicate",
        "Not suitable",
    ]  # fmt: skip
    assert {(row.action, str(row.label)) for row in TRANSITIONS} == {
        ("take_up", "Take up"),
        ("attempt", "Tried, not reached"),
        ("contact", "Reached the patient"),
        ("schedule", "Schedule"),
        ("unschedule", "Cancel the date"),
        ("close", "Close"),
        ("reopen", "Reopen"),
        ("withdraw", "Withdraw"),
    }
