"""A reader hides updates they know, in this browser alone, and finds them again."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe
from tests.site_process import SiteProcess

PAGE = "/privacy/"
NOTE_WHAT_IS_PAINTED = """window.painted = [];
const look = () => {
  const headings = [...document.querySelectorAll('.updates h2')];
  painted.push(...headings.filter(h => h.checkVisibility({visibilityProperty: true})).map(h => h.innerText));
  requestAnimationFrame(look);
};
requestAnimationFrame(look);"""
NOTE_WHAT_MOVES = """window.moved = [];
new PerformanceObserver((list) => moved.push(
  ...list.getEntries().flatMap((shift) => shift.sources)
    .filter((source) => Math.abs(source.currentRect.y - source.previousRect.y) > 3)
.map((source) => source.node?.textContent.slice(0, 40)))).observe({type: 'layout-shift', buffered: true});
"""
NOTHING_KEPT = """Object.defineProperty(window, 'localStorage', {
  get() { throw new DOMException('', 'SecurityError') },
});"""


@pytest.fixture
def updates(site: SiteProcess) -> Iterator[dict[str, int]]:
    """An emergency and two updates on one page."""
    made = {}
    for level, title in (("emergency", "Go"), ("important", "Closed"), ("information", "Door")):
        [(pk,)] = site.db(
            "INSERT INTO services_update (level, starts_at, sitewide, is_sample) "
            "VALUES (%s, '2026-01-01', false, false) RETURNING id",
            level,
        )
        site.db(
            "INSERT INTO services_updatetext (update_id, language, title, body) VALUES (%s, 'en', %s, '')",
            pk,
            title,
        )
        site.db(
            "INSERT INTO services_update_pages (update_id, page_id) SELECT %s, id FROM services_page "
            "WHERE path = %s",
            pk,
            PAGE,
        )
        made[title] = pk
    shown_everywhere()
    yield made
    for table, column in (("updatetext", "update_id"), ("update_pages", "update_id"), ("update", "id")):
        site.db(f"DELETE FROM services_{table} WHERE {column} = ANY(%s)", list(made.values()))
    shown_everywhere()


def shown_everywhere() -> None:
    """A second after a change, every process of the site shows it."""
    time.sleep(1)


def shown(page: Page) -> list[str]:
    headings = page.get_by_role("region", name="Important updates").get_by_role("heading")
    return [text.split()[-1] for text in headings.all_inner_texts()]


def hide(page: Page, title: str) -> None:
    page.get_by_role("button", name=f"Hide this update: {title}").press("Enter")


def test_a_reader_hides_updates_and_shows_them_again(
    open_page: OpenPage, site: SiteProcess, axe: Axe, updates: dict[str, int]
) -> None:
    # given an emergency, which cannot be hidden and is announced, and two updates, which can
    page = open_page(PAGE)
    assert shown(page) == ["Go", "Closed", "Door"]
    expect(page.get_by_role("button", name="Hide this update")).to_have_count(2)
    assert page.get_by_role("alert").inner_text().split() == ["Emergency", "Go"]
    # when both are hidden, the focus is on the way back, which counts them
    hide(page, "Closed")
    expect(page.get_by_role("button", name="Show hidden updates (1)")).to_be_focused()
    hide(page, "Door")
    assert shown(page) == ["Go"]
    axe(page)
    # then they are not painted on the next visit either, not for a moment, and no cookie says so
    page.add_init_script(NOTE_WHAT_IS_PAINTED)
    page.reload()
    expect(page.get_by_role("button", name="Show hidden updates (2)")).to_be_visible()
    assert {text.split()[-1] for text in page.evaluate("painted")} <= {"Go"}
    assert page.context.cookies() == []
    # when an update changes, it is shown again
    site.db("UPDATE services_updatetext SET body = 'Until June.' WHERE update_id = %s", updates["Closed"])
    shown_everywhere()
    page.reload()
    assert shown(page) == ["Go", "Closed"]
    # when the hidden ones are shown again, the focus is on the first of them
    page.get_by_role("button", name="Show hidden updates (1)").press("Enter")
    assert shown(page) == ["Go", "Closed", "Door"]
    expect(page.get_by_role("button", name="Hide this update: Door")).to_be_focused()
    page.reload()
    assert shown(page) == ["Go", "Closed", "Door"]


def test_nothing_moves_where_the_script_comes_after_the_first_paint(
    open_page: OpenPage, updates: dict[str, int]
) -> None:
    # given a reader who has hidden an update, and a line on which the script is late
    page = open_page(PAGE)
    hide(page, "Closed")
    page.add_init_script(NOTE_WHAT_MOVES + NOTE_WHAT_IS_PAINTED)
    page.route("**/js/updates.*.js", late)
    # when the page is opened
    page.reload()
    back = page.get_by_role("button", name="Show hidden updates (1)")
    expect(back).to_be_visible()
    # then the hidden one was never painted, and keeps its room until the reader acts
    assert {text.split()[-1] for text in page.evaluate("painted")} == {"Go", "Door"}
    assert page.evaluate("moved") == []
    back.press("Enter")
    assert shown(page) == ["Go", "Closed", "Door"]


def late(route: Route) -> None:
    """Answered once the page has been painted."""
    page = route.request.frame.page
    page.wait_for_timeout(1000)
    route.continue_()


def test_hiding_works_while_the_page_is_open_where_the_browser_keeps_nothing(
    open_page: OpenPage, updates: dict[str, int]
) -> None:
    # given a browser that refuses to keep anything
    page = open_page("/")
    page.add_init_script(NOTHING_KEPT)
    page.goto(PAGE)
    # when an update is hidden, it is hidden, until the next visit
    hide(page, "Closed")
    assert shown(page) == ["Go", "Door"]
    page.reload()
    assert shown(page) == ["Go", "Closed", "Door"]


def test_without_javascript_all_updates_stay(open_page: OpenPage, updates: dict[str, int]) -> None:
    page = open_page(PAGE, javascript=False)
    assert shown(page) == ["Go", "Closed", "Door"]
    expect(page.get_by_role("button", name="Hide this update")).to_have_count(0)
