"""Draft, scheduled, published, archived: in the form, in the list as it comes to now, for many at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from services.models import Page, PageVersion
from tests.content import add_clinic, add_page
from tests.editor_client import editor, mistakes, name_of, save, screen, someone
from tests.html import parse

pytestmark = pytest.mark.django_db
LIST = "/staff/services/page/"


@pytest.fixture
def pages() -> None:
    add_clinic()
    hour, now = timedelta(hours=1), timezone.now()
    add_page("/draft/", "D", status="draft", archive_at=now - hour)
    add_page("/coming/", "C", status="scheduled", publish_at=now + hour)
    add_page("/come/", "E", status="scheduled", publish_at=now - hour)
    add_page("/shown/", "S", archive_at=now + hour)
    add_page("/over/", "O", archive_at=now - hour)
    add_page("/came-and-went/", "W", status="scheduled", publish_at=now - 2 * hour, archive_at=now - hour)
    add_page("/archived/", "A", status="archived")


STATES = {
    "draft": {"/draft/"},
    "scheduled": {"/coming/"},
    "published": {"/come/", "/shown/"},
    "archived": {"/over/", "/came-and-went/", "/archived/"},
}


def test_the_list_filters_by_what_the_public_sees_now(pages: None) -> None:
    ann = editor()
    for state, paths in STATES.items():
        table = parse(ann.get(f"{LIST}?publication={state}").content).one("table", id="result_list")
        rows = table.one("tbody").all("tr")
        assert {row.one("td", css="field-path").text for row in rows} == paths
        assert {page.path for page in Page.objects.all() if page.publication == state} == paths
        for row in rows:
            assert row.one("td", css="field-publication").text.startswith(state)
    whole = parse(ann.get(LIST).content).one("table", id="result_list")
    when = next(row.text for row in whole.one("tbody").all("tr") if "/coming/" in row.text)
    assert "scheduled, from" in when and when.count("EST") + when.count("EDT") == 1


def test_a_scheduled_page_says_when_and_in_which_zone(pages: None) -> None:
    ann, page = editor(), Page.objects.get(path="/draft/")
    answer = save(ann, page, status="scheduled")
    assert answer.status_code == 200
    assert any("Say from when" in told for told in mistakes(answer))
    assert "Times are in the clinic's time zone: Eastern time." in parse(answer.content).text
    moments = {"publish_at_0": "2031-07-01", "publish_at_1": "08:00", "archive_at_0": "", "archive_at_1": ""}
    assert save(ann, page, status="scheduled", **moments).status_code == 302
    page.refresh_from_db()
    assert page.publish_at and page.publish_at.isoformat() == "2031-07-01T12:00:00+00:00"


def act(client: Client, action: str, *paths: str) -> int:
    keys = [str(pk) for pk in Page.objects.filter(path__in=paths).values_list("pk", flat=True)]
    return client.post(LIST, {"action": action, "_selected_action": keys}).status_code


def test_many_are_published_and_archived_at_once_each_with_version_and_history(pages: None) -> None:
    ann = editor()
    assert act(ann, "publish", "/draft/", "/over/", "/coming/") == 302
    for path in ("/draft/", "/over/", "/coming/"):
        assert Client().get(path).status_code == 200, path
    assert act(ann, "archive", "/draft/") == 302
    assert Client().get("/draft/").status_code == 404
    page = Page.objects.get(path="/draft/")
    kept = PageVersion.objects.filter(page=page).order_by("number")
    assert [(row.action, row.saved_by) for row in kept] == [
        ("found", ""), ("published", name_of(ann)), ("archived", name_of(ann)),
    ]  # fmt: skip
    history = LogEntry.objects.filter(object_id=str(page.pk)).order_by("pk")
    assert [entry.change_message for entry in history] == ["Published.", "Archived."]
    assert page.staff_edited_at


def test_who_may_only_look_publishes_nothing(pages: None) -> None:
    reader = someone("view_page")
    assert parse(reader.get(LIST).content).all("select", name="action") == []
    act(reader, "publish", "/draft/")
    assert Page.objects.get(path="/draft/").status == "draft" and not PageVersion.objects.exists()


def test_a_page_is_named_by_its_title_and_linked_where_the_public_sees_it(pages: None) -> None:
    ann = editor()
    shown, draft = Page.objects.get(path="/shown/"), Page.objects.get(path="/draft/")
    assert str(shown) == "S (/shown/)"
    row = parse(ann.get(LIST).content).one("table", id="result_list").one("tbody").all("tr")[0]
    assert row.one("th").one("a").text == "A"
    assert "/shown/" in parse(ann.get(screen(shown)).content).links()
    assert "/draft/" not in parse(ann.get(screen(draft)).content).links()
