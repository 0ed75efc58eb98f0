"""A reader folds an update they know down to its title, with or without JavaScript."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe
from tests.site_process import SiteProcess

PAGE = "/privacy/"
UPDATES = {
    "Go": ("emergency", "Leave the building."),
    "Closed": ("important", "Until June."),
    "Door": ("information", "Use the north one."),
    "Brief": ("information", ""),
}
LEAST_TARGET = 44


@pytest.fixture(scope="module")
def updates(site: SiteProcess) -> Iterator[None]:
    """An emergency, two updates that can be folded and one that is a title alone, on one page."""
    made = []
    for title, (level, body) in UPDATES.items():
        [(pk,)] = site.db(
            "INSERT INTO services_update (level, starts_at, sitewide, is_sample) "
            "VALUES (%s, '2026-01-01', false, false) RETURNING id",
            level,
        )
        site.db(
            "INSERT INTO services_updatetext (update_id, language, title, body) VALUES (%s, 'en', %s, %s)",
            pk,
            title,
            body,
        )
        site.db(
            "INSERT INTO services_update_pages (update_id, page_id) SELECT %s, id FROM services_page "
            "WHERE path = %s",
            pk,
            PAGE,
        )
        made.append(pk)
    shown_everywhere()
    yield
    for table, column in (("updatetext", "update_id"), ("update_pages", "update_id"), ("update", "id")):
        site.db(f"DELETE FROM services_{table} WHERE {column} = ANY(%s)", made)
    shown_everywhere()


def shown_everywhere() -> None:
    """A second after a change, every process of the site shows it."""
    time.sleep(1)


def region(page: Page) -> Locator:
    return page.get_by_role("region", name="Important updates")


def read(page: Page) -> list[str]:
    """The texts, beside the titles, that can be seen."""
    return [body for _level, body in UPDATES.values() if body and region(page).get_by_text(body).is_visible()]


def fold(page: Page, title: str) -> Locator:
    return region(page).locator("summary", has_text=title)


@pytest.mark.parametrize("javascript", [True, False], ids=["script", "no script"])
def test_a_reader_folds_updates_and_opens_them_again(
    open_page: OpenPage, axe: Axe, updates: None, javascript: bool
) -> None:
    # given an emergency, which is announced and cannot be folded; the important one begins open
    page = open_page(PAGE, width=390, javascript=javascript)
    titles = [heading.split()[-1] for heading in region(page).get_by_role("heading").all_inner_texts()]
    assert titles == ["Go", "Closed", "Brief", "Door"]
    assert page.get_by_role("alert").inner_text().split()[:2] == ["Emergency", "Go"]
    assert read(page) == ["Leave the building.", "Until June."]
    expect(region(page).locator("summary")).to_have_count(2)
    if javascript:
        axe(page)
    # when it is folded and the other is opened by keyboard
    for title in ("Closed", "Door"):
        assert fold(page, title).bounding_box()["height"] >= LEAST_TARGET  # type: ignore[index]
        fold(page, title).press("Enter")
        expect(fold(page, title)).to_be_focused()
    # then the titles stay, with the other text alone, and the browser has kept nothing
    assert read(page) == ["Leave the building.", "Use the north one."]
    expect(region(page).get_by_role("heading")).to_have_count(4)
    assert page.context.cookies() == []
    if javascript:
        axe(page)
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_on_paper_every_update_is_whole(open_page: OpenPage, updates: None) -> None:
    page = open_page(PAGE)
    signs = region(page).get_by_text("Details")
    expect(signs).to_have_count(2)
    page.emulate_media(media="print")
    assert read(page) == [body for _level, body in UPDATES.values() if body]
    assert not any(sign.is_visible() for sign in signs.all())
