"""What is painted first: on a phone the words, and only then the font they are set in."""

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


def fonts_of(page: Page, path: str) -> list[bool]:
    """Whether the font was the site's own, frame by frame, until it is."""
    page.add_init_script(NOTE_EVERY_FRAME)
    page.goto(path)
    page.wait_for_timeout(500)
    seen: list[bool] = page.evaluate("frames_seen")
    return seen


def asked_for(page: Page) -> list[str]:
    loaded: list[str] = page.evaluate("performance.getEntriesByType('resource').map(entry => entry.name)")
    return [name.rsplit("/", 1)[1] for name in loaded]


def test_on_a_phone_the_font_comes_after_the_first_paint_and_stays_for_the_next_page(
    open_page: OpenPage,
) -> None:
    page = open_page("/privacy/", width=390, height=844)
    seen = fonts_of(page, "/billing/")
    assert seen[0] is False and seen[-1] is True
    assert seen == sorted(seen)
    assert sum(name.endswith(".woff2") for name in asked_for(page)) == 1
    page.get_by_role("navigation", name="You are here").get_by_role("link").last.click()
    page.wait_for_url("**/")
    page.wait_for_timeout(500)
    assert set(page.evaluate("frames_seen")) == {True}


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
