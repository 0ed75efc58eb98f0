"""For ``base.html``: what search engines and link previews read."""

from typing import Any

from django import template
from django.template.context import RequestContext
from django.utils.safestring import SafeString

from services.head_data import HeadData
from services.other_languages import Way, ways
from services.structured_data import as_json, graph

register = template.Library()


@register.simple_tag(takes_context=True)
def head_data(context: RequestContext) -> HeadData:
    return HeadData.of(_flat(context))


@register.simple_tag(takes_context=True)
def other_languages(context: RequestContext) -> list[Way]:
    """The way to the same page in each other language; none where a page is shown without a request."""
    return ways(_flat(context)) if context.get("request") else []


@register.simple_tag(takes_context=True)
def structured_data(context: RequestContext) -> SafeString | None:
    """The JSON of the page's schema.org data; nothing where no page of the content is shown."""
    flat = _flat(context)
    return as_json(graph(flat)) if flat.get("page") else None


def _flat(context: RequestContext) -> dict[str, Any]:
    return context.flatten()  # type: ignore[return-value]
