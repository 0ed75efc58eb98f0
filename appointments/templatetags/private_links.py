"""The private link, for the page that shows it to whoever sent the request."""

from __future__ import annotations

from typing import Any

from django import template
from django.urls import reverse

from appointments import private_link
from appointments.models import AppointmentRequest

register = template.Library()


@register.simple_tag(takes_context=True)
def private_address(context: dict[str, Any], stored: AppointmentRequest) -> str:
    """The whole address, on the host and in the language of this page; empty where there is no link."""
    token = private_link.token_of(stored)
    return (
        context["request"].build_absolute_uri(reverse("appointments:follow", args=[token])) if token else ""
    )
