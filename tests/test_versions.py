"""Versions of a page: everything is kept at every save, compared, and brought back."""

from __future__ import annotations

import datetime
from pathlib import Path as FilePath
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.test import Client

from appointments import roles
from services import starter, version_compare, versions
from services.models import (
    Fact,
    Location,
    OldAddress,
    OpeningHours,
    Page,
    PageText,
    PageVersion,
    Person,
    Point,
    SearchEntry,
    Source,
    Treatment,
)  # fmt: skip
from tests.content import add_clinic, add_facts, add_page, add_person, add_point, page_file, write_starter
from tests.editor_client import editor, form, name_of, save, screen, someone
from tests.html import parse
from tests.staff_client import as_

pytestmark = pytest.mark.django_db

NOT_KEPT = {
    "Page": {
        "id": "it names the row",
        "path": "it follows from parent and slug",
        "staff_edited_at": "how it came here, not what it says",
        "changed_at": "the version has a time of its own",
    },
    "Treatment": {"page_ptr": "it names the row"},
    "Person": {"page_ptr": "it names the row"},
    "Location": {"page_ptr": "it names the row"},
    "PageText": {"id": "it names the row", "page": "the document is the page's"},
    "Point": {"id": "it names the row", "page": "the document is the page's"},
    "Fact": {"id": "it names the row", "page": "the document is the page's"},
    "Source": {"id": "it names the row", "page": "the document is the page's"},
    "OpeningHours": {"id": "it names the row", "location": "the document is the page's"},
}
MODELS: list[type[models.Model]] = [
    Page, Treatment, Person, Location, PageText, Point, Fact, Source, OpeningHours,
]  # fmt: skip
ELSEWHERE = {"texts", "points", "facts", "sources", "hours", "children", "reviewed_pages", "people",
             "old_addresses", "search_entries", "versions", "treatment", "person", "location"}  # fmt: skip


@pytest.fixture
def pages() -> dict[str, Page]:
    """A page of each kind of table, two of each part."""
    add_clinic()
    add_page("/other/", "Other")
    place = add_page("/place/", "Place", kind="location", directions_url="https://maps.example.org/")
    place.hours.create(weekday=0, opens=datetime.time(8), closes=datetime.time(17))
    boss = add_person("/boss/", "Boss")
    text = add_page("/a/", "A", summary="Short.", body="One two three.", reviewer=boss, icon="eye")
    for heading in ("First", "Second"):
        add_point(text, heading, body="Words", link="/other/", goals=["smile"])
        text.sources.create(title=f"{heading} source", position=len(heading))
    add_facts(text, ("purpose", "To move"), ("limits", "Not all"))
    treatment = add_page("/t/", "T", kind="treatment", goals=["smile"], windows=["days"])
    return {"Page": text, "Treatment": treatment, "Person": boss, "Location": place}


def row_of(model: type[models.Model], pages: dict[str, Page]) -> models.Model:
    if model.__name__ in pages:
        return model._default_manager.get(pk=pages[model.__name__].pk)
    if model is OpeningHours:
        return OpeningHours.objects.get()
    return model._default_manager.filter(page=pages["Page"]).last()  # type: ignore[return-value]


def page_of(model: type[models.Model], pages: dict[str, Page]) -> Page:
    return pages[
        "Location" if model is OpeningHours else model.__name__ if model.__name__ in pages else "Page"
    ]


def other_value(field: models.Field[Any, Any], now: Any) -> Any:
    """Another value of that field, as the database may hold it."""
    if field.is_relation:
        found = field.related_model._default_manager.exclude(pk=now)  # type: ignore[union-attr]
        return found.order_by("-pk").values_list("pk", flat=True).first()
    if isinstance(field, ArrayField):
        codes = [code for code, _label in field.base_field.choices or [("fr", "")]]
        return [code for code in codes if code not in now][:1]
    if field.choices:
        return next(code for code, _label in field.flatchoices if code not in (now, ""))
    if isinstance(field, models.BooleanField):
        return not now
    if isinstance(field, models.DateTimeField):
        return datetime.datetime(2031, 2, 3, 4, 5, tzinfo=datetime.UTC)
    if isinstance(field, models.DateField):
        return datetime.date(2031, 2, 3)
    if isinstance(field, models.TimeField):
        return datetime.time(9, 30) if field.name == "opens" else datetime.time(18)
    if isinstance(field, models.IntegerField):
        return (now or 0) + 3
    special = {"language": "es", "phone": "216-555-0177", "time_zone": "America/Chicago", "state": "FL",
               "link": "/t/", "url": "https://example.org/", "spoken": "ar", "portrait": "portraits/x.jpg",
               "directions_url": "https://example.org/", "slug": "elsewhere"}  # fmt: skip
    return special.get(field.name, f"{now}x")


