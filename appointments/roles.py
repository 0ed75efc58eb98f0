"""Who of the staff may do what; made by the set-up, least privilege."""

from django.contrib.auth.models import Group, Permission
from django.db.models import Q

FRONT_DESK = "Front desk"
CLINICIAN = "Clinician"
CONTENT_EDITOR = "Content editor"
AUDITOR = "Auditor"
ADMINISTRATOR = "Administrator"

FRONT_DESK_MAY = {
    "view_appointmentrequest",
    "contact_request",
    "schedule_request",
    "close_request",
    "write_note",
    "assign_request",
    "print_request",
    "view_message",
    "resend_message",
}
CLINICIAN_MAY = FRONT_DESK_MAY | {"change_urgency", "reopen_request"}
ADMINISTRATOR_MAY = CLINICIAN_MAY | {"export_csv", "export_fhir", "view_export", "hold_request"}
AUDITOR_MAY = {"view_event"}
ACCOUNTS = Q(content_type__app_label="auth", content_type__model="user") & ~Q(codename="delete_user") | Q(
    content_type__app_label="auth", codename="view_group"
)
CONTENT = Q(content_type__app_label="services") & ~Q(content_type__model="starterrecord")


def _requests(codenames: set[str]) -> Q:
    return Q(content_type__app_label="appointments", codename__in=codenames)


ROLES: dict[str, Q] = {
    FRONT_DESK: _requests(FRONT_DESK_MAY),
    CLINICIAN: _requests(CLINICIAN_MAY),
    CONTENT_EDITOR: CONTENT,
    AUDITOR: _requests(AUDITOR_MAY),
    ADMINISTRATOR: _requests(ADMINISTRATOR_MAY | AUDITOR_MAY) | CONTENT | ACCOUNTS,
}


def make_roles() -> None:
    """Create the groups, and give each exactly its permissions."""
    for name, permissions in ROLES.items():
        group, _made = Group.objects.get_or_create(name=name)
        group.permissions.set(Permission.objects.filter(permissions))
