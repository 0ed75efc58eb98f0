"""What leaves the site, on the screens from which it does."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.http import urlencode

from appointments.admin import chosen

register = template.Library()


@register.simple_tag
def filter_codes(changelist: Any) -> str:
    """What the queue is filtered by, for the address of the export."""
    return urlencode(chosen.codes(changelist))
