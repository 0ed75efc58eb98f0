"""The facial nerve, to be explored: by its parts and by what a patient wants."""

import pytest
from django.test import Client

from tests.content import add_page, add_point
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nerve() -> None:
    page = add_page("/nerve/", "The facial nerve", kind="nerve", body="It also carries taste.")
    add_point(
        page,
        "The cheek branch",
        branch="buccal",
        goals=["smile", "eat_drink"],
        body="It *lifts* the mouth. [Both](/both/)",
    )
    add_point(page, "The eye branch", branch="zygomatic", goals=["close_eye"], position=1)
    add_point(page, "Which side?", position=2)
    for path, goals in {
        "both": ["smile", "eat_drink"],
        "eye": ["close_eye"],
        "face": ["smile", "close_eye"],
    }.items():
        add_page(f"/{path}/", f"For {path}", kind="treatment", goals=goals)
    add_page("/other/", "Other", kind="treatment", goals=["breathe"])
    add_page("/draft/", "Draft", kind="treatment", goals=["smile"], status="draft")


def shown(client: Client) -> Element:
    return parse(client.get("/nerve/").content).one("main")


def test_only_the_parts_told_of_are_links_in_the_drawing_and_lead_to_their_words(client: Client) -> None:
    main = shown(client)
    drawing = main.one("svg", css="plate")
    assert [(link.text, link.attributes["href"]) for link in drawing.all("a")] == [
        ("Zygomatic", "#branch-zygomatic"), ("Buccal", "#branch-buccal"),
    ]  # fmt: skip
    assert drawing.texts("text") == ["Temporal", "Zygomatic", "Buccal", "Marginal mandibular", "Cervical"]
    assert drawing.attributes["role"] == "group"
    buccal = main.one(id="branch-buccal")
    assert (buccal.one("h3").text, buccal.texts("p")[0]) == ("The cheek branch", "It lifts the mouth. Both")


def test_a_part_names_only_the_treatments_that_its_words_name(client: Client) -> None:
    main = shown(client)
    assert main.one(id="branch-buccal").links() == ["/both/"]
    assert main.one(id="branch-zygomatic").links() == []


def test_what_a_patient_wants_leads_to_the_parts_that_do_it_and_to_what_can_help(client: Client) -> None:
    main = shown(client)
    wishes = main.one("nav", **{"aria-labelledby": "wishes"}).all("a")
    assert [(link.text, link.attributes["href"]) for link in wishes] == [
        ("Close my eye", "#goal-close_eye"), ("Smile", "#goal-smile"), ("Eat and drink", "#goal-eat_drink"),
    ]  # fmt: skip
    assert main.one(id="goal-smile").links() == ["#branch-buccal", "/both/", "/face/"]
    assert main.one(id="goal-close_eye").links() == ["#branch-zygomatic", "/eye/", "/face/"]


def test_the_drawing_knows_which_wishes_each_part_serves(client: Client) -> None:
    drawing = shown(client).one("svg", css="plate")
    assert [link.attributes["class"].split()[1:] for link in drawing.all("a")] == [
        ["branch-zygomatic", "goal-close_eye"], ["branch-buccal", "goal-smile", "goal-eat_drink"],
    ]  # fmt: skip


def test_words_without_a_part_and_the_text_stay_on_the_page(client: Client) -> None:
    main = shown(client)
    assert "Which side?" in main.texts("h2") and "It also carries taste." in main.text


def test_what_is_first_of_all_for_the_wish_is_named_first_and_support_last(client: Client) -> None:
    add_page("/aside/", "Aside", kind="treatment", goals=["eat_drink"], treatment_kind="support")
    add_page("/z/", "Last", kind="treatment", goals=["eat_drink", "smile"])
    assert shown(client).one(id="goal-eat_drink").links() == ["#branch-buccal", "/z/", "/both/", "/aside/"]


def test_the_home_page_shows_the_same_drawing_as_a_picture(client: Client) -> None:
    add_page("/", "Home", kind="home")
    drawing = parse(client.get("/").content).one("svg", css="plate")
    assert (drawing.attributes["role"], drawing.links()) == ("img", [])
    assert len(drawing.all("path", css="line")) == 6
