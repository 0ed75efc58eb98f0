"""Preview: the real page, before the public sees it, and nothing of it stored."""

from __future__ import annotations

import io
from pathlib import Path as FilePath
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from appointments import roles
from services.models import OldAddress, Page, PageText, PageVersion, Person, SearchEntry
from tests.content import add_clinic, add_page, add_person, add_point
from tests.editor_client import editor, form, screen, someone
from tests.html import parse
from tests.staff_client import as_

pytestmark = pytest.mark.django_db


@pytest.fixture
def page() -> Page:
    add_clinic()
    page: Page = add_page("/a/", "A", body="Old words.", status="draft")
    add_point(page, "A point")
    return page


def everything() -> list[Any]:
    models = (Page, PageText, PageVersion, OldAddress, SearchEntry, LogEntry, Person)
    return [list(model.objects.order_by("pk").values()) for model in models]


def test_the_form_is_shown_as_the_page_and_nothing_is_stored(page: Page) -> None:
    ann, before = editor(), everything()
    fields = form(ann, screen(page))
    changes = {
        "texts-0-title": "Better",
        "texts-0-body": "*New* words.",
        "slug": "b",
        "points-0-heading": "P",
    }
    answer = ann.post(screen(page), {**fields, **changes, "_preview": "en"})
    assert answer.status_code == 200
    shown = parse(answer.content)
    assert shown.one("h1").text == "Better" and "New words." in shown.one("main").text
    assert "Nothing is saved" in shown.one("aside", css="preview-bar").text
    assert "no-store" in answer.headers["Cache-Control"]
    assert everything() == before
    assert "messagelist" not in ann.get(screen(page)).content.decode()


def test_a_page_that_is_not_there_yet_is_shown_too(page: Page) -> None:
    ann, before = editor(), everything()
    where = "/staff/services/page/add/"
    words = {"slug": "new", "kind": "article", "texts-0-language": "en", "texts-0-title": "A new one"}
    answer = ann.post(where, {**form(ann, where), **words, "_preview": "en"})
    assert parse(answer.content).one("h1").text == "A new one"
    assert everything() == before


def test_a_mistake_is_told_instead_of_a_preview(page: Page) -> None:
    ann = editor()
    answer = ann.post(screen(page), {**form(ann, screen(page)), "texts-0-title": "", "_preview": "en"})
    assert answer.status_code == 422
    shown = parse(answer.content)
    assert shown.one("ul", css="mistakes").texts("li") == ["Text 1: Title: This field is required."]
    assert "Close this tab" in shown.one("div", id="content-main").text
    assert not shown.all("form", id="page_form")


def test_who_may_not_change_a_page_previews_no_changes(page: Page) -> None:
    reader = someone("view_page")
    assert reader.post(screen(page), {"_preview": "en"}).status_code == 403
    assert parse(reader.get(screen(page)).content).all("button", name="_preview") == []


def test_a_stored_draft_is_shown_to_staff_who_may_see_pages_and_to_nobody_else(page: Page) -> None:
    where = screen(page, "preview/")
    answer = someone("view_page").get(where)
    shown = parse(answer.content)
    assert (answer.status_code, shown.one("h1").text) == (200, "A")
    assert "status: draft" in shown.one("aside", css="preview-bar").text
    assert "no-store" in answer.headers["Cache-Control"]
    assert as_(roles.FRONT_DESK).get(where).status_code == 403
    public = Client()
    assert public.get("/a/").status_code == 404
    assert public.get(where).headers["Location"].startswith("/staff/login/")
    assert editor().get(screen(page, "preview/", name="person")).status_code == 404
    Page.objects.update(status="published")
    assert "preview" not in public.get("/a/").content.decode().lower()


def test_a_page_without_words_says_so(page: Page) -> None:
    page.texts.all().delete()
    answer = editor().get(screen(page, "preview/"))
    assert answer.status_code == 422 and "Give it a title first" in answer.content.decode()


def test_a_portrait_is_not_stored_for_a_preview(page: Page, settings: Any, tmp_path: FilePath) -> None:
    settings.MEDIA_ROOT = tmp_path
    person, ann, picture = add_person("/jane/", "Jane"), editor(), io.BytesIO()
    Image.new("RGB", (400, 400), "teal").save(picture, "JPEG")
    fields = form(ann, screen(person, name="person"), "person")
    upload = SimpleUploadedFile("jane.jpg", picture.getvalue(), "image/jpeg")
    answer = ann.post(screen(person, name="person"), {**fields, "portrait": upload, "_preview": "en"})
    assert (answer.status_code, parse(answer.content).one("h1").text) == (200, "Jane")
    assert list(tmp_path.rglob("*.*")) == [] and not Person.objects.get().portrait
