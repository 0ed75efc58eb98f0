"""The treatment explorer: filters that are links, each with the number it would leave."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from services.models import Goal
from tests.content import add_facts, add_page
from tests.html import Element, parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def treatments() -> None:
    """A service with four treatments in two folders, one of them a draft; another service beside it."""
    add_page("/s/", "Facial paralysis", kind="service")
    add_page("/s/t/", "Treatments", kind="explorer", position=1)
    add_page("/s/o/", "Surgery", kind="comparison", position=2)
    early = ["days"]
    late = ["months", "years"]
    treatment("/s/t/early/", "Early medicine", ["close_eye", "smile"], early, "medicine", position=1)
    training = treatment("/s/t/training/", "Training", ["smile", "speak"], late, "retraining", position=2)
    add_facts(training, ("limits", "Some"), ("when_used", "When *movement* returns"), ("purpose", "To move"))
    treatment("/s/o/transfer/", "Muscle transfer", ["smile"], ["years"], "surgery", kind="procedure")
    treatment("/s/o/draft/", "Draft", ["smile"], ["years"], "surgery", kind="procedure", status="draft")
    add_page("/k/", "Skull base", kind="service")
    add_page("/k/t/", "All of it", kind="explorer")
    treatment("/k/t/knife/", "Gamma knife", ["even"], [], "surgery")


def treatment(path: str, title: str, goals: list[str], windows: list[str], sort: str, **fields: Any) -> Any:
    given = {"kind": "treatment", "goals": goals, "windows": windows, "treatment_kind": sort, **fields}
    return add_page(path, title, **given)


def explored(client: Client, query: str = "", path: str = "/s/t/") -> Element:
    answer = client.get(path + query)
    assert answer.status_code == 200
    return parse(answer.content)


def found(document: Element) -> tuple[str, list[str]]:
    """The words of how many, and their titles."""
    results = document.one("ul", css="results")
    return document.one("h2", id="number").text, results.texts("h3")


def filters(document: Element) -> dict[str, dict[str, str]]:
    """Each question's answers with their numbers."""
    lists = document.one("nav", css="facets").all("ul")
    return {
        each.attributes["aria-label"]: {label_of(row): number_of(row) for row in each.all("li")}
        for each in lists
    }


def number_of(row: Element) -> str:
    return row.one("span", css="count").one("span", **{"aria-hidden": "true"}).text


def label_of(row: Element) -> str:
    return row.text.removesuffix(row.one("span", css="count").text).strip()


def link(document: Element, label: str) -> Element:
    (row,) = [row for row in document.one("nav", css="facets").all("li") if label_of(row) == label]
    return row.one("a")


@pytest.mark.usefixtures("treatments")
def test_all_published_treatments_of_the_service_are_there_and_none_of_another(client: Client) -> None:
    document = explored(client)
    assert found(document) == ("All 3 treatments", ["Early medicine", "Training", "Muscle transfer"])
    assert document.one("ul", css="results").links() == ["/s/t/early/", "/s/t/training/", "/s/o/transfer/"]
    assert found(explored(client, path="/k/t/")) == ("1 treatment", ["Gamma knife"])


@pytest.mark.usefixtures("treatments")
def test_each_filter_says_how_many_it_would_leave(client: Client) -> None:
    assert filters(explored(client)) == {
        "What you want": {"Close my eye": "1", "Smile": "3", "Speak clearly": "1"},
        "When it began": {"Up to 3 days": "1", "3 to 12 months": "1", "More than 2 years": "2"},
        "Kind of treatment": {"Medicine": "1", "Retraining": "1", "Surgery": "1"},
    }
    chosen = filters(explored(client, "?began=years"))
    assert chosen["What you want"] == {"Close my eye": "0", "Smile": "2", "Speak clearly": "1"}
    assert chosen["When it began"] == {"Up to 3 days": "1", "3 to 12 months": "1", "More than 2 years": "2"}


@pytest.mark.usefixtures("treatments")
@pytest.mark.parametrize("label", ["Close my eye", "Smile", "3 to 12 months", "Surgery"])
def test_a_filter_keeps_its_promise(client: Client, label: str) -> None:
    document = explored(client, "?kind=retraining" if label == "Smile" else "")
    asked = link(document, label)
    followed = explored(client, asked.attributes["href"].removeprefix("/s/t/"))
    assert str(len(found(followed)[1])) == number_of(asked)


