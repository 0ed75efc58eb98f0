"""Editors' Markdown becomes safe HTML, whatever was typed."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.markdown import escape_markdown, placeholders_for, render, render_inline
from tests.html import parse

OURS: dict[str, Any] = {
    "name": "Erie & Gulf Clinic",
    "phone": "216-555-0142",
    "phone_digits": "+12165550142",
    "email": "faces@example.org",
    "links": {"portal_url": "https://portal.example.org/a_b(c)"},
}
CLINIC = placeholders_for(**OURS)
HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    '[x](/a "onmouseover=alert(1)")',
    '[x](/a" onclick="alert(1))',
    "![x](https://evil.example/pixel.png)",
    "<https://x.example/?a=<script>>",
    "<javascript:alert(1)>",
    "# <svg/onload=alert(1)>",
    "> [!emergency]<style>*{display:none}</style>",
    "```\n<script>\n```",
    "`<script>`",
    "[x]: javascript:alert(1)\n\n[x]",
    "| a |\n|---|\n| <iframe src=//evil.example> |",
    "<!-- --><b onclick=x>",
    "&lt;script&gt;",
    "<form action=//evil.example><input>",
]
TAGS = set("a blockquote br code em h2 h3 h4 hr li ol p strong table tbody td th thead tr ul".split())
"""Without a picture of the site's own; those are in ``test_picture_library``."""

ATTRIBUTES = {"href", "start", "scope", "id", "class", "title", "lang", "dir", "data-label"}


def assert_safe(html: str) -> None:
    for element in parse(html).all():
        assert element.tag in TAGS, html
        assert set(element.attributes) <= ATTRIBUTES, html
        scheme = re.match(r"\s*([a-z0-9+.-]+):", element.attributes.get("href", ""), re.IGNORECASE)
        assert scheme is None or scheme[1] in ("https", "mailto", "tel", "sms"), html


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_markdown_is_shown_or_dropped_never_run(text: str) -> None:
    assert_safe(render(text, language="en"))
    assert_safe(render_inline(text, language="en"))
    assert_safe(render("{clinic}", language="en", placeholders={"clinic": escape_markdown(text)}))


markup = st.sampled_from(
    [*HOSTILE, "[", "](", ")", "<", ">", "!", "`", "\n", "> [!note]", "javascript:", "|"]
)


@given(st.lists(st.one_of(markup, st.text(max_size=12)), max_size=8).map("".join))
def test_no_text_becomes_anything_that_runs(text: str) -> None:
    assert_safe(render(text, language="en"))
    assert_safe(render_inline(text, language="en", placeholders={"clinic": escape_markdown(text)}))


def test_raw_html_is_shown_as_text() -> None:
    assert render("a <b>c</b>", language="en") == "<p>a &lt;b&gt;c&lt;/b&gt;</p>\n"


def test_headings_lists_tables_and_emphasis_are_kept() -> None:
    html = parse(render("## H\n\n- *a*\n- **b**\n\n| c |\n|---|\n| d |\n", language="en"))
    assert html.texts("h2") == ["H"]
    assert html.texts("li") == ["a", "b"]
    assert (html.texts("em"), html.texts("strong")) == (["a"], ["b"])
    assert (html.texts("th"), html.texts("td")) == (["c"], ["d"])


@pytest.mark.parametrize("kind", ["emergency", "same-day", "note"])
def test_a_marked_quotation_is_a_callout_without_its_mark(kind: str) -> None:
    quote = parse(render(f"> [!{kind}] **Call 911** now.\n> Do not drive.", language="en")).one("blockquote")
    assert quote.attributes["class"] == f"callout callout-{kind}"
    assert quote.text == "Call 911 now. Do not drive."


@pytest.mark.parametrize("text", ["> Plain words.", "> [!danger] Words.", "> Words [!note]"])
def test_any_other_quotation_is_none(text: str) -> None:
    assert "class" not in parse(render(text, language="en")).one("blockquote").attributes


