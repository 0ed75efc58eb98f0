"""Words that call for help at once, lay spelling and other languages, as the site's own lists have them."""

from collections.abc import Iterator

import pytest
from django.test import Client
from pytest_django import DjangoDbBlocker

from services import search_index, starter
from services.models import Page
from services.starter_entries import store_phrases
from tests.conftest import own_database
from tests.content import add_page
from tests.html import parse
from tests.searching import find, plain

BELLS, MEDICINE = "/health-library/bells-palsy/", "/facial-paralysis/treatments/early-medicine/"
SYNKINESIS, EYE = "/health-library/synkinesis/", "/health-library/protecting-your-eye/"
LANGUAGE = "/language-help/"


@pytest.fixture(scope="module", autouse=True)
def listed(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The site's own phrases, and its pages by title and summary, once: all of these tests only read.

    Committed, for a transaction as long as this would keep others waiting (the worker's seals).
    """
    with own_database(django_db_blocker):
        content = starter.read(starter.FOLDER)
        for page in content.pages:
            words = {"title": page.data["title"], "summary": page.data["summary"]}
            if page.language == "en":
                add_page(page.path, **words)
            else:
                Page.objects.get(path=page.path).texts.create(language=page.language, **words)
        for document in content.phrases:
            store_phrases(document.origin, None, document.data)
        search_index.index_all()
        yield


def panels(asked: str, prefix: str = "") -> list[str]:
    """The advice above the answers, in its order on the page."""
    main = parse(Client().get(f"{prefix}/search/", {"q": asked}).content).one("main")
    known = ("call-911", "poison-help", "new-face", "call-988", "eye-today")
    return [one.attributes["id"] for one in main.all() if one.attributes.get("id") in known]


SUDDEN = [
    "my face drooped this morning", "face drooped this morning",
    "woke up with one side of my face not moving", "drooping mouth since this morning",
    "face paralyzed suddenly", "sudden facial droop", "face droop today", "half my face fell last night",
    "facial paralysis since this morning", "mouth numb just now", "my baby's face is drooping tonight",
    "i woke up and can't move my face", "crooked smile all of a sudden", "fase drooped this mornin",
    "my face dropped today", "my face droped today", "facial paralysis today",
    "face paralysis started yesterday", "facial palsy since yesterday", "new facial palsy",
    "new face paralysis", "bells palsy today", "woke up paralyzed", "lopsided smile since this morning",
]  # fmt: skip
UNDATED = [
    "face droop", "facial droop", "my face is drooping on one side", "half my face fell",
    "left side of face not working", "face went numb", "can't move my face", "mouth fallen", "numb face",
    "my face dropped", "one side of my face dropped", "my 3 year old's face is drooping",
    "face drooping 60 years old", "facial numbness", "paralyzed face",
]  # fmt: skip
NO_NEW_FACE = [
    "facial paralysis", "Bell's palsy", "lopsided face", "new treatments for facial paralysis",
    "new patient bells palsy", "face droop for 3 years", "mouth droops since birth",
    "facial droop 6 months later", "old facial droop", "face lift", "synkinesis", "eye drops",
]  # fmt: skip


@pytest.mark.parametrize("asked", SUDDEN)
def test_a_new_droop_shows_the_call_to_911_and_then_what_is_done_for_it(asked: str) -> None:
    assert panels(asked) == ["call-911"]
    assert {BELLS, MEDICINE} <= {hit.path for hit in find(asked).hits[:3]}


@pytest.mark.parametrize("asked", UNDATED)
def test_a_droop_of_unknown_age_shows_the_smaller_box(asked: str) -> None:
    assert panels(asked) == ["new-face"]
    assert [hit.path for hit in find(asked).hits[:2]] == [BELLS, MEDICINE]


@pytest.mark.parametrize("asked", NO_NEW_FACE)
def test_topics_and_what_is_long_known_show_neither(asked: str) -> None:
    assert panels(asked) == []
    assert find(asked).hits[0].path != MEDICINE


EYES = [
    "my eye won't close", "can't close my eye", "cant close eye", "eye does not close", "red eye",
    "my eye hurts", "eye is red and painful", "blurry vision", "eye stays open at night", "can't blink",
    "I can not shut my eye", "eyelid wont close", "sleep with eye open", "cloudy vision", "swollen eye",
    "pink eye", "pus in eye",
]  # fmt: skip


@pytest.mark.parametrize("asked", EYES)
def test_an_eye_in_danger_is_asked_about_and_how_to_protect_it_comes_first(asked: str) -> None:
    assert panels(asked) == ["eye-today"]
    assert find(asked).hits[0].path == EYE


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("eye won't close since this morning", ["call-911"]),
        ("double vision and red eye", ["call-911"]),
        ("face droop and my eye won't close", ["new-face", "eye-today"]),
        ("eye won't close for 3 years", ["eye-today"]),
        ("my eye hurts and i want to die", ["call-988"]),
        ("eye closes when I smile", []),
        ("eyelid weight", []),
        ("eye doctor", []),
        ("red eye flight", []),
    ],
)
def test_the_eye_comes_after_what_is_more_urgent(asked: str, shown: list[str]) -> None:
    assert panels(asked) == shown


EMERGENCIES = [
    "heart attack", "allergic reaction", "cantbreathe", "can't breathe", "cant breath", "hard to breath",
    "hard to breathe", "bleeding after surgery", "stroke", "going blind", "worst headache of my life",
    "trouble speaking", "new trouble speaking", "difficulty speaking", "my words come out wrong",
    "can't move my arm", "left arm wont move", "leg wont work", "arm feels heavy", "weakness on one side",
    "terrible headache", "both sides of face weak", "lost my sight", "blind in one eye",
    "i see two of everything", "my 60 year old father has trouble speaking", "stroke 60 years old",
]  # fmt: skip
CRISES = [
    "hopeless", "i feel hopeless", "i want to disappear", "kill myself", "want to die", "sucide",
    "no reason to live", "I can't go on", "wish i wasnt alive", "i give up",
]  # fmt: skip
POISON = [
    "i took too many pills", "overdose", "took too many pills", "swallowed all my pills", "i overdosed",
    "overdoes pills", "i took too much prednisone",
]  # fmt: skip
SPANISH_EMERGENCIES = [
    "no puedo respirar", "derrame", "derrame cerebral", "accidente cerebrovascular", "ataque cerebral",
    "cara torcida", "cara caída", "cara caida", "se me cayó la cara", "se me cayo la cara", "no puedo hablar",
    "No puedo  HABLAR", "no puedo rrespirar", "reacción alérgica", "cara cai\u0301da",
]  # fmt: skip
SPANISH_CRISES = [
    "quiero morir", "me quiero morir", "matarme", "suicidio", "no quiero vivir", "quitarme la vida",
    "ya no puedo más", "ya no puedo mas",
]  # fmt: skip
OTHER_EMERGENCIES = [
    "инсульт",
    "đột quỵ",
    "dot quy",
    "中风",
    "中風",
    "سكتة دماغية",
    "urgence",
    "ijans",
    "뇌졸중",
]
OTHER_CRISES = ["自杀", "хочу умереть", "je veux mourir", "mwen vle mouri", "انتحار", "tự tử", "자살"]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        *((asked, ["call-911"]) for asked in EMERGENCIES + SPANISH_EMERGENCIES + OTHER_EMERGENCIES),
        *((asked, ["call-911", "poison-help"]) for asked in [*POISON, "pastillas", "tomé muchas pastillas"]),
        *((asked, ["call-988"]) for asked in CRISES + SPANISH_CRISES + OTHER_CRISES),
        ("stroke and i want to die", ["call-911", "call-988"]),
    ],
)
def test_who_needs_help_at_once_is_shown_it_and_nothing_that_distracts(asked: str, shown: list[str]) -> None:
    assert panels(asked) == shown
    found = find(asked)
    assert (found.shown_for, found.suggestions, found.likely, found.any_word, found.also) == (
        "",
        [],
        [],
        False,
        [],
    )
    page = parse(Client().get("/search/", {"q": asked}).content).one("main").text
    assert not [said for said in ("Did you mean", "We found nothing", "Showing results") if said in page]


@pytest.mark.parametrize(
    "asked", [*SPANISH_EMERGENCIES, *SPANISH_CRISES, "pastillas", *OTHER_EMERGENCIES, *OTHER_CRISES]
)
def test_who_types_another_language_is_led_to_language_help_first(asked: str) -> None:
    assert find(asked).hits[0].path == LANGUAGE


@pytest.mark.parametrize(("asked", "wanted"), [("no puedo hablar", "911"), ("quiero morir", "oprima 2")])
def test_the_panels_speak_spanish_too(asked: str, wanted: str) -> None:
    main = parse(Client().get("/search/", {"q": asked}).content).one("main")
    assert wanted in main.one("p", lang="es").text
    if wanted == "oprima 2":
        assert "AYUDA al 988" in main.one("p", lang="es").text


def test_a_relay_service_is_the_last_way_to_911() -> None:
    ways = (
        parse(Client().get("/search/", {"q": "stroke"}).content).one("main").one("ul", css="list").all("li")
    )
    assert "tel:711" in ways[-1].links()
    assert "your own relay service" in ways[-1].text
    assert "sms:911" in ways[0].links()


def test_the_poison_line_can_be_called() -> None:
    main = parse(Client().get("/search/", {"q": "overdose"}).content).one("main")
    assert {"tel:911", "tel:+18002221222", "tel:988"} <= set(main.links())


@pytest.mark.parametrize(
    "asked",
    [
        "confused about my bill", "confused about insurance", "can't see my results",
        "cant see a doctor until june", "i cant see the video", "cant speak english",
        "i cant talk on the phone", "stroke survivor smile surgery",
    ],
)  # fmt: skip
def test_words_of_danger_in_a_harmless_question_hide_no_answers(asked: str) -> None:
    assert panels(asked) == []


# -------------------------------------------------------------------------------------------- lay spelling


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("my eye closes when i smile", [SYNKINESIS]),
        ("my eye closes wen i smile", [SYNKINESIS]),
        ("6 years after bells palsy", [SYNKINESIS]),
        ("eye waters when I eat", [SYNKINESIS, EYE]),
        ("crocodile tears", [SYNKINESIS, EYE]),
    ],
)
def test_the_right_article_comes_first(asked: str, first: list[str]) -> None:
    assert [hit.path for hit in find(asked).hits[: len(first)]] == first


@pytest.mark.parametrize("asked", ["sinkanesis", "sinkynesis", "sinkinesis", "synkanesis", "sinkenesis"])
def test_a_misspelling_is_mended_to_the_word_itself(asked: str) -> None:
    found = find(asked)
    assert (found.shown_for, found.hits[0].path) == ("synkinesis", SYNKINESIS)
    assert "synkinesis" in plain(found.hits[0].title).lower()


@pytest.mark.parametrize("asked", ["hemifacial spasm", "blind"])
def test_a_medical_word_without_a_page_is_kept_and_it_is_said(asked: str) -> None:
    found = find(asked)
    word = asked.split()[0]
    assert (found.shown_for, found.suggestions, found.likely) == ("", [], [])
    main = parse(Client().get("/search/", {"q": asked}).content).one("main")
    assert f"We found nothing for “{word}”" in main.text


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("se me cayó la cara esta mañana", ["call-911"]),
        ("desperté con la boca torcida", ["call-911"]),
        ("no puedo hablar", ["call-911"]),
        ("cara caída", ["new-face"]),
        ("cara torcida desde hace 3 años", []),
        ("no puedo cerrar el ojo", ["eye-today"]),
        ("tengo el ojo rojo y me duele", ["eye-today"]),
        ("veo borroso", ["eye-today"]),
        ("ojos rojos", ["eye-today"]),
        ("no puedo cerrar los ojos", ["eye-today"]),
        ("párpado no cierra", ["eye-today"]),
        ("derrame ocular", ["eye-today"]),
        ("red eye", ["eye-today"]),
        ("dificultad para hablar", ["call-911"]),
        ("parálisis facial desde ayer", ["call-911"]),
        ("parálisis facial nueva", ["call-911"]),
        ("se me callo la cara", ["new-face"]),
        ("brazo sin fuerza", ["call-911"]),
        ("dolor de cabeza fuerte", ["call-911"]),
        ("ya no aguanto", ["call-988"]),
        ("parálisis facial", []),
        ("sobredosis", ["call-911", "poison-help"]),
        ("quiero morir", ["call-988"]),
    ],
)
def test_spanish_words_in_the_spanish_box_call_for_the_same_help(asked: str, shown: list[str]) -> None:
    assert panels(asked, "/es") == shown


@pytest.mark.parametrize(
    ("asked", "path"),
    [
        ("ojo que no cierra", EYE),
        ("sincinecia", SYNKINESIS),
        ("PARALISIS DE BELL", BELLS),
        ("intérprete", LANGUAGE),
    ],
)
def test_spanish_words_find_the_page_in_spanish(asked: str, path: str) -> None:
    found = find(asked, language="es")
    assert found.hits[0].path == path, [hit.path for hit in found.hits]


@pytest.mark.parametrize(
    ("asked", "meant"),
    [("parylisis", "paralysis"), ("facial parylisis", "facial paralysis")],
)
def test_an_english_word_is_mended_to_an_english_one(asked: str, meant: str) -> None:
    assert find(asked).shown_for == meant


@pytest.mark.parametrize("asked", ["espanol", "paralisis", "cita medica", "francais"])
def test_a_word_of_another_language_without_its_accents_still_leads_to_help_in_it(asked: str) -> None:
    assert find(asked).hits[0].path == LANGUAGE


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        *[("Texas", "en"), ("texas video visit", "en"), ("virtual visit New York", "en")],
        *[("can i visit from california", "en"), ("i live in georgia", "en"), ("out of state", "en")],
        *[("Texas", "es"), ("visita virtual nueva york", "es"), ("vivo en Georgia", "es")],
    ],
)
def test_who_names_a_state_learns_where_visits_by_video_are_possible(asked: str, language: str) -> None:
    found = find(asked, language=language)
    assert found.hits[0].path == "/facial-paralysis/virtual-visits/", [hit.path for hit in found.hits]
    assert not found.shown_for
