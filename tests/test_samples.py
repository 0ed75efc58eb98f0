"""Sample content: listed whole, removed in one step or kept as the clinic's own, and never loaded again."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from appointments import roles
from services import starter
from services.models import Clinic, Page, PageVersion, Person, SearchEntry, SearchPhrase, Term, Update
from tests.content import add_page, page_file, write_starter
from tests.editor_client import editor, someone
from tests.html import Element, parse
from tests.staff_client import as_

pytestmark = pytest.mark.django_db
SAMPLES = "/staff/services/page/samples/"
FILES = {
    "en/team.md": page_file("Team", kind="list"),
    "en/team/jane.md": page_file("Jane", kind="person", role="surgeon"),
    "en/care.md": page_file("Care", reviewer="/team/jane/"),
    "en/care/eyes.md": page_file("Eyes"),
    "updates.yaml": (
        "- key: closed\n  level: information\n  starts_at: 2026-01-01T00:00:00-05:00\n  sitewide: true\n"
        "  en: {title: Closed, body: We are closed.}\n"
    ),
    "glossary.yaml": "- key: synkinesis\n  en: {word: synkinesis, meaning: Unwanted movement.}\n",
    "search.yaml": "- key: droop\n  kind: synonym\n  en: {words: [face droop], means: paralysis}\n",
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: FilePath) -> FilePath:
    folder = write_starter(tmp_path, FILES)
    starter.load(folder)
    return folder


def document(client: Client) -> Element:
    answer = client.get(SAMPLES)
    assert answer.status_code == 200
    return parse(answer.content)


def fields(client: Client) -> dict[str, Any]:
    return document(client).one("div", id="content-main").one("form").fields()


def test_all_that_is_marked_is_listed_by_its_name_and_ticked(folder: FilePath) -> None:
    shown = document(editor()).one("div", id="content-main")
    assert set(shown.texts("legend")) == {
        "Clinic (1)", "Pages (5)", "Important updates (1)", "Glossary words (1)", "Search phrases (1)",
    }  # fmt: skip
    names = set(shown.texts("label"))
    assert {"Erie & Gulf Clinic", "Jane (/team/jane/)", "Eyes (/care/eyes/)", "Closed"} <= names
    unticked = [
        row.one("label").text for row in shown.all("li") if "checked" not in row.one("input").attributes
    ]
    assert sorted(unticked) == ["Erie & Gulf Clinic", "Home (/)"]


def test_the_ticked_ones_go_in_one_step_and_are_never_loaded_again(
    folder: FilePath, settings: Any, tmp_path: FilePath, django_capture_on_commit_callbacks: Any
) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"
    for name in ("portraits/x.jpg", "portraits/x-50-35-160.jpg", "portraits/y.jpg"):
        default_storage.save(name, ContentFile(b"x"))
    Person.objects.update(portrait="portraits/x.jpg")
    ann = editor()
    with django_capture_on_commit_callbacks(execute=True):
        answer = ann.post(SAMPLES, {**fields(ann), "sure": "yes", "remove": "1"}, follow=True)
    assert "7 samples are removed." in answer.content.decode()
    assert [page.path for page in Page.objects.all()] == ["/"]
    assert Clinic.objects.exists() and not (Update.objects.exists() or Term.objects.exists())
    assert not SearchPhrase.objects.exists()
    assert [entry.title for entry in SearchEntry.objects.all()] == ["Home"]
    assert default_storage.listdir("portraits")[1] == ["y.jpg"]
    assert LogEntry.objects.filter(object_repr="Jane (/team/jane/)").count() == 1
    starter.load(folder)
    assert [page.path for page in Page.objects.all()] == ["/"] and not Term.objects.exists()


def test_what_something_else_needs_stays_and_says_why(folder: FilePath) -> None:
    add_page("/care/ours/", "Ours")
    ann = editor()
    told = document(ann).one("div", id="content-main").text
    assert "Care (/care/) Cannot be removed. Pages below it stay." in told
    every = [each.attributes["value"] for each in document(ann).all("input", name="sample")]
    answer = ann.post(SAMPLES, {"sample": every, "sure": "yes", "remove": "1"}, follow=True).content.decode()
    assert sorted(page.path for page in Page.objects.all()) == ["/", "/care/", "/care/ours/"]
    for reason in ("Every site has a home page", "Every page names the clinic", "Pages below it stay."):
        assert reason in answer


def test_a_page_stays_while_one_below_it_is_not_ticked(folder: FilePath) -> None:
    ann = editor()
    eyes = f"page:{Page.objects.get(path='/care/eyes/').pk}"
    chosen = [key for key in fields(ann)["sample"] if key != eyes]
    ann.post(SAMPLES, {"sample": chosen, "sure": "yes", "remove": "1"})
    assert {page.path for page in Page.objects.all()} == {"/", "/care/", "/care/eyes/"}


def test_nothing_goes_without_the_word_that_one_is_sure(folder: FilePath) -> None:
    ann, before = editor(), Page.objects.count()
    one = fields(ann)["sample"][:1]
    answer = ann.post(SAMPLES, {"sample": one, "remove": "1"})
    assert answer.status_code == 422 and Page.objects.count() == before
    assert parse(answer.content).one("div", id="content-main").one("form").fields()["sample"] == one


def test_kept_ones_lose_the_mark_and_are_staffs_own_from_then_on(folder: FilePath) -> None:
    ann = editor()
    page = Page.objects.get(path="/care/")
    chosen = [f"page:{page.pk}", "clinic:1"]
    ann.post(SAMPLES, {"sample": chosen, "keep": "1"})
    page.refresh_from_db()
    clinic = Clinic.objects.get()
    assert not page.is_sample and page.staff_edited_at and not clinic.is_sample and clinic.staff_edited_at
    assert PageVersion.objects.filter(page=page)[0].action == "kept"
    assert Page.objects.filter(is_sample=True).count() == 4
    (folder / "en/care.md").write_text(page_file("Other", reviewer="/team/jane/"))
    starter.load(folder)
    assert page.texts.get().title == "Care"


def test_only_who_may_delete_all_of_it_removes_it(folder: FilePath) -> None:
    every = [f"{action}_{name}" for action in ("view", "change", "delete") for name in (
        "page", "person", "location", "treatment", "update", "term", "searchphrase", "picture", "clinic"
    )]  # fmt: skip
    sent = {"sample": [f"page:{Page.objects.get(path='/care/eyes/').pk}"], "sure": "yes"}
    nearly = someone(*[name for name in every if name != "delete_person"])
    assert document(nearly).all("button", name="remove") == []
    assert nearly.post(SAMPLES, {**sent, "remove": "1"}).status_code == 403
    reader = someone(*[name for name in every if name.startswith("view")])
    assert reader.post(SAMPLES, {**sent, "keep": "1"}).status_code == 403
    desk = as_(roles.FRONT_DESK)
    assert desk.get(SAMPLES).status_code == desk.post(SAMPLES, {**sent, "remove": "1"}).status_code == 403
    assert Page.objects.filter(path="/care/eyes/", is_sample=True).exists()
    assert someone(*every).post(SAMPLES, {**sent, "remove": "1"}).status_code == 302
    assert not Page.objects.filter(path="/care/eyes/").exists()


def test_what_staff_have_written_in_is_not_ticked_and_says_when(folder: FilePath) -> None:
    edited = datetime(2026, 3, 4, 17, tzinfo=UTC)
    Page.objects.filter(path="/care/eyes/").update(staff_edited_at=edited)
    shown = document(editor()).one("form", id="samples")
    (row,) = [each for each in shown.all("li") if each.one("label").text == "Eyes (/care/eyes/)"]
    assert "checked" not in row.one("input").attributes and "edited by staff on March 4, 2026" in row.text
    assert "checked" in shown.one("input", **{"data-path": "/care/"}).attributes
    assert shown.one("button", name="remove").text == "Remove the ticked ones (5)"  # Care holds Eyes


def test_pages_that_now_lead_to_something_removed_are_named(folder: FilePath) -> None:
    ann, here = editor(), add_page("/ours/", "Ours", body="[Eyes](/care/eyes/#drops) and [care](/care/)")
    add_page("/other/", "Other", body="No link: /care/eyes/")
    eyes = f"page:{Page.objects.get(path='/care/eyes/').pk}"
    answer = ann.post(SAMPLES, {"sample": [eyes], "sure": "yes", "remove": "1"}, follow=True)
    (told,) = parse(answer.content).all("li", css="warning")
    assert told.links() == [f"/staff/services/page/{here.pk}/change/"] and "Ours (/ours/)" in told.text
