"""For every page: links to pages of the content, and icons."""

import re
from functools import cache

from django import template
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from services.addresses import in_language

register = template.Library()

SYMBOL = re.compile(r'<symbol id="(?P<name>[\w-]+)"[^>]*>(?P<shapes>.*?)</symbol>')


@register.filter
def address(path: str) -> str:
    """Where a page stands in the language being shown: ``<a href="{{ page.path|address }}">``."""
    return in_language(path, get_language())


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of templates/drawings/icons.svg, for the eye alone; its lines: base.css. Nothing is drawn
    where no name is given. It is written into the page: fetched, it would come a round trip after its words.
    """
    shapes = _icons()[name] if name else ""
    return mark_safe(f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{shapes}</svg>')  # noqa: S308 - our file


@cache
def _icons() -> dict[str, str]:
    drawn = (settings.BASE_DIR / "templates/drawings/icons.svg").read_text()
    return {found["name"]: found["shapes"] for found in SYMBOL.finditer(drawn)}
