"""For the list of the queue."""

from functools import cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from appointments.admin.queue_filters import filters
from appointments.admin.queue_table import table
from appointments.admin.searching import SEARCH_IDS, SearchForm

register = template.Library()


@register.simple_tag
def queue_table(cl: Any) -> SafeString:
    """The rows of this ``Queue``."""
    return table(cl.result_list, may_take=cl.show_admin_actions, places=cl.places)


@register.simple_tag
def queue_search_box() -> SafeString:
    """The box in which nothing is typed yet, the same each time."""
    return _empty_box(get_language())


@cache
def _empty_box(_language: str | None) -> SafeString:
    words = SearchForm(auto_id=SEARCH_IDS)["words"]
    return render_to_string("admin/appointments/queue_search_box.html", {"words": words})


@register.simple_tag
def queue_filters(cl: Any) -> SafeString:
    """What stands beside them, to see fewer."""
    return filters(cl)
