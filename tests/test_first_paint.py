"""What is painted first: on a phone the words, which stay where they are, in whatever font is at hand."""

import pytest
from playwright.sync_api import Page, Response

from tests.browser import OpenPage

OWN = "Atkinson Hyperlegible Next"
NOTE_EVERY_FRAME = """window.frames_seen = [];
const look = () => {
  const root = document.documentElement;
  if (root) frames_seen.push(getComputedStyle(root).getPropertyValue('--font').includes('Hyperlegible'));
  requestAnimationFrame(look);
};
requestAnimationFrame(look);"""

NOTE_EVERY_SHIFT = """window.shifts = [];
new PerformanceObserver(list => shifts.push(...list.getEntries().map(entry => entry.value)))
  .observe({type: 'layout-shift', buffered: true});"""


def fonts_of(page: Page, path: str) -> list[bool]:
    """Whether the font was the site's own, frame by frame."""
    page.add_init_script(NOTE_EVERY_FRAME)
    page.goto(path)
    page.wait_for_timeout(500)
    seen: list[bool] = page.evaluate("frames_seen")
    return seen


def asked_for(page: Page) -> list[str]:
    loaded: list[str] = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return [name.rsplit("/", 1)[1] for name in loaded]


def test_on_a_phone_the_first_page_keeps_its_font_and_the_next_has_the_own_one_from_the_first_frame(
    open_page: OpenPage,
) -> None:
    page = open_page("/healthz", width=390, height=844)
    assert set(fonts_of(page, "/billing/")) == {False}
    assert sum(name.endswith(".woff2") for name in asked_for(page)) == 1
    for _time in range(2):
        page.get_by_role("navigation", name="You are here").get_by_role("link").last.click()
        page.wait_for_url("**/")
        page.wait_for_timeout(900)
        assert set(page.evaluate("frames_seen")) == {True}
        page.get_by_role("navigation", name="All parts of the site").get_by_role("link").nth(3).click()
        page.wait_for_timeout(300)


@pytest.mark.parametrize("path", ["/language-help/", "/billing/", "/es/facial-paralysis/", "/request/"])
def test_on_a_phone_nothing_moves_once_it_is_painted(open_page: OpenPage, path: str) -> None:
    page = open_page("/healthz", width=412, height=915)
    page.add_init_script(NOTE_EVERY_SHIFT)
    page.goto(path)
    page.wait_for_timeout(1000)
    assert page.evaluate("shifts") == []


def test_on_a_wide_screen_the_font_is_fetched_with_the_page(open_page: OpenPage) -> None:
    page = open_page("/")
    assert set(fonts_of(page, "/privacy/")) == {True}


@pytest.mark.parametrize("path", ["/privacy/", "/es/request/"])
def test_before_it_is_painted_a_page_waits_for_its_style_sheet_alone(open_page: OpenPage, path: str) -> None:
    page = open_page("/healthz", width=390, height=844)
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(path)
    kinds = [answer.request.resource_type for answer in answers]
    assert kinds[:2] == ["document", "stylesheet"]
    assert set(kinds[2:]) <= {"font"}
