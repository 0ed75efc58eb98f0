"""Editors' Markdown to safe HTML.

Raw HTML is shown as text, what the renderer makes is sanitised again, and links within the site are given the
page's language. ``> [!emergency]``, ``> [!same-day]`` and ``> [!note]`` begin a callout. ``- [ ] words`` is
an item to tick off on paper, with a drawn box. Each cell of a wide table names its column, for phones.
``![what it shows](picture:key)`` is one of the site's own pictures, and no other is shown.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

import nh3
from django.apps import apps
from django.conf import settings
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import EnvType, OptionsDict

from services.addresses import in_language

PLACEHOLDERS = ("clinic", "phone", "email", "portal_url", "billing_url")
CALLOUTS = ("emergency", "same-day", "note")
CALLOUT = re.compile(rf"^\[!({'|'.join(CALLOUTS)})\]\s*")
CALLOUT_CLASSES = {"callout", *(f"callout-{name}" for name in CALLOUTS)}
TICK = "[ ] "
WIDE = 3
"""From how many columns on a table is taken apart where the screen is narrow."""

PICTURE = re.compile(r"picture:([a-z0-9]+(?:-[a-z0-9]+)*)")
TAGS = {
    "a", "blockquote", "br", "code", "em", "h2", "h3", "h4", "hr", "img", "li", "ol", "p", "picture",
    "source", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
ATTRIBUTES = {
    "a": {"href", "dir"},
    "ol": {"start"},
    "th": {"scope"},
    "td": {"data-label"},
    "h2": {"id"},
    "source": {"type", "srcset", "sizes"},
    "img": {"src", "srcset", "sizes", "alt", "width", "height", "loading", "decoding"},
}

Pictures = tuple[tuple[str, str], ...]
"""The pictures that a text names: key and HTML, the description left empty."""


def render(
    text: str,
    *,
    language: str,
    placeholders: dict[str, str] | None = None,
    pictures: Mapping[str, str] | None = None,
) -> SafeString:
    """The HTML of a Markdown text; ``{phone}``-like placeholders are filled in first.

    ``pictures``: those it names, where ``pictures_in`` has read them for several texts at once.
    """
    return _rendered(_filled(text, placeholders), language, False, _named(text, pictures))


def render_inline(text: str, *, language: str, placeholders: dict[str, str] | None = None) -> SafeString:
    """The same for a single line: no paragraph around it, no blocks, no pictures."""
    return _rendered(_filled(text, placeholders), language, True, ())


def pictures_in(texts: Iterable[str]) -> dict[str, str]:
    """The HTML of all pictures that these texts name, by their keys."""
    keys = {key for text in texts for key in PICTURE.findall(text)}
    found = apps.get_model("services", "Picture").objects.filter(key__in=keys) if keys else ()
    return {picture.key: picture.html for picture in found}


def _named(text: str, pictures: Mapping[str, str] | None) -> Pictures:
    """Of these pictures those that the text names, and no others: what is rendered is kept by them."""
    known = pictures_in([text]) if pictures is None else pictures
    keys = sorted(set(PICTURE.findall(text))) if known else ()
    return tuple((key, known[key]) for key in keys if key in known)


def _filled(text: str, placeholders: dict[str, str] | None) -> str:
    for name, value in (placeholders or {}).items():
        text = text.replace("{" + name + "}", value)
    return text


def draft(text: str, *, language: str, placeholders: dict[str, str], inline: bool = False) -> SafeString:
    """The same as ``render`` or ``render_inline``, of a text that is still being written: it is not kept."""
    return _html(_filled(text, placeholders), language, inline, () if inline else _named(text, None))


def _html(text: str, language: str, inline: bool, pictures: Pictures) -> SafeString:
    parser = _parser()
    env = {"language": language, "pictures": dict(pictures)}
    html = parser.renderInline(text, env) if inline else parser.render(text, env)
    return mark_safe(_cleaner().clean(html))  # noqa: S308 - sanitised here


_rendered = lru_cache(maxsize=2048)(_html)


@cache
def _cleaner() -> nh3.Cleaner:
    return nh3.Cleaner(
        tags=TAGS,
        attributes=ATTRIBUTES,
        attribute_filter=_own_pictures_only,
        allowed_classes={"blockquote": CALLOUT_CLASSES, "li": {"tick"}, "table": {"wide"}},
        url_schemes={"https", "mailto", "tel", "sms"},
        link_rel=None,
    )


def _own_pictures_only(tag: str, attribute: str, value: str) -> str | None:
    if attribute not in ("src", "srcset"):
        return value
    addresses = [part.split()[0] for part in value.split(",") if part.strip()]
    return value if all(address.startswith(settings.MEDIA_URL) for address in addresses) else None


@cache
def _parser() -> MarkdownIt:
    """One for all texts: what it knows of a text stands in the text's own state and ``env``."""
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    parser.core.ruler.push("callouts", _mark_callouts)
    parser.core.ruler.push("ticks", _mark_ticks)
    parser.core.ruler.push("columns", _label_cells)
    parser.add_render_rule("link_open", _link_open)
    parser.add_render_rule("image", _image)
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


def _mark_ticks(state: Any) -> None:
    tokens: Sequence[Token] = state.tokens
    for index, token in enumerate(tokens[:-2]):
        words = tokens[index + 2].children if token.type == "list_item_open" else None
        if words and words[0].type == "text" and words[0].content.startswith(TICK):
            token.attrSet("class", "tick")
            words[0].content = words[0].content.removeprefix(TICK)


def _label_cells(state: Any) -> None:
    table: Token | None = None
    columns: list[str] = []
    cell = 0
    for index, token in enumerate(state.tokens):
        if token.type == "table_open":
            table, columns = token, []
        elif token.type == "tr_open":
            cell = 0
        elif token.type == "th_open":
            columns.append(_words(state.tokens[index + 1]))
        elif table and token.type == "td_open" and len(columns) >= WIDE:
            table.attrSet("class", "wide")
            token.attrSet("data-label", columns[cell])
            cell += 1


def _words(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _link_open(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """A number is written from left to right in every language, Arabic too."""
    token = tokens[index]
    href = str(token.attrGet("href") or "")
    token.attrSet("href", in_language(href, env["language"]))
    if href.lower().startswith(("tel:", "sms:")):
        token.attrSet("dir", "ltr")
    return self.renderToken(tokens, index, options, env)


def _image(
    self: RendererHTML, tokens: Sequence[Token], index: int, options: OptionsDict, env: EnvType
) -> str:
    """The picture of that key; of any other only its description."""
    token = tokens[index]
    key = PICTURE.fullmatch(str(token.attrGet("src")))
    html = env["pictures"].get(key[1]) if key else None
    words = escape(self.renderInlineAsText(token.children, options, env))
    return html.replace('alt=""', f'alt="{words}"', 1) if html else words


def placeholders_for(
    *, name: str, phone: str, phone_digits: str, email: str, links: dict[str, str]
) -> dict[str, str]:
    """The clinic's own data that texts may name; phone and e-mail become links, ``links`` targets."""
    return {
        "clinic": escape_markdown(name),
        "phone": f"[{escape_markdown(phone)}](tel:{phone_digits})",
        "email": f"[{escape_markdown(email)}](<mailto:{email}>)",
        **{key: f"<{url}>" for key, url in links.items()},
    }


def escape_markdown(text: str) -> str:
    """The text with every character Markdown could take for markup made literal."""
    return re.sub(r"([\\`*_{}\[\]()<>#!|~&])", r"\\\1", text)
