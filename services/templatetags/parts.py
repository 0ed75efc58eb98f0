"""For every page: links to pages of the content, and icons."""

from functools import lru_cache

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from services.addresses import in_language

register = template.Library()


@register.filter
def address(path: str) -> str:
    """Where a page stands in the language being shown: ``<a href="{{ page.path|address }}">``."""
    return in_language(path, get_language())


@register.simple_tag
@lru_cache(maxsize=64)
def icon(name: str) -> SafeString:
    """One of ``static/icons.svg``, for the eye alone. Kept by name: there are fewer than fit."""
    sheet = static("icons.svg")
    return format_html('<svg class="icon" aria-hidden="true"><use href="{}#{}"></use></svg>', sheet, name)