def kept_fields(model: type[models.Model]) -> list[Any]:
    own: list[Any] = [*model._meta.local_fields, *model._meta.local_many_to_many]
    return [field for field in own if field.name not in NOT_KEPT[model.__name__]]


def change(row: models.Model, field: Any) -> None:
    """In the database, past every check."""
    if field.many_to_many:
        getattr(row, field.name).set(field.related_model._default_manager.all())
        return
    value = other_value(field, getattr(row, field.attname))
    if isinstance(row, Point | Fact | Source) and field.name == "position":  # its place among the others
        type(row)._default_manager.exclude(pk=row.pk).update(position=5)
        value = 0
    type(row)._default_manager.filter(pk=row.pk).update(**{field.attname: value})


@pytest.mark.parametrize("model", MODELS)
def test_every_field_of_a_page_is_kept_and_comes_back(
    pages: dict[str, Page], model: type[models.Model]
) -> None:
    page = page_of(model, pages)
    first = versions.keep(page=page, actor="ann", action=PageVersion.Action.SAVED)
    assert first
    for field in kept_fields(model):
        sid = transaction.savepoint()
        change(row_of(model, pages), field)
        changed = versions.document(page)
        assert changed != first.document, f"{field} is not in the document: add it there, or say why not"
        assert version_compare.changed_fields(first.document, changed), f"a comparison does not show {field}"
        if field.name != "kind":
            versions.restore(version=first, actor="bob", place=True, publication=True)
            assert versions.document(page) == first.document, field
            assert [row[2] for row in kept(page)] == ["saved", "found", "restored"]
        transaction.savepoint_rollback(sid)


def test_no_part_of_a_page_is_forgotten() -> None:
    parts = {
        relation.get_accessor_name()
        for model in (Page, Treatment, Person, Location)
        for relation in model._meta.related_objects
        if relation.get_accessor_name()
    }
    expected = ELSEWHERE | {"update_set", "+"}
    assert parts <= expected, f"{parts - expected}: part of a page's document, or name it here"


def kept(page: Page) -> list[tuple[int, str, str]]:
    rows = PageVersion.objects.filter(page_id=page.pk).order_by("number")
    return [(row.number, row.saved_by, row.action) for row in rows]


def test_every_save_keeps_a_version_and_one_that_changes_nothing_keeps_none(pages: dict[str, Page]) -> None:
    page, ann = pages["Page"], editor()
    name = name_of(ann)
    assert save(ann, page, **{"texts-0-title": "Better", "points-0-heading": "Top"}).status_code == 302
    assert kept(page) == [(1, "", "found"), (2, name, "saved")]
    assert save(ann, page).status_code == 302
    assert len(kept(page)) == 2
    said = versions.newest(page.pk)
    assert said and said.document["words"]["en"]["title"] == "Better"
    assert said.document["words"]["en"]["points"][0]["heading"] == "Top"
    assert PageVersion.objects.get(number=1).document["words"]["en"]["title"] == "A"


def test_line_ends_as_browsers_send_them_are_no_change(pages: dict[str, Page]) -> None:
    page = pages["Page"]
    PageText.objects.filter(page=page).update(body="Two lines\n\nof text.\n")
    versions.catch_up(page)
    save(editor(), page, **{"texts-0-body": "Two lines\r\n\r\nof text."})
    assert len(kept(page)) == 1


