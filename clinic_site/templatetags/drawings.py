"""Drawings written into the page: fetched, each would come a round trip after the words it stands beside."""

from functools import cache
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
@cache
def favicon() -> SafeString:
    """The address of static/favicon.svg, the whole drawing in it."""
    drawing = (settings.BASE_DIR / "static/favicon.svg").read_text().strip().replace('"', "'")
    return mark_safe(f"data:image/svg+xml,{quote(drawing, safe=' =:/' + chr(39))}")  # noqa: S308 - our own file
