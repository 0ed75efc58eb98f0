"""Who may do what: least privilege, made by the set-up."""

import pytest
from django.contrib.auth.models import Group, Permission

from appointments import roles, states
from tests.builders import staff

pytestmark = pytest.mark.django_db

TRIAGE = {
    "contact_request", "schedule_request", "close_request", "write_note", "assign_request", "print_request",
    "resend_message",
}  # fmt: skip
EXPORTS = {"export_csv", "export_fhir", "view_export"}
READ = {"view_appointmentrequest", "view_message"}


def may(role: str) -> set[str]:
    roles.make_roles()
    return set(Group.objects.get(name=role).permissions.values_list("codename", flat=True))


def apps(role: str) -> set[str]:
    roles.make_roles()
    return set(Group.objects.get(name=role).permissions.values_list("content_type__app_label", flat=True))


def test_the_set_up_makes_five_roles_however_often_it_runs() -> None:
    roles.make_roles()
    roles.make_roles()
    assert sorted(Group.objects.values_list("name", flat=True)) == [
        "Administrator", "Auditor", "Clinician", "Content editor", "Front desk",
    ]  # fmt: skip


def test_the_front_desk_works_the_queue_and_leaves_urgency_alone() -> None:
    assert may(roles.FRONT_DESK) == READ | TRIAGE


def test_a_clinician_may_also_change_the_urgency_and_reopen() -> None:
    assert may(roles.CLINICIAN) == READ | TRIAGE | {"change_urgency", "reopen_request"}


def test_an_auditor_reads_the_trail_and_nothing_else() -> None:
    assert may(roles.AUDITOR) == {"view_event"}


def test_an_editor_touches_content_and_no_patient() -> None:
    assert apps(roles.CONTENT_EDITOR) == {"services"}
    assert {"change_page", "add_update", "change_clinic", "change_location"} <= may(roles.CONTENT_EDITOR)
    assert not {name for name in may(roles.CONTENT_EDITOR) if "starterrecord" in name}


def test_an_administrator_manages_accounts_but_deletes_none_and_no_role() -> None:
    accounts = {"add_user", "change_user", "view_user", "view_group"}
    assert apps(roles.ADMINISTRATOR) == {"appointments", "services", "auth"}
    assert may(roles.ADMINISTRATOR) == (
        may(roles.CONTENT_EDITOR) | may(roles.CLINICIAN) | may(roles.AUDITOR) | accounts
        | EXPORTS | {"hold_request"}
    )  # fmt: skip


def test_a_permission_given_by_hand_is_taken_back_by_the_set_up() -> None:
    roles.make_roles()
    Group.objects.get(name=roles.AUDITOR).permissions.add(Permission.objects.get(codename="change_urgency"))
    assert may(roles.AUDITOR) == {"view_event"}


def test_every_step_of_the_table_can_be_taken_by_someone() -> None:
    needed = {row.permission for row in states.TRANSITIONS if row.permission}
    assert needed <= may(roles.CLINICIAN)


def test_nobody_may_add_change_or_delete_a_request_a_message_or_the_trail() -> None:
    existing = Permission.objects.filter(
        content_type__app_label="appointments",
        content_type__model__in=["appointmentrequest", "message", "event"],
    )
    assert not {
        name for name in existing.values_list("codename", flat=True) if name.startswith(("add_", "delete_"))
    }
    user = staff(roles.ADMINISTRATOR)
    assert not user.has_perm("appointments.change_appointmentrequest")
    assert not user.has_perm("appointments.add_note")
