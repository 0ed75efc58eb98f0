"""What people type: typing errors, lay phrases, words that call for help, and whatever else comes."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from services import search
from services.models import SearchEntry
from services.search_lexicon import distance, forgiven
from services.search_query import MAX_CHARACTERS, Meaning, Typed
from tests.searching import find, noted, phrase, plain, titles

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------ words as people type


@pytest.mark.parametrize(
    "asked",
    [
        "sinkinesis",
        "synkenesis",
        "synkinsis",
        "snykinesis",
        "SYNKINESES",
        "facail palsy",
        "facial plasy",
        "facal pallsy",
    ],
)
def test_typing_errors_are_mended_and_it_is_said(asked: str) -> None:
    noted("/a/", "Synkinesis")
    noted("/b/", "Facial palsy")
    found = find(asked)
    assert found.shown_for in ("synkinesis", "facial palsy")
    assert plain(found.hits[0].title).lower() == found.shown_for


def test_a_word_that_nobody_knows_is_left_out_and_short_or_quoted_ones_are_not_mended() -> None:
    noted("/a/", "Facial palsy")
    assert find("facial palsy wzzkwzzk").shown_for == "facial palsy"
    assert find("fac").hits == []
    assert find('"facal"').hits == []


def test_a_lay_phrase_finds_its_meaning_in_any_order_and_form() -> None:
    phrase("synonym", "face droop", "lopsided face", means="facial paralysis")
    noted("/a/", "Facial paralysis")
    noted("/b/", "Facial paralysis after surgery")
    noted("/c/", "Surgery")
    for asked in (
        "face droop",
        "my face is drooping",
        "drooping of the face",
        "fase droop",
        "lopsided face",
    ):
        assert titles(asked)[0] == "Facial paralysis", asked
    assert find("face droop").also == ["facial paralysis"]
    assert titles("face droop after surgery") == ["Facial paralysis after surgery"]


def test_a_page_in_the_words_of_the_phrase_itself_is_found_too() -> None:
    phrase("synonym", "face droop", means="facial paralysis")
    noted("/a/", "When the face droops")
    noted("/b/", "Facial paralysis")
    assert sorted(titles("face droop")) == ["Facial paralysis", "When the face droops"]


@pytest.mark.parametrize(
    "asked",
    ["sudden face droop", "Is my face suddenly drooping?", '"face" sudden drooped', "suden face droop"],
)
def test_emergency_words_call_for_advice(asked: str) -> None:
    phrase("emergency", "sudden face droop")
    found = find(asked)
    assert (found.advice.emergency, found.advice.crisis) == (True, False)


def test_crisis_words_call_for_other_advice_and_small_words_matter() -> None:
    phrase("crisis", "hurt myself", "don't want to live", "suicide")
    noted("/a/", "Does it hurt?")
    for asked in (
        "I want to hurt myself",
        "dont want to live",
        "I don’t want to live any more",
        "sucide",
        "suicidee",
    ):
        assert find(asked).advice.crisis, asked
    assert not find("does it hurt").advice.crisis
    assert not find("where do you live").advice.crisis


def test_phrases_of_another_language_are_not_heard() -> None:
    phrase("crisis", "suicidio", language="es")
    assert not find("suicidio").advice.crisis
    assert find("suicidio", language="es").advice.crisis


# --------------------------------------------------------------------------------------- where nothing is


def test_where_nothing_is_found_near_words_and_likely_pages_are_offered() -> None:
    noted("/botulinum-toxin/", "Botulinum toxin")
    noted("/eye/", "Eye")
    found = find("botul")
    assert (found.hits, found.suggestions) == ([], ["botulinum"])
    assert [page.text.title for page in found.likely] == ["Botulinum toxin"]


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("palsy", "palsy", 0),
        ("palsey", "palsy", 1),
        ("facail", "facial", 1),
        ("cirugía", "cirugia", 0),
        ("", "ab", 2),
    ],
)
def test_the_distance_of_words_counts_what_fingers_do(one: str, other: str, apart: int) -> None:
    assert distance(one, other) == apart


def test_short_words_are_forgiven_less() -> None:
    assert [forgiven(word) for word in ("eye", "droop", "facial", "synkinesis")] == [0, 1, 2, 3]


# -------------------------------------------------------------------------------------------- hostile text


def test_what_editors_wrote_is_shown_as_text_with_the_found_words_marked() -> None:
    page = noted(
        "/a/", "<b>Nerve</b> & <script>", body="The nerve `<img onerror=x>` \x02 &lt;i&gt; *is* nerve."
    )
    hit = find("nerve").hits[0]
    assert hit.title == "&lt;b&gt;<mark>Nerve</mark>&lt;/b&gt; &amp; &lt;script&gt;"
    assert hit.excerpt == "The <mark>nerve</mark> &lt;img onerror=x&gt; &lt;i&gt; is <mark>nerve</mark>."
    assert "\x02" not in SearchEntry.objects.get(page=page).text


HOSTILE = [
    "", " ", "\x00", "a\x00b", "& | ! ()", "!!!", "<->", "'", "''; DROP TABLE services_page; --", '"', '""',
    '"""', "nerve & !(", "nerve:*", "nerve:A", "'nerve' <2> 'b'", "\\", "%", "_", "%s", "{}", "😀",
    "😀 nerve", "שלום", "مرحبا nerve", "\u202enerve", "or", "or or", "nerve or", "-", '-"nerve', "a" * 10_000,
    "--nerve", "nerve " * 2_000, "\ud7ff\ufffd", "\x02nerve\x03", "the", "I am", "don't", "'''nerve'''",
    "١٢٣", "𝓃𝑒𝓇𝓋𝑒", "ne\u0301rve", "\ue000nerve\ue001",
]  # fmt: skip


