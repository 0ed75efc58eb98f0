"""One glossary explains the medical words of every page."""

import pytest
from django.test import Client
from django.utils.safestring import mark_safe

from services.glossary import Marker, Word
from services.models import Term
from tests.content import add_page
from tests.html import parse

pytestmark = pytest.mark.django_db


def add_term(key: str, word: str, *forms: str, meaning: str = "What it means.") -> Term:
    term = Term.objects.create(key=key)
    term.texts.create(language="en", word=word, forms=list(forms), meaning=meaning)
    return term


def marked(html: str) -> str:
    return Marker(map(Word.of, Term.objects.words_in("en"))).mark(mark_safe(html))  # noqa: S308


def link(key: str, words: str) -> str:
    return f'<a class="term" id="use-{key}" href="#word-{key}">{words}</a>'


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Synkinesis.</p>", f"<p>{link('synkinesis', 'Synkinesis')}.</p>"),
        ("<p>synkinetic</p>", f"<p>{link('synkinesis', 'synkinetic')}</p>"),
        ("<p>graft, graft</p>", f"<p>{link('graft', 'graft')}, graft</p>"),
        ("<p>nerve graft</p>", f"<p>{link('nerve-graft', 'nerve graft')}</p>"),
        ("<p>Bell’s palsy</p>", f"<p>{link('bells', 'Bell’s palsy')}</p>"),
        ("<p>grafting engraft graft-like</p>", "<p>grafting engraft graft-like</p>"),
        ("<h2>Graft</h2><p>x</p>", "<h2>Graft</h2><p>x</p>"),
        ('<p><a href="/graft/"><em>graft</em></a></p>', '<p><a href="/graft/"><em>graft</em></a></p>'),
        ('<p><a href="/x/">x</a> graft</p>', f'<p><a href="/x/">x</a> {link("graft", "graft")}</p>'),
        ('<ol start="1"><li>a &lt;graft&gt;</li></ol>', 
         f'<ol start="1"><li>a &lt;{link("graft", "graft")}&gt;</li></ol>'),
        ("", ""),
    ],
)  # fmt: skip
def test_a_word_is_marked_where_it_first_stands_and_only_in_running_text(html: str, expected: str) -> None:
    add_term("synkinesis", "synkinesis", "synkinetic")
    add_term("graft", "graft")
    add_term("nerve-graft", "nerve graft")
    add_term("bells", "Bell's palsy")
    assert marked(html) == expected


def test_a_page_explains_the_words_it_uses_and_no_others(client: Client) -> None:
    add_term("graft", "graft", meaning="A piece that is <moved>.")
    add_term("nerve", "nerve", meaning="A cable of the body.")
    add_term("lid", "lid")
    add_page("/a/", "A", summary="A nerve", body="A nerve and a graft.\n\nThe nerve again.")
    html = parse(client.get("/a/").content.decode())
    assert [mark.text for mark in html.all("a", css="term")] == ["nerve", "graft"]
    words = html.all("section", css="words")[0]
    assert [entry.text for entry in words.all("dt")] == ["graft", "nerve"]
    assert words.texts("dd")[0] == "A piece that is <moved>. Back to the text : graft"
    for mark in html.all("a", css="term"):
        meaning = html.one(id=mark.attributes["href"].removeprefix("#"))
        assert html.one(id=meaning.one("a").attributes["href"].removeprefix("#")) is mark


def test_the_glossary_page_lists_every_word_by_its_letter(client: Client) -> None:
    add_page("/words/", "Words", kind="glossary")
    for word in ("nerve", "graft", "Node"):
        add_term(word.lower(), word)
    html = parse(client.get("/words/").content.decode())
    headings = [heading.text for heading in html.all("h2") if len(heading.text) == 1]
    assert headings == ["G", "N"]
    section = html.all("section", **{"aria-labelledby": "letter-N"})[0]
    assert [entry.text for entry in section.all("dt")] == ["nerve", "Node"]


def test_the_site_map_lists_what_is_published_as_a_tree(client: Client) -> None:
    add_page("/a/", "Above")
    add_page("/a/b/", "Below")
    add_page("/a/c/", "Draft", status="draft")
    add_page("/map/", "Map", kind="site_map")
    tree = parse(client.get("/map/").content.decode()).all("div", css="site-map")[0]
    assert [item.text for item in tree.all("a")] == ["Above", "Below", "Map"]
    assert [item.text for item in tree.all("li")][0] == "Above Below"


@pytest.mark.parametrize("body", ["fıxit", "İLİUM", "ſix 1 < 2 & 3 > 2", "K"])
def test_letters_that_only_look_alike_and_written_signs_are_no_words(client: Client, body: str) -> None:
    add_term("lt", "lt", "gt", "amp", "fixit", "ilium", "six", "k")
    add_page("/a/", "A", body=body)
    html = parse(client.get("/a/").content)
    assert body in html.text
