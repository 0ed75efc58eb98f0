"""Which part of our team: two answers lead to roles, people and pages."""

from typing import Any

import pytest
from django.test import Client

from services.admin.widgets import Checkboxes
from services.starter import FOLDER, read
from tests.content import add_page, add_person
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def team() -> None:
    add_page("/s/", "Facial paralysis", kind="service")
    add_page("/s/guide/", "Which part of our team?", kind="guide", body="We keep nothing.")
    add_page("/s/t/", "Treatments", kind="list")
    treatment("/s/t/medicine/", "Early medicine", ["smile", "close_eye"], ["days"], ["neurologist"])
    treatment("/s/t/training/", "Training", ["speak", "smile"], ["years"], ["therapist"])
    treatment("/s/t/transfer/", "Muscle transfer", ["smile"], ["years"], ["surgeon", "therapist"])
    treatment("/s/t/draft/", "Draft", ["smile"], ["years"], ["surgeon"], status="draft")
    add_person("/ann/", "Ann Lee, MD", role="surgeon", summary="Operates.")
    add_person("/max/", "Max Roe, PT", role="therapist")
    add_person("/eve/", "Eve Kim, PT", role="therapist")
    add_person("/joe/", "Joe Fox, PT", role="therapist", status="draft")


def treatment(
    path: str, title: str, goals: list[str], windows: list[str], by: list[str], **fields: Any
) -> None:
    add_page(path, title, kind="treatment", goals=goals, windows=windows, provided_by=by, **fields)


def guide(client: Client, query: str = "") -> Element:
    answer = client.get(f"/s/guide/{query}")
    assert answer.status_code == 200
    return parse(answer.content).one("main")


def test_the_two_questions_are_asked_with_nothing_chosen_or_answered(client: Client) -> None:
    main = guide(client)
    form = main.one("form")
    assert (form.attributes["method"], form.attributes["action"]) == ("get", "/s/guide/#answer")
    assert form.texts("legend") == ["When did it begin?", "What matters most to you?"]
    assert (len(form.all("input", name="began")), len(form.all("input", name="goal"))) == (7, 10)
    assert form.fields() == {} and not main.all("section", css="answer")
    assert not guide(client, "?from=a-letter").all("section", css="answer")
    assert "We keep nothing." in main.text


def test_who_leads_the_closest_treatment_is_the_one_to_start_with(client: Client) -> None:
    main = guide(client, "?began=years&goal=smile")
    assert main.one("form").fields() == {"began": ["years"], "goal": ["smile"]}
    answer = main.one("section", css="answer")
    assert answer.one("h2").text == "Who can help you"
    first, also, read = answer.all("section")
    assert first.text == "Start with: Facial plastic surgeon AL Ann Lee, MD Operates."
    assert also.texts("h3") == ["May also help:"]
    assert also.texts("li") == ["Facial retraining therapist: Eve Kim, PT · Max Roe, PT"]
    assert also.links() == ["/eve/", "/max/"]
    assert read.texts("h3") == ["What you can read now"]
    assert read.links() == ["/s/t/transfer/", "/s/t/training/"]
    assert "/request/" in answer.links() and "tel:911" not in answer.links()


def test_in_the_first_days_what_to_do_today_is_said_before_anything_else(client: Client) -> None:
    answer = guide(client, "?began=days&goal=smile").one("section", css="answer")
    assert answer.texts("h2") == ["Be seen today", "Who can help you"]
    assert answer.texts("h3") == ["Start with: Neurologist", "What you can read now"]
    assert "tel:911" in answer.links()


@pytest.mark.parametrize(
    ("query", "boxes"),
    [
        ("?goal=close_eye", ["Is your eye safe today?"]),
        ("?goal=close_eye&began=years", ["Is your eye safe today?"]),
        ("?goal=close_eye&began=days", ["Be seen today", "Is your eye safe today?"]),
        ("?goal=smile&began=months", ["Does nothing move? Ask now"]),
        ("?goal=smile&began=years", []),
    ],
)
def test_what_cannot_wait_is_said_first(client: Client, query: str, boxes: list[str]) -> None:
    answer = guide(client, query).one("section", css="answer")
    assert answer.texts("h2")[:-1] == boxes