@pytest.mark.usefixtures("treatments")
def test_choices_add_up_in_one_address_and_can_be_taken_away(client: Client) -> None:
    document = explored(client, "?kind=retraining&goal=smile&stray=1")
    assert found(document) == ("1 of 3 fits what you chose", ["Training"])
    assert link(document, "3 to 12 months").attributes["href"] == (
        "/s/t/?goal=smile&began=months&kind=retraining#found"
    )
    marked = document.one("nav", css="facets").all("a", **{"aria-current": "true"})
    assert [(each.attributes["href"], len(each.all("svg"))) for each in marked] == [
        ("/s/t/?kind=retraining#found", 1),
        ("/s/t/?goal=smile#found", 1),
    ]
    chosen = document.one("ul", css="chosen")
    assert chosen.texts("li") == ["Take away: Smile", "Take away: Retraining", "Clear all"]
    assert chosen.links() == ["/s/t/?kind=retraining#found", "/s/t/?goal=smile#found", "/s/t/#found"]
    assert document.one("title").text == "Smile, Retraining: Treatments"
    assert document.texts("summary")[-3:] == [
        "What you want Smile", "When it began Any", "Kind of treatment Retraining",
    ]  # fmt: skip


@pytest.mark.usefixtures("treatments")
def test_where_nothing_fits_the_way_on_is_shown(client: Client) -> None:
    document = explored(client, "?goal=speak&began=days")
    assert found(document) == ("Nothing fits all that you chose", [])
    way = document.one("div", css="callout")
    assert way.texts("li") == ["Without “Speak clearly”: 1 result", "Without “Up to 3 days”: 1 result"]
    assert way.links() == ["/s/t/?began=days#found", "/s/t/?goal=speak#found", "/request/"]


@pytest.mark.usefixtures("treatments")
@pytest.mark.parametrize(
    "query", ["?goal=<b>&kind=surgery", "?goal=Smile&kind=surgery", "?goal=%ff&kind=surgery"]
)
def test_an_unknown_choice_is_left_out_and_said(client: Client, query: str) -> None:
    document = explored(client, query)
    assert found(document) == ("1 of 3 fits what you chose", ["Muscle transfer"])
    assert "We left out a choice that this page does not know." in document.one("div", css="found").text
    assert "We left out" not in explored(client, "?goal=&kind=surgery").text


@pytest.mark.usefixtures("treatments")
def test_in_the_first_days_the_advice_to_be_seen_today_comes_first(client: Client) -> None:
    main = explored(client, "?began=days").one("main")
    headings = [each.text for each in main.all() if each.tag in ("h1", "h2")]
    assert headings[:3] == ["Treatments", "Be seen today", "1 of 3 fits what you chose"]
    assert "tel:911" in main.links()
    assert "Be seen today" not in explored(client, "?began=years").text


@pytest.mark.usefixtures("treatments")
@pytest.mark.parametrize(
    ("query", "box"),
    [
        ("?goal=close_eye&began=years", "Is your eye safe today?"),
        ("?goal=smile&began=months", "Does nothing move? Ask now"),
    ],
)
def test_what_cannot_wait_is_said_first(client: Client, query: str, box: str) -> None:
    headings = [each.text for each in explored(client, query).one("main").all() if each.tag in ("h1", "h2")]
    assert headings[:2] == ["Treatments", box]
    assert box not in explored(client, "?goal=smile&began=years").text


@pytest.mark.usefixtures("treatments")
def test_what_is_first_of_all_for_the_goal_comes_first_and_the_rest_keeps_its_order(client: Client) -> None:
    assert found(explored(client, "?goal=smile"))[1] == ["Training", "Muscle transfer", "Early medicine"]


@pytest.mark.usefixtures("treatments")
def test_a_result_says_what_it_is_for_and_when(client: Client) -> None:
    card = explored(client).one("ul", css="results").all("li")[1]
    assert card.texts("p")[-1] == "Retraining Helps with: Smile, Speak clearly"
    assert (card.texts("dt"), card.texts("dd")) == (["When it is used"], ["When movement returns"])


@pytest.mark.usefixtures("treatments")
def test_search_engines_keep_only_the_page_with_nothing_chosen(client: Client) -> None:
    assert client.get("/s/t/").context["noindex"] is False
    assert client.get("/s/t/?goal=smile").context["noindex"] is True


def test_every_goal_can_be_chosen_and_a_question_without_a_difference_is_not_asked(client: Client) -> None:
    add_page("/t/", "Treatments", kind="explorer")
    for code in Goal.values:
        treatment(f"/t/{code.replace('_', '-')}/", code, [code], ["birth"], "medicine")
    assert filters(explored(client, path="/t/")) == {"What you want": {str(goal.label): "1" for goal in Goal}}


@pytest.mark.usefixtures("treatments")
def test_more_treatments_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(30) as before:
        explored(client)
    for number in range(5):
        add_facts(treatment(f"/s/t/t{number}/", "T", ["even"], ["days"], "medicine"), ("when_used", "Soon"))
    with django_assert_max_num_queries(len(before)):
        assert found(explored(client))[0] == "All 8 treatments"
