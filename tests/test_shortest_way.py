"""The shortest way through: an adult, for themselves, in person, answered by e-mail, nothing special."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.builders import posted
from tests.html import Element, parse
from tests.patient_client import text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]

NAME = posted()["patient"]["patient_name"]
QUESTIONS_AT_MOST = 20
WORDS_AT_MOST = 450
SHORTEST = {
    "visit_type": "in_person", "state": "", "times": [], "tried": "", "easier": "", "speaking_hard": False,
}  # fmt: skip


def shortest_pages() -> Iterator[tuple[str, Element]]:
    """The main part of each page as it is first shown, with the answers of the shortest way chosen."""
    client = Client()
    for name, form in posted(**SHORTEST).items():
        main = parse(text(client.get(f"/request/{name}/"))).one("main")
        choose(main, form)
        hide(main)
        yield name, main
        client.post(f"/request/{name}/", form)
    main = parse(text(client.get("/request/check/"))).one("main")
    hide(main)
    yield "check", main


def choose(page: Element, form: dict[str, Any]) -> None:
    for box in page.all("input"):
        said = form.get(box.attributes.get("name", ""), [])
        if box.attributes.get("value") in (said if isinstance(said, list) else [said]):
            box.attributes["checked"] = ""


def hide(element: Element) -> None:
    """Take away what is not seen: closed folds, what another answer reveals, words for screen readers only,
    the patient's own answers."""
    kept: list[Element | str] = []
    for child in element.children:
        if isinstance(child, Element):
            if unseen(child) or is_unchosen_box(child, kept):
                continue
            if child.tag == "details" and "open" not in child.attributes:
                child.children = [child.one("summary")]
            hide(child)
        kept.append(child if isinstance(child, Element) else child.replace(NAME, ""))
    element.children = kept


def unseen(element: Element) -> bool:
    classes = set(element.attributes.get("class", "").split())
    return (
        bool(classes & {"vh", "reveal"})
        or element.tag in ("dd", "script", "option")
        or "hidden" in element.attributes
    )


def is_unchosen_box(element: Element, before: list[Element | str]) -> bool:
    """The boxes of an answer are seen while it is the one chosen."""
    if element.attributes.get("class") != "boxes":
        return False
    answer = [sibling for sibling in before if isinstance(sibling, Element)][-1]
    return not answer.all("input", checked="")


def questions(page: Element) -> list[str]:
    """What stands on its own: a group of answers, or a label outside of one."""
    found = []
    for child in page.children:
        if isinstance(child, str):
            continue
        if child.tag in ("fieldset", "label"):
            found.append((child.texts("legend") or [child.text])[0])
        else:
            found += questions(child)
    return found


def test_it_is_short() -> None:
    pages = dict(shortest_pages())
    asked = [question for page in pages.values() for question in questions(page)]
    words = {name: len(page.text.split()) for name, page in pages.items()}
    assert len(asked) <= QUESTIONS_AT_MOST, asked
    assert sum(words.values()) <= WORDS_AT_MOST, (sum(words.values()), words)


def test_the_count_sees_what_a_patient_sees() -> None:
    pages = dict(shortest_pages())
    assert list(pages) == ["safety", "start", "eye", "signs", "wishes", "patient", "contact", "check"]
    assert len(questions(pages["contact"])) == 1
    assert "E-mail address" in pages["contact"].text and "Phone number" not in pages["contact"].text
    assert "Zoë" not in pages["check"].text