def test_the_list_tells_who_when_and_what_and_the_comparison_which_words(pages: dict[str, Page]) -> None:
    page, ann = pages["Page"], editor()
    save(ann, page, **{"texts-0-body": "One three **four**."})
    listed = parse(ann.get(screen(page, "versions/")).content)
    rows = listed.one("tbody").all("tr")
    assert [row.one("th").text for row in rows] == ["2", "1"]
    assert name_of(ann) in rows[0].text and "saved: Text (Markdown)" in rows[0].text
    compared = parse(ann.get(screen(page, "versions/compare/?older=1&newer=2")).content)
    assert compared.one("div", id="content-main").texts("h2") == ["Text (Markdown)"]
    assert compared.texts("del") == ["[gone: two three. ]"]
    assert compared.texts("ins") == ["[new: three **four**. ]"]
    assert "One [gone: two" in compared.one("p", css="compared").text
    for wrong in ("?older=1&newer=9", "?older=x&newer=1", "", "?older=99999999999999999999&newer=1"):
        assert ann.get(screen(page, f"versions/compare/{wrong}")).status_code == 404


def restored(ann: Client, page: Page, number: int, **ticked: str) -> Any:
    where = screen(page, f"versions/{number}/")
    asked = parse(ann.get(where).content).one("form", css="restore").fields()
    return ann.post(where, {**asked, **ticked})


def test_a_restored_version_is_a_new_one_and_neither_moves_nor_publishes_the_page(
    pages: dict[str, Page],
) -> None:
    page, ann = pages["Page"], editor()
    save(ann, page, **{"texts-0-title": "Better", "slug": "b", "status": "archived", "position": "7"})
    assert parse(ann.get(screen(page, "versions/1/")).content).texts("ins")
    assert len(kept(page)) == 2, "a GET restores nothing"
    assert restored(ann, page, 1).status_code == 302
    page.refresh_from_db()
    assert (page.text.title, page.path, page.status, page.position) == ("A", "/b/", "archived", 7)
    assert kept(page)[2:] == [(3, name_of(ann), "restored")]
    assert page.staff_edited_at and LogEntry.objects.filter(object_id=str(page.pk)).count() == 2
    assert SearchEntry.objects.get(page=page).title == "A"
    restored(ann, page, 1, place="on", publication="on")
    page.refresh_from_db()
    assert (page.path, page.status, page.position) == ("/a/", "published", 100)
    assert set(OldAddress.objects.filter(page=page).values_list("path", flat=True)) == {"/b/"}


def test_what_a_version_named_and_is_gone_is_left_out_and_said(pages: dict[str, Page]) -> None:
    page, ann = pages["Page"], editor()
    save(ann, page, **{"texts-0-title": "Better"})
    Page.objects.get(path="/boss/").delete()
    answer = ann.post(screen(page, "versions/1/"), {"seen_version": "2"}, follow=True)
    assert "Not there any more, and left out: /boss/" in answer.content.decode()
    page.refresh_from_db()
    assert (page.text.title, page.reviewer) == ("A", None)


def test_a_reviewer_who_has_moved_is_found_by_the_old_address(pages: dict[str, Page]) -> None:
    page, boss = pages["Page"], pages["Person"]
    first = versions.keep(page=page, actor="", action=PageVersion.Action.SAVED)
    Page.objects.filter(pk=page.pk).update(reviewer=None)
    boss.slug = "chief"
    boss.save()
    assert first and versions.restore(version=first, actor="").missing == []
    page.refresh_from_db()
    assert page.reviewer_id == boss.pk


def test_who_saves_second_is_told_and_loses_nothing(pages: dict[str, Page]) -> None:
    page, ann, bob = pages["Page"], editor(), editor()
    bobs = form(bob, screen(page))
    save(ann, page, **{"texts-0-title": "Ann's"})
    told = save(bob, page, bobs, **{"texts-0-body": "Bob's long text."})
    assert told.status_code == 200
    document = parse(told.content)
    error = document.one("ul", css="nonfield")
    assert f"{name_of(ann)} has saved this page since you opened it" in error.text
    assert bob.get(error.links()[0]).status_code == 200
    page.refresh_from_db()
    assert (page.text.title, page.text.body) == ("Ann's", "One two three.")
    again = document.one("form", id="page_form").fields()
    assert again["texts-0-body"] == ["Bob's long text."]
    assert bob.post(screen(page), again).status_code == 302
    assert PageText.objects.get(page=page).body == "Bob's long text."
    assert [row[2] for row in kept(page)] == ["found", "saved", "saved"]


