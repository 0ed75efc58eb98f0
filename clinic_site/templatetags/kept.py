"""Parts of pages that are the same wherever the same is shown: written once, for as long as a process lives.

    {% kept links=site.footer %}<ul>{% for link in links %}…{% endfor %}</ul>{% endkept %}

After an edit all pages are made anew, and hardly any of their parts has changed. What stands inside sees
nothing but what it is given, and the language; so what is kept under these is what would be written again.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from django import template
from django.template.base import FilterExpression, Node, NodeList, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils.safestring import SafeData, SafeString
from django.utils.translation import get_language

register = template.Library()

MOST = 200
"""Texts kept of one such part, then it begins anew. The longest part, a list of filters, has 6 kB."""

Plain = str | int | None | tuple["Plain", ...]


@register.tag
def kept(parser: Parser, token: Token) -> KeptNode:
    """``{% kept name=value … %}…{% endkept %}``; values are text, numbers, and tuples of such."""
    given = token_kwargs(token.split_contents()[1:], parser)
    inside = parser.parse(("endkept",))
    parser.delete_first_token()
    return KeptNode(given, inside)


class KeptNode(Node):
    def __init__(self, given: dict[str, FilterExpression], inside: NodeList) -> None:
        self._given = given
        self._inside = inside
        self._texts: dict[Hashable, SafeString] = {}

    def render(self, context: Context) -> SafeString:
        """Raises TypeError where something is given that may change unseen, such as a row of the database."""
        given = {name: value.resolve(context) for name, value in self._given.items()}
        key = get_language(), *map(_key, given.values())
        text = self._texts.get(key)
        if text is None:  # two threads at once write the same
            if len(self._texts) >= MOST:
                self._texts.clear()
            text = self._texts[key] = self._inside.render(context.new(given))
        return text


def _key(value: Any) -> Hashable:
    """What differs wherever the HTML may: 1 is not True, and text to be escaped not what is HTML already."""
    kind = type(value)
    if kind is str or value is None:
        return value
    if isinstance(value, tuple):
        return kind, *map(_key, value)
    if isinstance(value, str | int):
        return isinstance(value, SafeData), kind, value
    raise TypeError(f"{kind.__name__} is not kept in a page: it may change unseen")
