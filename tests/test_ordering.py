"""The order of pages: moved by buttons without a script, saved as a whole with one; nothing lost."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from appointments import roles
from services import ordering
from services.models import Page
from tests.content import add_clinic, add_page
from tests.editor_client import editor, someone
from tests.html import parse
from tests.staff_client import as_

pytestmark = pytest.mark.django_db


@pytest.fixture
def above() -> Page:
    add_clinic()
    above: Page = add_page("/a/", "A")
    for name in ("one", "two", "three"):
        add_page(f"/a/{name}/", name.capitalize())
    return above


def names() -> list[str]:
    return [page.slug for page in Page.objects.filter(parent__slug="a").order_by("position", "path")]


def where(above: Page) -> str:
    return f"/staff/services/page/order/{above.pk}/"


def form(client: Client, address: str) -> dict[str, Any]:
    return parse(client.get(address).content).one("form", id="order").fields()


def key(slug: str) -> str:
    return str(Page.objects.get(slug=slug).pk)


def test_buttons_move_a_page_without_a_script(above: Page) -> None:
    ann = editor()
    assert names() == ["one", "three", "two"]
    for button, slug, after in [
        ("up", "two", ["one", "two", "three"]),
        ("down", "one", ["two", "one", "three"]),
        ("down", "three", ["two", "one", "three"]),
        ("up", "two", ["two", "one", "three"]),
    ]:
        answer = ann.post(where(above), {**form(ann, where(above)), button: key(slug)})
        assert (answer.status_code, names()) == (302, after), (button, slug)
    assert Page.objects.get(slug="one").staff_edited_at


def test_a_whole_order_is_saved_at_once_and_is_what_readers_see(above: Page) -> None:
    ann = editor()
    Page.objects.filter(pk=above.pk).update(kind="list")
    wanted = [key("three"), key("one"), key("two")]
    ann.post(where(above), {**form(ann, where(above)), "order": wanted, "save": "1"})
    assert names() == ["three", "one", "two"]
    shown = [link for link in parse(ann.get("/a/").content).one("main").links() if link.startswith("/a/")]
    assert list(dict.fromkeys(shown)) == ["/a/three/", "/a/one/", "/a/two/"]


def test_of_two_editors_at_once_the_second_is_told_and_the_first_keeps_the_order(above: Page) -> None:
    ann, bob = editor(), editor()
    bobs = form(bob, where(above))
    ann.post(where(above), {**form(ann, where(above)), "up": key("two")})
    told = bob.post(where(above), {**bobs, "up": key("three")})
    assert told.status_code == 409
    assert "Somebody else has changed this order in between." in told.content.decode()
    assert names() == ["one", "two", "three"]
    assert parse(told.content).one("form", id="order").fields()["order"] == [
        key("one"), key("two"), key("three"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "sent", [{"order": "1,2"}, {"up": "x"}, {"down": "0"}, {"seen": ""}, {"order": "9" * 30}]
)
def test_what_no_form_sends_changes_nothing(above: Page, sent: dict[str, str]) -> None:
    ann = editor()
    assert ann.post(where(above), {**form(ann, where(above)), **sent}).status_code == 409
    assert names() == ["one", "three", "two"]


def test_the_menu_has_an_order_and_its_pages_keep_their_places_among_others(above: Page) -> None:
    ann, menu = editor(), "/staff/services/page/order/menu/"
    for slug, position in [("x", 10), ("y", 20), ("z", 30)]:
        add_page(f"/{slug}/", slug.upper(), in_menu=slug != "y", position=position)
    ann.post(menu, {**form(ann, menu), "up": key("z")})
    assert {page.slug: page.position for page in Page.objects.filter(slug__in="xyz")} == {
        "z": 10, "y": 20, "x": 30,
    }  # fmt: skip


def test_the_highest_positions_leave_room() -> None:
    pages = [add_page(f"/{slug}/", slug, position=32767) for slug in "abc"]
    keys = [page.pk for page in pages]
    ordering.reorder(pages=Page.objects.filter(parent=None), seen=keys, wanted=keys[::-1])
    ordered = Page.objects.filter(parent=None).order_by("position")
    assert [page.slug for page in ordered] == ["c", "b", "a"]


def test_who_may_not_change_pages_sees_the_order_and_moves_nothing(above: Page) -> None:
    reader, desk = someone("view_page"), as_(roles.FRONT_DESK)
    assert parse(reader.get(where(above)).content).all("button", name="up") == []
    sent = {**form(reader, where(above)), "up": key("two")}
    assert reader.post(where(above), sent).status_code == 403
    assert desk.get(where(above)).status_code == desk.post(where(above), sent).status_code == 403
    assert names() == ["one", "three", "two"]
    for nothing in ("999999", "9" * 30, "nowhere"):
        assert editor().get(f"/staff/services/page/order/{nothing}/").status_code == 404
