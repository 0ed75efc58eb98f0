"""Which part of our team: two answers lead to roles, people and pages."""

from typing import Any

import pytest
from django.test import Client

from tests.content import add_page, add_person
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def team() -> None:
    add_page("/s/", "Facial paralysis", kind="service")
    add_page("/s/guide/", "Which part of our team?", kind="guide", body="We keep nothing.")
    add_page("/s/t/", "Treatments", kind="list")
    treatment("/s/t/medicine/", "Early medicine", ["smile", "close_eye"], ["days"], ["physician"])
    treatment("/s/t/training/", "Training", ["smile"], ["years"], ["therapist"])
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


def test_the_roles_that_give_most_of_what_fits_come_first_with_their_people_and_pages(client: Client) -> None:
    main = guide(client, "?began=years&goal=smile")
    assert main.one("form").fields() == {"began": ["years"], "goal": ["smile"]}
    answer = main.one("section", css="answer")
    assert answer.one("h2").text == "Who can help you"
    roles = answer.all("section")
    assert roles[0].text == (
        "Facial retraining therapist Gives 2 of the treatments below EK Eve Kim, PT MR Max Roe, PT"
    )
    assert roles[1].text == (
        "Facial plastic surgeon Gives 1 of the treatments below AL Ann Lee, MD Operates."
    )
    assert roles[2].texts("h3") == ["What you can read now"]
    assert roles[2].links() == ["/s/t/training/", "/s/t/transfer/"]
    assert "/request/" in answer.links() and "tel:911" not in answer.links()


def test_in_the_first_days_what_to_do_today_is_said_before_anything_else(client: Client) -> None:
    answer = guide(client, "?began=days&goal=close_eye").one("section", css="answer")
    assert answer.texts("h2") == ["Be seen today", "Who can help you"]
    assert answer.texts("h3") == ["Physician", "What you can read now"]
    assert "tel:911" in answer.links()


@pytest.mark.parametrize(
    ("query", "open_question", "roles"),
    [
        ("?began=days", "What matters most to you?", ["Physician"]),
        ("?goal=close_eye&began=", "When did it begin?", ["Physician"]),
        ("?goal=any&began=lately", "When did it begin?", [
            "Facial retraining therapist", "Physician", "Facial plastic surgeon",
        ]),
    ],
)  # fmt: skip
def test_half_an_answer_is_an_answer(
    client: Client, query: str, open_question: str, roles: list[str]
) -> None:
    answer = guide(client, query).one("section", css="answer")
    assert f"You left this open: “{open_question}”" in answer.text
    assert answer.texts("h3") == [*roles, "What you can read now"]
    assert ("We left out an answer" in answer.text) == ("lately" in query)


def test_who_cannot_say_is_shown_the_whole_team(client: Client) -> None:
    main = guide(client, "?began=any&goal=any")
    assert main.one("form").fields() == {"began": ["any"], "goal": ["any"]}
    assert len(main.one("section", css="answer").all("section")) == 4
    assert "left this open" not in main.text


@pytest.mark.parametrize("query", ["?began=&goal=", "?began=<b>", "?goal=x"])
def test_without_an_answer_one_is_asked_for(client: Client, query: str) -> None:
    answer = guide(client, query).one("section", css="answer")
    assert answer.one("h2").text == "Please answer one question"
    assert not answer.all("h3")


def test_where_nothing_fits_a_person_is_offered(client: Client) -> None:
    main = guide(client, "?began=birth&goal=breathe")
    answer = main.one("section", css="answer")
    assert answer.texts("h2") == ["Please ask us"]
    assert "That does not mean that we cannot help" in answer.text and "/request/" in answer.links()
    assert main.one("form").fields() == {"began": ["birth"], "goal": ["breathe"]}


def test_answers_stay_out_of_search_engines(client: Client) -> None:
    assert client.get("/s/guide/").context["noindex"] is False
    assert client.get("/s/guide/?goal=smile").context["noindex"] is True
