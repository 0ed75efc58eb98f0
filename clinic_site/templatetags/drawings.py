"""Drawings written into the page: fetched, each would come a round trip after the words it stands beside."""

import re
from functools import cache
from urllib.parse import quote

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

register = template.Library()

SYMBOL = re.compile(r'<symbol id="(?P<name>[\w-]+)"[^>]*>(?P<shapes>.*?)</symbol>')


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of templates/drawings/icons.svg, nothing drawn where no name is given; its lines: base.css."""
    shapes = _icons()[name] if name else ""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>')  # noqa: S308 - our file


@register.simple_tag
def favicon() -> SafeString:
    """The address of static/favicon.svg, the whole drawing in it."""
    drawing = (settings.BASE_DIR / "static/favicon.svg").read_text().strip().replace('"', "'")
    return mark_safe(f"data:image/svg+xml,{quote(drawing, safe=' =:/' + chr(39))}")  # noqa: S308 - our own file


@cache
def _icons() -> dict[str, str]:
    drawn = (settings.BASE_DIR / "templates/drawings/icons.svg").read_text()
    return {found["name"]: found["shapes"] for found in SYMBOL.finditer(drawn)}
