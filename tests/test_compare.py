"""Procedures side by side: the reader's two or three, or all."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from services.models import Source
from tests.content import add_facts, add_page
from tests.html import Element, parse

pytestmark = pytest.mark.django_db

LETTERS = "abcd"


@pytest.fixture(autouse=True)
def procedures() -> None:
    add_page("/s/", "Surgery", kind="comparison")
    for position, letter in enumerate(LETTERS):
        page = add_page(
            f"/s/{letter}/", f"Procedure {letter}", "procedure", position=position, summary=f"In {letter}"
        )
        add_facts(page, ("limits", f"Not *all* of {letter}"), ("purpose", f"For {letter}"))
        Source.objects.create(page=page, title=f"Study {letter}", url=f"https://{letter}.example.org")
    add_page("/s/draft/", "Draft", "procedure", status="draft")


def compared(client: Client, query: str = "") -> Element:
    answer = client.get(f"/s/{query}")
    assert answer.status_code == 200
    return parse(answer.content).one("main")


def ticked(main: Element) -> list[str]:
    sent: list[str] = main.one("form").fields().get("compare", [])
    return sent


def columns(main: Element) -> list[str]:
    return main.one("table", css="few").one("thead").texts("th")


def leads_to_a_tick_box(main: Element, words: str) -> bool:
    (link,) = [each for each in main.all("a") if each.text == words]
    return main.one(id=link.attributes["href"].removeprefix("#")).attributes["type"] == "checkbox"


def test_without_a_choice_each_procedure_can_be_ticked_and_read_about(client: Client) -> None:
    main = compared(client)
    assert not main.all("table") and ticked(main) == []
    form = main.one("form")
    assert form.one("legend").text == "Choose up to 3 to compare"
    assert form.texts("label") == [f"Procedure {letter}" for letter in LETTERS]
    assert form.texts("div", css="hint") == [f"In {letter}" for letter in LETTERS]
    assert form.links() == [*(f"/s/{letter}/" for letter in LETTERS), "/s/?compare=all#compare"]
    assert form.all("a")[-1].text == "Compare all 4"


def test_two_stand_side_by_side_question_by_question(client: Client) -> None:
    main = compared(client, "?compare=c&compare=a")
    assert (columns(main), ticked(main)) == (["Procedure a", "Procedure c"], ["a", "c"])
    rows = main.one("table", css="few").one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == [
        "What it is for", "When it is used", "What is moved or changed", "Stay and recovery",
        "When results show", "What it does not do", "Read more", "Sources",
    ]  # fmt: skip
    assert rows[0].texts("td") == ["For a", "For c"]
    assert rows[1].texts("td") == ["Not stated", "Not stated"]
    assert rows[5].texts("td") == ["Not all of a", "Not all of c"]
    assert [cell.attributes["data-label"] for cell in rows[5].all("td")] == ["Procedure a", "Procedure c"]
    assert rows[6].links() == ["/s/a/", "/s/c/"]
    assert rows[7].links() == ["https://a.example.org", "https://c.example.org"]


def test_more_than_three_show_the_first_three_and_keep_every_tick(client: Client) -> None:
    main = compared(client, "?compare=d&compare=c&compare=b&compare=a")
    assert columns(main) == ["Procedure a", "Procedure b", "Procedure c"]
    assert ticked(main) == ["a", "b", "c", "d"]
    assert "You chose 4." in main.text and "here are the first 3" in main.text
    assert leads_to_a_tick_box(main, "Go to the tick boxes")


@pytest.mark.parametrize(
    ("query", "kept"), [("?compare=b", ["b"]), ("?compare=draft", []), ("?compare=<b>", []), ("?show=1", [])]
)
def test_fewer_than_two_are_asked_for_one_more(client: Client, query: str, kept: list[str]) -> None:
    main = compared(client, query)
    assert not main.all("table") and ticked(main) == kept
    assert main.one("h2", id="compare").text == "Tick 2 or 3 procedures"
    assert leads_to_a_tick_box(main, "Go to the tick boxes")
    assert ("We left out a choice" in main.text) == ("draft" in query or "<b>" in query)


def test_an_unknown_one_is_left_out_of_the_comparison(client: Client) -> None:
    main = compared(client, "?compare=b&compare=x&compare=a")
    assert columns(main) == ["Procedure a", "Procedure b"]
    assert "We left out a choice" in main.text


def test_all_stand_in_one_table_the_procedures_down_the_questions_across(client: Client) -> None:
    table = compared(client, "?compare=all").one("table", css="compare")
    head = table.one("thead").texts("th")
    assert (head[0], head[1], head[-1], len(head)) == (
        "Procedure", "What it is for", "What it does not do", 7,
    )  # fmt: skip
    rows = table.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == [f"Procedure {letter}" for letter in LETTERS]
    assert rows[0].texts("td") == ["For a", *["Not stated"] * 4, "Not all of a"]
    assert table.links() == [f"/s/{letter}/" for letter in LETTERS]


def test_a_choice_stays_out_of_search_engines(client: Client) -> None:
    found: dict[str, Any] = {
        query: client.get(f"/s/{query}").context["noindex"] for query in ("", "?compare=a")
    }
    assert found == {"": False, "?compare=a": True}


def test_more_columns_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(30) as at_two:
        compared(client, "?compare=a&compare=b")
    with django_assert_max_num_queries(len(at_two)):
        compared(client, "?compare=a&compare=b&compare=c")
