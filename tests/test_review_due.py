"""Pages whose review is due: filtered, listed for all kinds, marked as reviewed; and the staff front page."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from appointments import roles
from services.models import Page, PageVersion
from tests.content import add_clinic, add_page, add_person
from tests.editor_client import editor, someone
from tests.html import Element, parse
from tests.staff_client import as_

pytestmark = pytest.mark.django_db
REVIEW = "/staff/services/page/review/"


@pytest.fixture
def pages() -> None:
    add_clinic()
    today = timezone.localdate()
    boss = add_person("/boss/", "Boss", reviewed_on=today, review_due_on=today + timedelta(days=300))
    long_ago, day = date(2024, 1, 1), timedelta(days=1)
    for slug, due in [
        ("over", today - day),
        ("today", today),
        ("soon", today + 30 * day),
        ("later", today + 31 * day),
    ]:
        add_page(f"/{slug}/", slug, reviewer=boss, reviewed_on=long_ago, review_due_on=due)
    add_page("/never/", "Never")
    add_page("/t/", "T", kind="treatment", reviewed_on=long_ago, review_due_on=today - 9 * day)
    add_page("/archived/", "Old", status="archived")


def rows(document: Element) -> list[tuple[str, str]]:
    found = document.one("tbody").all("tr")
    return [(row.one("th").text, row.all("td")[-4].text) for row in found]


def test_everything_due_is_listed_what_is_overdue_longest_first(pages: None) -> None:
    assert rows(parse(editor().get(REVIEW).content)) == [
        ("T (/t/)", "overdue"),
        ("over (/over/)", "overdue"),
        ("today (/today/)", "due within 30 days"),
        ("soon (/soon/)", "due within 30 days"),
        ("Never (/never/)", "never reviewed"),
    ]


def test_the_lists_filter_by_review(pages: None) -> None:
    ann = editor()
    for state, paths in [("overdue", ["/over/"]), ("soon", ["/soon/", "/today/"]), ("never", ["/never/"])]:
        listed = parse(ann.get(f"/staff/services/page/?review={state}").content)
        assert sorted(listed.one("tbody").texts("td", css="field-path")) == paths


def test_ticked_pages_are_reviewed_today_and_due_in_a_year_by_the_same_reviewer(pages: None) -> None:
    ann, today = editor(), timezone.localdate()
    page, treatment = Page.objects.get(path="/over/"), Page.objects.get(path="/t/")
    assert ann.post(REVIEW, {"page": [page.pk, treatment.pk, "x", "999999"]}).status_code == 302
    for each in (page, treatment):
        each.refresh_from_db()
        assert (each.reviewed_on, each.review_due_on) == (today, today + timedelta(days=365))
        assert [row.action for row in PageVersion.objects.filter(page=each)] == ["reviewed", "found"]
    assert page.reviewer and page.reviewer.path == "/boss/"
    assert set(LogEntry.objects.values_list("content_type__model", flat=True)) == {"page", "treatment"}
    key = str(Page.objects.get(path="/never/").pk)
    ann.post("/staff/services/page/", {"action": "mark_reviewed", "_selected_action": [key]})
    assert Page.objects.get(path="/never/").reviewed_on == today


def test_who_may_only_look_marks_nothing(pages: None) -> None:
    page, reader = Page.objects.get(path="/over/"), someone("view_page")
    assert parse(reader.get(REVIEW).content).all("input", name="page") == []
    assert reader.post(REVIEW, {"page": page.pk}).status_code == 403
    assert (
        someone("view_page", "change_page")
        .post(REVIEW, {"page": Page.objects.get(path="/t/").pk})
        .status_code
        == 403
    )
    desk = as_(roles.FRONT_DESK)
    assert desk.get(REVIEW).status_code == desk.post(REVIEW, {"page": page.pk}).status_code == 403
    page.refresh_from_db()
    assert page.reviewed_on == date(2024, 1, 1)


def test_the_front_page_shows_each_what_waits_for_them(pages: None) -> None:
    add_page("/draft/", "Draft", status="draft", is_sample=True)
    add_page("/coming/", "Coming", status="scheduled", publish_at=timezone.now() + timedelta(days=3))
    front = parse(editor().get("/staff/").content)
    desk = front.one("section", css="desk")
    assert desk.texts("h3") == ["Review due (7)", "Scheduled (1)", "Drafts (1)", "Sample content (1)"]
    assert "T (/t/)" in desk.text and "/staff/services/page/review/" in desk.links()
    assert [caption.text for caption in front.all("caption")] == ["Content"]
    triage = parse(as_(roles.CLINICIAN).get("/staff/").content)
    assert triage.all("section", css="desk") == [] and triage.texts("caption") == ["Requests"]
    both = parse(as_(roles.ADMINISTRATOR).get("/staff/").content)
    assert both.texts("caption")[0] == "Requests" and "Content" in both.texts("caption")


@pytest.mark.parametrize("where", ["/staff/", REVIEW, "/staff/services/page/"])
def test_longer_lists_cost_no_more_queries(
    pages: None, django_assert_max_num_queries: DjangoAssertNumQueries, where: str
) -> None:
    ann = editor()
    add_page("/draft/", "Draft", status="draft")
    ann.get(where)
    with django_assert_max_num_queries(60) as before:
        ann.get(where)
    for number in range(5):
        add_page(f"/{number}/", str(number), status="draft")
    with django_assert_max_num_queries(len(before)):
        ann.get(where)