def test_a_list_to_tick_off_is_told_from_any_other() -> None:
    html = parse(
        render("- [ ] *Card*\n- [ ]\n- [x] done\n- [ ](/a/)\n\n1. [ ] Eye drops\n2. Plain", language="en")
    )
    items = [(item.text, item.attributes.get("class", "")) for item in html.all("li")]
    assert items == [
        ("Card", "tick"), ("[ ]", ""), ("[x] done", ""), ("", ""), ("Eye drops", "tick"), ("Plain", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["[ ] words", "> [ ] words", "a [ ] b"])
def test_a_box_outside_of_a_list_stays_as_it_was_typed(text: str) -> None:
    html = parse(render(text, language="en"))
    assert "[ ]" in html.text
    assert not html.all(css="tick")


def test_each_cell_of_a_wide_table_knows_its_column() -> None:
    table = '| A | *B* | "C" |\n|---|---|---|\n| 1 | 2 | 3 |\n'
    wide = parse(render(f"{table}\n\n| D | E |\n|---|---|\n| 4 | 5 |", language="en"))
    assert [each.attributes.get("class") for each in wide.all("table")] == ["wide", None]
    cells = [(cell.text, cell.attributes.get("data-label")) for cell in wide.all("td")]
    assert cells == [("1", "A"), ("2", "B"), ("3", '"C"'), ("4", None), ("5", None)]


@pytest.mark.parametrize(("link", "direction"), [("tel:+1216", "ltr"), ("SMS:988", "ltr"), ("/a/", None)])
def test_numbers_to_call_or_text_are_written_from_left_to_right(link: str, direction: str | None) -> None:
    shown = parse(render(f"اتصل [216]({link})", language="en")).one("a")
    assert shown.attributes["href"] == link
    assert shown.attributes.get("dir") == direction


def test_the_clinics_name_and_number_are_filled_in() -> None:
    html = render("{clinic}: {phone}", language="en", placeholders=CLINIC)
    assert html == '<p>Erie &amp; Gulf Clinic: <a href="tel:+12165550142" dir="ltr">216-555-0142</a></p>\n'
    assert render_inline("{clinic}", language="en", placeholders=CLINIC) == "Erie &amp; Gulf Clinic"


def test_an_unknown_placeholder_is_left_as_it_is() -> None:
    assert render_inline("{fax}", language="en", placeholders=CLINIC) == "{fax}"


def test_the_clinics_links_are_link_targets() -> None:
    html = parse(render("[Log in]({portal_url}) or write to {email}.", language="en", placeholders=CLINIC))
    assert [(link.text, link.attributes["href"]) for link in html.all("a")] == [
        ("Log in", "https://portal.example.org/a_b(c)"),
        ("faces@example.org", "mailto:faces@example.org"),
    ]


@pytest.mark.parametrize(
    "name", ["A*B* [c](d)", "<b>", "R&amp;D", "{phone}", "`x`", r"a\*b", "# A", "_a_ ~~b~~"]
)
def test_a_clinics_name_is_never_taken_for_markup(name: str) -> None:
    fill = placeholders_for(**{**OURS, "name": name})
    html = parse(render("See {clinic}.", language="en", placeholders=fill))
    assert [element.tag for element in html.all()] == ["p"]
    assert html.text == f"See {name}."


@pytest.mark.parametrize(
    ("language", "link", "href"),
    [
        ("en", "/team/", "/team/"),
        ("es", "/team/", "/es/team/"),
        ("es", "/team/#jane", "/es/team/#jane"),
        ("es", "//x.example/", "//x.example/"),
        ("es", "https://x.example/", "https://x.example/"),
        ("es", "tel:911", "tel:911"),
        ("es", "#top", "#top"),
    ],
)
def test_a_link_within_the_site_stays_in_the_pages_language(language: str, link: str, href: str) -> None:
    assert parse(render(f"[x]({link})", language=language)).one("a").attributes["href"] == href


def test_links_by_plain_http_lose_their_address() -> None:
    assert "href" not in parse(render("[x](http://x.example/)", language="en")).one("a").attributes


def test_a_single_line_has_no_paragraph_and_no_blocks() -> None:
    assert render_inline("*a* b", language="en") == "<em>a</em> b"
    assert render_inline("# a", language="en") == "# a"
