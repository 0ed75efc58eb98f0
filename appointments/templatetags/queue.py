"""For the list of the queue."""

from typing import Any

from django import template
from django.utils.safestring import SafeString

from appointments.admin.queue_filters import filters
from appointments.admin.queue_table import table

register = template.Library()


@register.simple_tag
def queue_table(cl: Any) -> SafeString:
    """The rows of this ``Queue``."""
    return table(cl.result_list, may_take=cl.show_admin_actions)


@register.simple_tag
def queue_filters(cl: Any) -> SafeString:
    """What stands beside them, to see fewer."""
    return filters(cl)