@pytest.mark.parametrize(
    ("query", "open_question", "roles"),
    [
        ("?began=days", "What matters most to you?", ["Neurologist"]),
        ("?goal=close_eye&began=", "When did it begin?", ["Neurologist"]),
        (
            "?goal=any&began=lately",
            "When did it begin?",
            ["Facial retraining therapist", "Neurologist", "Facial plastic surgeon"],
        ),
    ],
)
def test_half_an_answer_is_an_answer(
    client: Client, query: str, open_question: str, roles: list[str]
) -> None:
    treatment("/s/t/practice/", "Practice", ["speak"], ["years"], ["therapist"])
    answer = guide(client, query).one("section", css="answer")
    assert f"You left this open: “{open_question}”" in answer.text
    assert answer.texts("h3")[0] == f"Start with: {roles[0]}"
    also = [row.partition(":")[0] for each in answer.all("ul", css="list") for row in each.texts("li")]
    assert also == roles[1:]
    assert ("We left out an answer" in answer.text) == ("lately" in query)


def test_who_cannot_say_starts_with_who_leads_most_and_is_shown_the_whole_team(client: Client) -> None:
    main = guide(client, "?began=any&goal=any")
    assert main.one("form").fields() == {"began": ["any"], "goal": ["any"]}
    answer = main.one("section", css="answer")
    assert [row.partition(":")[0] for row in answer.one("ul", css="list").texts("li")] == [
        "Facial retraining therapist", "Facial plastic surgeon",
    ]  # fmt: skip
    assert "left this open" not in main.text


@pytest.mark.parametrize("query", ["?began=&goal=", "?began=<b>", "?goal=x", "?show=1"])
def test_without_an_answer_one_is_asked_for(client: Client, query: str) -> None:
    main = guide(client, query)
    answer = main.one("section", css="answer")
    assert answer.one("h2").text == "Choose at least one answer"
    assert not answer.all("h3")
    assert main.one(id=answer.links()[0].removeprefix("#")).attributes["name"] == "began"


def test_pressing_the_button_is_told_by_its_name_where_nothing_is_chosen(client: Client) -> None:
    button = guide(client).one("form").one("button")
    assert (button.attributes["name"], button.attributes["value"]) == ("show", "1")


def test_where_nothing_fits_a_person_is_offered(client: Client) -> None:
    main = guide(client, "?began=birth&goal=breathe")
    answer = main.one("section", css="answer")
    assert answer.texts("h2") == ["Please ask us"]
    assert "That does not mean that we cannot help" in answer.text and "/request/" in answer.links()
    assert main.one("form").fields() == {"began": ["birth"], "goal": ["breathe"]}


def test_answers_stay_out_of_search_engines(client: Client) -> None:
    assert client.get("/s/guide/").context["noindex"] is False
    assert client.get("/s/guide/?goal=smile").context["noindex"] is True


def test_the_starter_treatments_are_offered_at_the_right_time() -> None:
    windows = {
        page.data["title"]: page.data["windows"] for page in read(FOLDER).pages if "windows" in page.data
    }
    assert "months" in windows["Nerve transfer"]
    assert not {"days", "weeks", "months"} & {*windows["Gracilis muscle transfer"]}


@pytest.mark.parametrize(
    ("goal", "titles", "lead"),
    [
        (
            "close_eye",
            [
                "Eye protection",
                "Ocular plastic surgery",
                "Medicine for a new facial palsy",
                "Facial nerve repair",
            ],
            "eye_surgeon",
        ),
        (
            "tightness",
            ["Facial retraining therapy", "Botulinum toxin injections", "Selective neurectomy"],
            "therapist",
        ),
    ],
)
def test_the_starter_treatments_stand_in_the_order_of_care(goal: str, titles: list[str], lead: str) -> None:
    pages = [page.data for page in read(FOLDER).pages if goal in page.data.get("goals", [])]
    pages.sort(key=lambda data: (data["goals"].index(goal), data["kind"] == "procedure", data["position"]))
    assert [page["title"] for page in pages] == titles
    assert pages[0]["provided_by"][0] == lead


def test_saving_keeps_who_leads() -> None:
    boxes = Checkboxes(label="Given by")
    boxes.choices = [("surgeon", "Surgeon"), ("nurse", "Nurse"), ("therapist", "Therapist")]
    form = parse(boxes.render("provided_by", ["therapist", "surgeon"]).encode())
    assert [each.attributes["value"] for each in form.all("input")] == ["therapist", "surgeon", "nurse"]
    assert form.fields() == {"provided_by": ["therapist", "surgeon"]}