@pytest.mark.parametrize("asked", HOSTILE)
def test_whatever_is_typed_is_answered(asked: str) -> None:
    noted("/a/", "Nerve")
    phrase("synonym", "nerve <b> | &", "the", means="'nerve' & !(")
    found = find(asked)
    assert len(found.asked) <= MAX_CHARACTERS
    assert found.was_cut == (len(asked) > MAX_CHARACTERS)
    assert not any("<mark>" in str(hit.path) for hit in found.hits)


@pytest.mark.parametrize("hostile", ["'", "a' || 'b", "%", "\\", "😀", "&", "x" * 5_000])
def test_likely_pages_are_looked_for_with_any_words(hostile: str) -> None:
    noted("/nerve/", "Nerve")
    assert search.pages_resembling(f"/{hostile}/", "en") == []


PIECES = st.sampled_from(
    [
        "nerve",
        "secret",
        "eye",
        "or",
        "-",
        '"',
        "'",
        "(",
        ")",
        "!",
        "&",
        "|",
        ":*",
        "the",
        "😀",
        "é",
        "\\",
        "%",
        " ",
    ]
)
TEXTS = st.one_of(
    st.text(max_size=60), st.lists(PIECES, max_size=12).map(" ".join), st.lists(PIECES).map("".join)
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(TEXTS)
@example('secret or -"')
def test_no_text_raises_or_finds_what_is_not_public(asked: str) -> None:
    if not SearchEntry.objects.exists():
        noted("/public/", "Nerve and eye")
        noted("/secret/", "Secret nerve", status="draft")
    found = find(asked.replace("\x00", " "))
    assert {hit.path for hit in found.hits} <= {"/public/"}
    assert {page.path for page in found.likely} <= {"/public/"}


@settings(max_examples=50, deadline=None)
@given(
    TEXTS, st.lists(st.builds(Meaning, st.frozensets(st.text(max_size=5)), st.text(max_size=5)), max_size=2)
)
def test_any_text_reads_as_a_question_or_as_none(asked: str, meanings: list[Meaning]) -> None:
    typed = Typed.read(asked)
    if typed:
        assert typed.query("clinic_en", meanings) is not None
        assert Typed.read(str(typed).replace("“", '"').replace("”", '"')) == typed
