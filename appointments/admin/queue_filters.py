"""The filters beside the queue, with the markup that Django's own have; written as text, as the table is."""

from __future__ import annotations

from html import escape
from typing import Any

from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext


def filters(cl: Any) -> SafeString:
    """Of a ``Queue``; each with a link for each of its choices."""
    by = gettext("By %(filter)s")
    written = [_filter(cl, spec, by % {"filter": spec.title}) for spec in cl.filter_specs]
    return mark_safe("\n".join(written))  # noqa: S308 - escaped where it is written


def _filter(cl: Any, spec: Any, words: str) -> str:
    links = "\n".join(map(_link, spec.choices(cl)))
    title = escape(str(spec.title))
    summary = f"<summary>{escape(words)}</summary>"
    return f'<details data-filter-title="{title}" open>{summary}\n<ul>{links}</ul></details>'


def _link(choice: dict[str, Any]) -> str:
    selected, current = (' class="selected"', ' aria-current="true"') if choice["selected"] else ("", "")
    address, words = escape(choice["query_string"]), escape(str(choice["display"]))
    return f'<li{selected}><a href="{address}"{current}>{words}</a></li>'
