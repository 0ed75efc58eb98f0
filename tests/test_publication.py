"""What everybody sees, from when and until when; and where a page that moved has gone."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client

from services.models import OldAddress, Page
from tests.content import add_page

NOON = datetime(2026, 6, 16, 16, 0, tzinfo=UTC)
BEFORE, AFTER = NOON - timedelta(minutes=1), NOON + timedelta(minutes=1)

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"status": "draft"}, "draft"),
        ({"status": "draft", "publish_at": BEFORE}, "draft"),
        ({"status": "scheduled", "publish_at": AFTER}, "scheduled"),
        ({"status": "scheduled", "publish_at": NOON}, "published"),
        ({"status": "scheduled", "publish_at": BEFORE, "archive_at": NOON}, "archived"),
        ({"status": "published"}, "published"),
        ({"status": "published", "publish_at": AFTER}, "published"),
        ({"status": "published", "archive_at": AFTER}, "published"),
        ({"status": "published", "archive_at": BEFORE}, "archived"),
        ({"status": "archived"}, "archived"),
        ({"status": "archived", "archive_at": AFTER}, "archived"),
    ],
)
def test_a_page_is_public_by_one_rule(
    client: Client, time_machine: Any, fields: dict[str, Any], says: str
) -> None:
    time_machine.move_to(NOON, tick=False)
    page = add_page("/a/", "A", **fields)
    public = says == "published"
    assert page.publication == says
    assert page.is_public is public
    assert list(Page.objects.published()) == ([page] if public else [])
    assert list(Page.objects.scheduled()) == ([page] if says == "scheduled" else [])
    assert list(Page.objects.taken_down()) == ([page] if says == "archived" else [])
    assert client.get("/a/").status_code == (200 if public else 404)


def test_a_scheduled_page_appears_and_goes_without_anybodys_doing(client: Client, time_machine: Any) -> None:
    add_page("/a/", "A", status="scheduled", publish_at=NOON, archive_at=NOON + timedelta(days=1))
    answers = []
    for moment in (BEFORE, AFTER, NOON + timedelta(days=1)):
        time_machine.move_to(moment, tick=False)
        answers.append(client.get("/a/").status_code)
    assert answers == [404, 200, 404]


def test_a_scheduled_page_says_when_and_goes_after_it_came() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        add_page("/a/", status="scheduled")
    with pytest.raises(IntegrityError), transaction.atomic():
        add_page("/a/", status="published", publish_at=NOON, archive_at=NOON)
    with pytest.raises(ValidationError, match="from when"):
        Page(slug="a", status="scheduled").full_clean(exclude=["path"])


def test_a_moved_page_and_all_below_it_lead_on_for_ever(client: Client) -> None:
    service = add_page("/skull/", "Skull")
    child = add_page("/skull/tumors/", "Tumors")
    service.slug = "skull-base"
    service.save()
    child.refresh_from_db()
    child.slug = "growths"
    child.save()
    for old, new in {
        "/skull/": "/skull-base/",
        "/skull/tumors/": "/skull-base/growths/",
        "/skull-base/tumors/?goal=smile&x=%20": "/skull-base/growths/?goal=smile&x=%20",
    }.items():
        moved = client.get(old)
        assert (moved.status_code, moved["Location"]) == (301, new)
        assert "public" in moved["Cache-Control"]
        assert client.get(new).status_code == 200


def test_a_page_that_moves_back_is_at_home_there(client: Client) -> None:
    page = add_page("/a/", "A")
    for slug in ("b", "a"):
        page.slug = slug
        page.save()
    assert client.get("/a/").status_code == 200
    assert client.get("/b/")["Location"] == "/a/"
    assert [old.path for old in OldAddress.objects.all()] == ["/b/"]


def test_no_page_takes_an_address_that_still_leads_to_another() -> None:
    page = add_page("/a/", "A")
    page.slug = "b"
    page.save()
    with pytest.raises(ValidationError, match="still leads visitors"):
        Page(slug="a").full_clean(exclude=["path"])


def test_the_old_address_of_a_page_that_is_not_public_tells_nothing(client: Client) -> None:
    page = add_page("/a/", "A", status="draft")
    page.slug = "b"
    page.save()
    assert client.get("/a/").status_code == 404
