"""What stands around each screen of the staff: the clinic's name, and what needs someone now."""

from __future__ import annotations

from typing import Any

from django import template
from django.http import HttpRequest

from appointments.admin.frame import frame

register = template.Library()


@register.simple_tag(takes_context=True)
def staff_frame(context: dict[str, Any]) -> Any:
    """Where nobody is logged in, what a public page shows: the clinic alone."""
    user = getattr(context.get("request"), "user", None)
    return frame(context["request"]) if user and user.is_authenticated else context.get("site")


def may_see(context: dict[str, Any], codename: str) -> bool:
    request: HttpRequest | None = context.get("request")
    user = getattr(request, "user", None)
    return bool(user and user.is_staff and user.has_perm(f"appointments.{codename}"))