def test_a_row_that_was_removed_in_between_is_not_lost_to_who_is_writing_in_it(
    pages: dict[str, Page],
) -> None:
    page, ann, bob = pages["Page"], editor(), editor()
    bobs = form(bob, screen(page))
    save(ann, page, **{"points-0-DELETE": "on", "texts-0-title": "Ann's"})
    told = save(bob, page, bobs, **{"points-0-body": "Bob's words.", "points-1-heading": "Bob's second"})
    again = parse(told.content).one("form", id="page_form").fields()
    assert bob.post(screen(page), again).status_code == 302
    stored = page.points.order_by("heading").values_list("heading", "body")
    assert list(stored) == [("Bob's second", "Words"), ("First", "Bob's words.")]


def test_only_who_may_change_the_page_restores_and_who_may_see_it_reads(pages: dict[str, Page]) -> None:
    page = pages["Page"]
    save(editor(), page, **{"texts-0-title": "Better"})
    reader, desk = someone("view_page"), as_(roles.FRONT_DESK)
    assert reader.get(screen(page, "versions/")).status_code == 200
    assert reader.get(screen(page, "versions/compare/?older=1&newer=2")).status_code == 200
    for client in (reader, desk):
        assert client.get(screen(page, "versions/1/")).status_code == 403
        assert client.post(screen(page, "versions/1/"), {"seen_version": "2"}).status_code == 403
    assert desk.get(screen(page, "versions/")).status_code == 403
    assert PageText.objects.get(page=page).title == "Better"
    elsewhere = screen(page, "versions/", name="person")
    assert editor().get(elsewhere).status_code == 404


def test_what_the_set_up_loads_is_the_first_version(tmp_path: FilePath) -> None:
    folder = write_starter(tmp_path, {"en/a.md": page_file("A")})
    starter.load(folder)
    page = Page.objects.get(path="/a/")
    assert kept(page) == [(1, "", "loaded")]
    assert versions.document(page) == PageVersion.objects.get(page=page).document
    starter.load(folder)
    assert len(kept(page)) == 1
    (folder / "en/a.md").write_text(page_file("B"))
    starter.load(folder)
    assert [row[2] for row in kept(page)] == ["loaded", "loaded"]


def test_versions_outlive_their_page(pages: dict[str, Page]) -> None:
    page, ann = pages["Page"], editor()
    save(ann, page, **{"texts-0-title": "Better"})
    ann.post(screen(page, "delete/"), {"post": "yes"})
    assert not Page.objects.filter(pk=page.pk).exists()
    shown = ann.get(screen(page, "versions/")).content.decode()
    assert "This page was deleted." in shown and "/a/" in shown
    assert ann.get(screen(page, "versions/1/")).status_code == 404
    assert len(kept(page)) == 2


def test_a_version_that_todays_checks_refuse_is_not_restored_and_says_why(pages: dict[str, Page]) -> None:
    page = pages["Page"]
    first = versions.keep(page=page, actor="", action=PageVersion.Action.SAVED)
    assert first
    first.document["words"]["en"]["points"][1]["link"] = "javascript:alert(1)"
    with pytest.raises(versions.NotRestorable, match="Begin with / for a page of this site"):
        versions.restore(version=first, actor="")
    assert page.points.count() == 2 and len(kept(page)) == 1


def test_a_long_text_is_compared_in_little_time() -> None:
    old, new = "a b " * 30_000, "c d " * 30_000
    kinds = [segment.kind for segment in version_compare.compared(old, new)]
    assert kinds == ["gone", "new"]
    middle = version_compare.compared("x " * 500 + "old", "x " * 500 + "new")
    assert "…" in middle[0].text and len(middle[0].text) < 200


def test_thousands_of_equal_lines_are_compared_as_one_stretch() -> None:
    old, new = ["a\n"] * 8_000, ["a\n"] * 8_000
    old[10], new[7_000] = "b\n", "c\n"
    kinds = [segment.kind for segment in version_compare.compared("".join(old), "".join(new))]
    assert kinds == ["same", "gone", "new", "same"]
