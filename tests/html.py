"""Looks at a page as its reader does: elements with their text, and a form with what it would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What is written in it, with single spaces."""
        parts = (child if isinstance(child, str) else f" {child.text} " for child in self.children)
        return " ".join("".join(parts).split())

    def all(self, tag: str = "", css: str = "", **attributes: str) -> list[Element]:
        """Everything inside of this tag, with this class and these attributes, in document order."""
        found = []
        for child in self.children:
            if isinstance(child, str):
                continue
            classes = child.attributes.get("class", "").split()
            same = all(child.attributes.get(name) == value for name, value in attributes.items())
            if same and tag in ("", child.tag) and (not css or css in classes):
                found.append(child)
            found += child.all(tag, css, **attributes)
        return found

    def one(self, tag: str = "", css: str = "", **attributes: str) -> Element:
        found = self.all(tag, css, **attributes)
        assert len(found) == 1, f"{len(found)} of <{tag}> {css} {attributes}"
        return found[0]

    def texts(self, tag: str = "", css: str = "", **attributes: str) -> list[str]:
        return [element.text for element in self.all(tag, css, **attributes)]

    def links(self) -> list[str]:
        return [element.attributes["href"] for element in self.all("a") if "href" in element.attributes]

    def fields(self) -> dict[str, Any]:
        """What a browser would send of this form, untouched; files and buttons left out."""
        sent: dict[str, Any] = {}
        for element in self.all():
            name = element.attributes.get("name")
            if not name or "disabled" in element.attributes:
                continue
            for value in _values(element):
                sent.setdefault(name, []).append(value)
        return sent


def _values(element: Element) -> list[str]:
    kind = element.attributes.get("type", "text")
    if element.tag == "textarea":
        return ["".join(child for child in element.children if isinstance(child, str)).removeprefix("\n")]
    if element.tag == "select":
        options = element.all("option")
        chosen = [option for option in options if "selected" in option.attributes]
        if not chosen and "multiple" not in element.attributes:
            chosen = options[:1]
        return [option.attributes.get("value", option.text) for option in chosen]
    if element.tag != "input" or kind in ("file", "submit", "button", "reset", "image"):
        return []
    if kind in ("checkbox", "radio"):
        return [element.attributes.get("value", "on")] if "checked" in element.attributes else []
    return [element.attributes.get("value", "")]


class _Builder(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag in [element.tag for element in self.open[1:]]:
            while self.open.pop().tag != tag:
                pass

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parse(html: str | bytes) -> Element:
    """The document, as an element of its own."""
    builder = _Builder()
    builder.feed(html.decode() if isinstance(html, bytes) else html)
    builder.close()
    return builder.open[0]
