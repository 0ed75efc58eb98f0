"""Who looked at a request, and words for what the watch on the staff's screens writes into the trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Count, Exists, Max, OuterRef
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.models import AppointmentRequest, Event

WATCHED_LABELS = {
    "view": _("Looked at"),
    "view_list": _("Looked at a list"),
    "search": _("Searched"),
    "refused": _("Refused"),
    "log_in": _("Logged in"),
    "log_in_failed": _("Log-in failed"),
    "log_out": _("Logged out"),
    "change_password": _("Changed their own password"),
    "admin_add": _("Added a record"),
    "admin_change": _("Changed a record"),
    "admin_delete": _("Deleted a record"),
    "check_trail": _("Trail checked against its seals"),
}
"""Trail entries that ``watching``, ``noting`` and ``verify_audit`` write."""


JUST_NOW = timedelta(hours=1)
"""Who opened a request so short a time ago knows of it, and need not be led there again."""


@dataclass(frozen=True, slots=True)
class Look:
    """How often one person opened a request, and when last."""

    who: str
    count: int
    last: datetime


def looks(request: AppointmentRequest) -> list[Look]:
    """Who opened this request, whoever did last first; lists that showed it stand in the trail alone."""
    opened = (
        Event.objects.filter(request_id=request.pk, action="view")
        .values("actor_id")
        .annotate(count=Count("pk"), last=Max("at"))
        .order_by("-last")
    )
    people = names({each["actor_id"] for each in opened})
    return [
        Look(people.get(each["actor_id"]) or gettext("staff"), each["count"], each["last"]) for each in opened
    ]


def just_looked_at(account: int) -> Exists:
    """Whether a request was opened by this person just now."""
    since = timezone.now() - JUST_NOW
    looked = Event.objects.filter(request_id=OuterRef("pk"), action="view", actor_id=account, at__gt=since)
    return Exists(looked)


def names(accounts: set[int | None]) -> dict[int, str]:
    """The user names of these accounts, of those that are still there."""
    known = get_user_model().objects.filter(pk__in=[account for account in accounts if account])
    return dict(known.values_list("pk", "username"))
