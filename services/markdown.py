"""Editors' Markdown to safe HTML.

Raw HTML is shown as text, what the renderer makes is sanitised again, and links within the site are given the
page's language. ``> [!emergency]``, ``> [!same-day]`` and ``> [!note]`` begin a callout.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import nh3
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

CALLOUT = re.compile(r"^\[!(emergency|same-day|note)\]\s*")
TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "li", "ol", "p", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
CALLOUT_CLASSES = {"callout", "callout-emergency", "callout-same-day", "callout-note"}


def render(text: str, *, language: str, placeholders: dict[str, str] | None = None) -> SafeString:
    """The HTML of a Markdown text; ``{phone}``-like placeholders are filled in first."""
    return _rendered(_filled(text, placeholders), _prefix(language), False)


def render_inline(text: str, *, language: str, placeholders: dict[str, str] | None = None) -> SafeString:
    """The same for a single line: no paragraph around it, no blocks."""
    return _rendered(_filled(text, placeholders), _prefix(language), True)


def _filled(text: str, placeholders: dict[str, str] | None) -> str:
    for name, value in (placeholders or {}).items():
        text = text.replace("{" + name + "}", value)
    return text


def _prefix(language: str) -> str:
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"


@lru_cache(maxsize=2048)
def _rendered(text: str, prefix: str, inline: bool) -> SafeString:
    parser = _parser()
    env = {"prefix": prefix}
    html = parser.renderInline(text, env) if inline else parser.render(text, env)
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "th": {"scope"}, "h2": {"id"}},
        allowed_classes={"blockquote": CALLOUT_CLASSES},
        url_schemes={"https", "mailto", "tel"},
        link_rel=None,
    )
    return mark_safe(clean)  # noqa: S308 - sanitised on the line above


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.push("callouts", _mark_callouts)
    parser.add_render_rule("link_open", _link_open)
    return parser


def _mark_callouts(state: Any) -> None:
    tokens: Sequence[Token] = state.tokens
    for index, token in enumerate(tokens[:-2]):
        inline = tokens[index + 2]
        if token.type != "blockquote_open" or inline.type != "inline" or not inline.children:
            continue
        match = CALLOUT.match(inline.content)
        if match:
            token.attrJoin("class", f"callout callout-{match[1]}")
            first = inline.children[0]
            first.content = CALLOUT.sub("", first.content)


def _link_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    token = tokens[index]
    href = str(token.attrGet("href") or "")
    if href.startswith("/") and not href.startswith("//"):
        token.attrSet("href", f"{env['prefix']}{href}")
    return self.renderToken(tokens, index, options, env)


def placeholders_for(*, name: str, phone: str, phone_digits: str) -> dict[str, str]:
    """The clinic's own data that texts may name; the phone number becomes a link."""
    return {"clinic": escape_markdown(name), "phone": f"[{escape_markdown(phone)}](tel:{phone_digits})"}


def escape_markdown(text: str) -> str:
    """The text with every character Markdown could take for markup made literal."""
    return re.sub(r"([\\`*_{}\[\]()<>#!|~&])", r"\\\1", text)
