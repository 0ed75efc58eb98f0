"""What editors may write: the rules of every text of the site. What breaks one is told with its line.

Models ask in ``clean()``, so that the admin, a version that is restored and the starter files refuse alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from markdown_it import MarkdownIt
from markdown_it.token import Token

from services import links
from services.markdown import CALLOUTS, PICTURE, PLACEHOLDERS

MOST_CHARACTERS = 40_000
"""Of one text. The longest article of the starter content has 7,000."""

DEEPEST = 4
"""How far lists and quotations may stand in each other."""

LINKS_THEMSELVES = {"phone": "[x](tel:0)", "email": "[x](mailto:x@x.invalid)"}
STANDS_FOR = {
    name: LINKS_THEMSELVES.get(name, "<https://x.invalid/>" if name.endswith("_url") else "x")
    for name in PLACEHOLDERS
}
PLACEHOLDER = re.compile(r"{\s*(\w+)\s*}")
LINKED_LINK = re.compile(r"\]\(\s*<?{(phone|email|clinic)}")
UNSEEN = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e]")
CALLOUT_MARK = re.compile(r"\[!([^\]]*)\]")
FILE_NAME = re.compile(
    r"\S+\.(jpe?g|png|webp|gif|avif|heic|svg)|(img|dsc|image|picture)[\s_-]*\d*", re.IGNORECASE
)
NESTING = {"bullet_list", "ordered_list", "blockquote"}
PLAIN = {"text", "text_special", "softbreak"}


@dataclass(frozen=True)
class Problem:
    """What is wrong in a text, and on which line, counted from 1; ``dead`` is the link that leads nowhere."""

    line: int
    says: str
    dead: str = ""

    def __str__(self) -> str:
        return gettext("Line %(line)d: %(problem)s") % {"line": self.line, "problem": self.says}


class _Reader(MarkdownIt):
    """Reads more than is shown: HTML and dangerous links too, to name them."""

    def validateLink(self, url: str) -> bool:  # noqa: N802 - the library's name
        return True


def check(
    *,
    here: str = "",
    texts: Mapping[str, str] | None = None,
    lines: Mapping[str, str] | None = None,
    plain: Mapping[str, str] | None = None,
    addresses: Mapping[str, str] | None = None,
    stored: Callable[[str], str] | None = None,
) -> None:
    """Raise ValidationError, by field, where a rule is broken.

    ``texts`` are Markdown, ``lines`` Markdown of a single line, ``plain`` words without markup, ``addresses``
    links that stand alone. ``here``: the page's own address. ``stored`` gives what a field holds now: a link
    that has led nowhere since before this change is no reason to refuse the rest of it.
    """
    found: dict[str, tuple[list[Problem], Callable[[Problem], str]]] = {
        **{field: (problems(text, here=here), str) for field, text in (texts or {}).items()},
        **{field: (_in_line(text, here), _says) for field, text in (lines or {}).items()},
        **{field: (_plain_problems(text), _says) for field, text in (plain or {}).items()},
        **{field: (_address_problems(link, here), _says) for field, link in (addresses or {}).items()},
    }
    broken = {}
    for field, (every, told) in found.items():
        known = _links_of(stored(field)) if stored and any(each.dead for each in every) else set()
        if says := list(
            dict.fromkeys(told(each) for each in every if each.dead not in known or not each.dead)
        ):
            broken[field] = says
    if broken:
        raise ValidationError(broken)


def problems(text: str, *, here: str = "") -> list[Problem]:
    """Every rule that a Markdown text breaks, in reading order."""
    tokens = [] if len(text) > MOST_CHARACTERS else _reader().parse(_filled(text))
    found = [*_character_problems(text), *_structure(tokens), *_words(list(_walk(tokens)), here)]
    return sorted(dict.fromkeys(found), key=lambda problem: problem.line)


def line_problems(text: str, *, here: str = "") -> list[str]:
    """The same for Markdown of a single line, which holds no picture."""
    return list(dict.fromkeys(problem.says for problem in _in_line(text, here)))


def inside_links(text: str) -> set[str]:
    """The links of a Markdown text to pages of this site."""
    return {link for link in _links_of(text) if links.is_inside(link)}


def path_of(link: str) -> str:
    """The address of the page that a link within the site names."""
    return unquote(urlsplit(link).path)


def _links_of(text: str) -> set[str]:
    """Every link of a Markdown text; the text itself too, which may be an address that stands alone."""
    tokens = [] if len(text) > MOST_CHARACTERS else _reader().parse(_filled(text))
    return {
        text,
        *(str(token.attrGet("href")) for _line, token in _walk(tokens) if token.type == "link_open"),
    }


def _says(problem: Problem) -> str:
    return problem.says


def _in_line(text: str, here: str) -> list[Problem]:
    tokens = [] if len(text) > MOST_CHARACTERS else _reader().parseInline(_filled(text))
    walked = list(_walk(tokens))
    found = [*_character_problems(text), *_words([each for each in walked if each[1].type != "image"], here)]
    if len(walked) != len([each for each in walked if each[1].type != "image"]):
        found.append(Problem(1, gettext("No picture can stand here. Put it into the text.")))
    return found


def _plain_problems(text: str) -> list[Problem]:
    tokens = [token for _line, token in _walk(_reader().parseInline(text)) if token.type != "inline"]
    marked = any(token.type not in PLAIN for token in tokens) or PLACEHOLDER.search(text)
    says = gettext("Use plain words here: links, emphasis and the like would be shown as they are typed.")
    return [*_unseen(text), *([Problem(1, says)] if marked else [])]


def _address_problems(link: str, here: str) -> list[Problem]:
    if not link:
        return []
    unknown = [
        name for name in PLACEHOLDER.findall(link) if not name.endswith("_url") or name not in PLACEHOLDERS
    ]
    if unknown:
        return [Problem(1, _unknown(name)) for name in unknown]
    says = links.problem(_filled(link).strip("<>"))
    if says:
        return [Problem(1, says)]
    inside = [link] if links.is_inside(link) else []
    return [Problem(1, _nowhere(*each), dead=link) for each in links.nowhere(inside, here=here).items()]


def _reader() -> _Reader:
    reader = _Reader("commonmark", {"html": True})
    reader.enable("table")
    return reader


def _filled(text: str) -> str:
    for name, value in STANDS_FOR.items():
        text = text.replace("{" + name + "}", value)
    return text


def _walk(tokens: Sequence[Token]) -> Iterator[tuple[int, Token]]:
    """Each token with the line on which it stands."""
    line = 1
    for token in tokens:
        line = token.map[0] + 1 if token.map else line
        yield line, token
        inner = line
        for child in token.children or []:
            yield inner, child
            inner += child.type in ("softbreak", "hardbreak")


def _character_problems(text: str) -> Iterator[Problem]:
    if len(text) > MOST_CHARACTERS:
        says = gettext("This text has more than %(most)d characters. Make two pages of it.")
        yield Problem(1, says % {"most": MOST_CHARACTERS})
    yield from _unseen(text)
    for match in PLACEHOLDER.finditer(text):
        if match[0] != "{" + match[1] + "}" or match[1] not in PLACEHOLDERS:
            yield Problem(_line_of(text, match), _unknown(match[1]))
    for match in LINKED_LINK.finditer(text):
        says = gettext("{%(name)s} is no address to link to. Write it by itself.") % {"name": match[1]}
        yield Problem(_line_of(text, match), says)


def _unseen(text: str) -> Iterator[Problem]:
    for match in UNSEEN.finditer(text):
        says = gettext(
            "There is a character that cannot be seen. Type these words again instead of pasting them."
        )
        yield Problem(_line_of(text, match), says)


def _line_of(text: str, match: re.Match[str]) -> int:
    return text.count("\n", 0, match.start()) + 1


def _unknown(name: str) -> str:
    known = ", ".join("{" + each + "}" for each in PLACEHOLDERS)
    return gettext("{%(name)s} stands for nothing. Known are %(known)s.") % {"name": name, "known": known}


def _structure(tokens: Sequence[Token]) -> Iterator[Problem]:
    """Headings, nesting, callouts."""
    depth, line = 0, 1
    for index, token in enumerate(tokens):
        line = token.map[0] + 1 if token.map else line
        kind, _, edge = token.type.rpartition("_")
        if token.type == "heading_open" and token.tag not in ("h2", "h3", "h4"):
            yield Problem(
                line, gettext("Begin a heading with ##, ### or ####. The page's title is its only #.")
            )
        if kind in NESTING:
            depth += 1 if edge == "open" else -1
            if depth > DEEPEST and edge == "open":
                yield Problem(
                    line, gettext("Lists and quotations stand too deep in each other. Write it flatter.")
                )
        if token.type == "blockquote_open" and index + 2 < len(tokens):
            mark = CALLOUT_MARK.match(tokens[index + 2].content)
            if mark and mark[1] not in CALLOUTS:
                known = ", ".join(f"[!{name}]" for name in CALLOUTS)
                says = gettext("[!%(mark)s] is no callout. Known are %(known)s.")
                yield Problem(line, says % {"mark": mark[1], "known": known})


def _words(walked: Sequence[tuple[int, Token]], here: str) -> Iterator[Problem]:
    """HTML, links, pictures."""
    inside = [str(token.attrGet("href")) for _line, token in walked if token.type == "link_open"]
    nowhere = links.nowhere([link for link in inside if links.is_inside(link)], here=here)
    pictures = _pictures([str(token.attrGet("src")) for _line, token in walked if token.type == "image"])
    for index, (line, token) in enumerate(walked):
        if token.type in ("html_block", "html_inline") and not token.content.startswith("</"):
            says = gettext("HTML is not used here: “%(html)s”. Write it in Markdown, or leave it out.")
            yield Problem(line, says % {"html": token.content.strip().splitlines()[0][:40]})
        elif token.type == "link_open":
            yield from _link_problems(walked, index, nowhere)
        elif token.type == "image":
            yield from (Problem(line, says) for says in _picture_problems(token, pictures))


def _link_problems(
    walked: Sequence[tuple[int, Token]], index: int, nowhere: Mapping[str, str]
) -> Iterator[Problem]:
    line, link = walked[index][0], str(walked[index][1].attrGet("href"))
    if "%7B" in link or link in LINKS_THEMSELVES.values():
        return
    if link in nowhere:
        yield Problem(line, _nowhere(link, nowhere[link]), dead=link)
    elif says := links.problem(link):
        yield Problem(line, says)
    if walked[index + 1][1].type == "link_close":
        says = gettext("The link “%(link)s” has no words. Write them between [ and ].")
        yield Problem(line, says % {"link": link})


def _nowhere(link: str, nearest: str) -> str:
    says = gettext("The link “%(link)s” leads nowhere.") % {"link": link}
    return f"{says} {gettext('Did you mean %(nearest)s?') % {'nearest': nearest}}" if nearest else says


def _pictures(sources: Sequence[str]) -> set[str]:
    """The pictures that there are of those named."""
    keys = [match[1] for source in sources if (match := PICTURE.fullmatch(source))]
    rows: Any = apps.get_model("services", "Picture").objects
    return set(rows.filter(key__in=keys).values_list("key", flat=True)) if keys else set()


def _picture_problems(token: Token, known: set[str]) -> Iterator[str]:
    source = str(token.attrGet("src"))
    match = PICTURE.fullmatch(source)
    shown = {"source": source}
    if match is None:
        yield (
            gettext(
                "The picture “%(source)s” is not one of this site's. Add it under Pictures, "
                "then write ![what it shows](picture:its-key)."
            )
            % shown
        )
    elif match[1] not in known:
        yield gettext("There is no picture “%(source)s”. See Pictures for those there are.") % shown
    words = token.content.strip()
    if not words:
        yield (
            gettext("The picture “%(source)s” has no description. Write what it shows between [ and ].")
            % shown
        )
    elif FILE_NAME.fullmatch(words) or (match and words == match[1]):
        yield gettext(
            "“%(words)s” does not tell what the picture shows to those who do not see it. Use a sentence."
        ) % {"words": words}
