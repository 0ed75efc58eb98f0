"""The front page of the staff: how things stand, and the figures of a period."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from appointments import statistics
from appointments.admin import dashboard as figures
from appointments.admin import periods
from appointments.templatetags.alarms import may_see

register = template.Library()


@register.simple_tag(takes_context=True)
def dashboard(context: dict[str, Any]) -> dict[str, Any] | None:
    """None, and not a single query, for whoever may not see requests.

    The period is a code in the address; any other code is the usual one.
    """
    if not may_see(context, "view_appointmentrequest"):
        return None
    request, now = context["request"], timezone.now()
    shown = statistics.period(request.GET.get("period", ""), now)
    waits = statistics.waits(shown, now)
    return {
        "now": now,
        "standing": statistics.standing(int(request.user.pk or 0), now),
        "open": [figures.open_by_age(now), figures.open_by_status(), figures.open_by_place()],
        "periods": periods.periods(shown),
        "days": periods.days_of(shown),
        "figures": [figures.arrivals(shown), figures.first_contact(waits), figures.in_time(waits)],
        "stops": statistics.emergency_stops(shown),
    }


@register.filter
def grouped(count: int) -> str:
    """A number with its thousands apart."""
    return figures.number(count)
