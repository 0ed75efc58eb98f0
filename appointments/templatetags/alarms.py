"""The two alarms of the staff: urgent requests that nobody took, and mail that could not be sent."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Count, F, Window
from django.http import HttpRequest

from appointments import notifications
from appointments.models import AppointmentRequest

register = template.Library()


@register.simple_tag(takes_context=True)
def urgent_alarm(context: dict[str, Any]) -> dict[str, Any] | None:
    """How many urgent requests wait, which is the oldest and since when; None where none waits.

    None, and not a single query, for whoever may not see requests.
    """
    if not may_see(context, "view_appointmentrequest"):
        return None
    everyone = Window(Count("pk"))
    alarming = AppointmentRequest.objects.alarming().annotate(count=everyone)
    return alarming.values("count", oldest=F("received_at"), oldest_id=F("pk")).first()


@register.simple_tag(takes_context=True)
def mail_alarm(context: dict[str, Any]) -> int:
    """How many messages could not be sent and are not dealt with; 0 for whoever may not see messages."""
    return notifications.undelivered().count() if may_see(context, "view_message") else 0


def may_see(context: dict[str, Any], codename: str) -> bool:
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    return bool(user and user.is_staff and user.has_perm(f"appointments.{codename}"))
