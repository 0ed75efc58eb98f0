"""Pages as people meet them: small phones, dark rooms, forced colors, fingers.

A fixed sample: some pages on a small phone, fewer of the Spanish ones, one page of each kind where it takes
longer. All pages in every language, theme and width: CLINIC_FULL_MATRIX=1, as the README has it.
"""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import ConsoleMessage, Page

from tests.browser import FULL_MATRIX, OpenPage
from tests.form_client import FormClient, patient_answers
from tests.site_process import SiteProcess
from tests.test_every_page import in_every_language, published

MATRIX = [(theme, width) for width in (320, 390, 1280) for theme in ("light", "dark")]
BESIDE_THE_PAGES = [
    "/request/",
    "/request/safety/",
    "/request/emergency/",
    "/no-such-page/",
    "/search/?q=face+droop",
    "/es/",
    "/es/request/safety/",
]
TARGET_PIXELS = 44

# Whatever is meant to be pressed. Links in running text are left out, as WCAG 2.5.8 does; a box to tick is as
# large as its row.
SMALL_TARGETS = """least => {
  const pressed = 'header a, summary, footer a, nav a, button, .button, .tap, .choice, .option, '
    + '.error-summary a, form select, form textarea, '
    + 'form input:not([type=hidden], .option *, [aria-hidden] *)';
  const small = [];
  for (const element of document.querySelectorAll(pressed)) {
    if (!element.checkVisibility({visibilityProperty: true})) continue;
    const {width, height} = element.getBoundingClientRect();
    if (width < least - 0.5 || height < least - 0.5)
      small.push(`${Math.round(width)}x${Math.round(height)} is small: ${element.outerHTML.slice(0, 90)}`);
  }
  return small;
}"""
TOO_WIDE = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  const wide = [...document.querySelectorAll('body *')].filter(
    element => element.getBoundingClientRect().right > room + 1);
  return wide.slice(0, 3).map(element => `scrolls sideways: ${element.outerHTML.slice(0, 90)}`)
    .concat('scrolls sideways');
}"""
MOVING = """[...document.querySelectorAll('*')].map(element => getComputedStyle(element))
  .filter(style => style.transitionDuration !== '0s' || style.scrollBehavior === 'smooth').length
  + document.getAnimations().length"""


def sample(site: SiteProcess) -> list[str]:
    """One page of each kind, and what stands beside the pages."""
    rows = site.db(
        "SELECT DISTINCT ON (kind) path FROM services_page WHERE status = 'published' ORDER BY kind, path"
    )
    return [path for (path,) in rows] + BESIDE_THE_PAGES


def wrongs_seen(page: Page, axe: Callable[..., None]) -> list[str]:
    """What is too wide, too small to press, or found by axe."""
    wrongs = [*page.evaluate(TOO_WIDE), *page.evaluate(SMALL_TARGETS, TARGET_PIXELS)]
    try:
        axe(page)
    except AssertionError as violations:
        wrongs.append(str(violations))
    return [f"{page.url}: {wrong}" for wrong in wrongs]


@pytest.mark.parametrize("part", range(2))
def test_no_page_scrolls_sideways_on_a_small_phone_or_complains(
    open_page: OpenPage, site: SiteProcess, part: int
) -> None:
    page = open_page("/", width=320, height=640)
    complaints: list[str] = []
    page.on("console", lambda message: complaints.extend(_complaint(message)))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    english, spanish = published(site), in_every_language(site)[len(published(site)) :]
    some = english[part :: 2 if FULL_MATRIX else 4] + spanish[part :: 2 if FULL_MATRIX else 16]
    for path in some:
        page.goto(path)
        complaints += [f"{path}: {wrong}" for wrong in page.evaluate(TOO_WIDE)]
    assert not complaints, "\n".join(complaints)
    assert page.context.cookies() == []


def _complaint(message: ConsoleMessage) -> list[str]:
    if message.type not in ("error", "warning"):
        return []
    return [f"{message.page.url if message.page else ''}: {message.text}"]


def looked_at(index: int) -> list[tuple[str, int]]:
    """The themes and widths in which the page of that number is looked at: by turns, one of them."""
    return MATRIX if FULL_MATRIX else [MATRIX[index % 6]]


@pytest.mark.parametrize(("theme", "width"), MATRIX)
def test_every_kind_of_page_is_accessible(
    open_page: OpenPage, site: SiteProcess, axe: Callable[..., None], theme: Any, width: int
) -> None:
    paths = in_every_language(site) + BESIDE_THE_PAGES if FULL_MATRIX else sample(site)
    page, wrongs = open_page("/", width=width, color_scheme=theme), []
    for index, path in enumerate(paths):
        if (theme, width) in looked_at(index):
            page.goto(path)
            wrongs += wrongs_seen(page, axe)
    assert not wrongs, "\n".join(wrongs)


@pytest.mark.parametrize(("theme", "width"), MATRIX if FULL_MATRIX else [("dark", 320), ("light", 1280)])
def test_every_step_of_the_form_is_accessible(
    open_page: OpenPage, site: SiteProcess, axe: Callable[..., None], theme: Any, width: int
) -> None:
    client, wrongs = FormClient(site), []
    helper = {"helper_name": "Ben", "helper_relation": "son", "helper_authority": "agreed"}
    answers = patient_answers(patient={"for_whom": "helped"}, helper=helper)
    client.send_steps(answers)
    page = open_page("/", width=width, color_scheme=theme)
    draft = {"name": "request_draft", "value": client.cookies["request_draft"], "url": site.url}
    page.context.add_cookies([draft])  # type: ignore[list-item]
    every = [f"/request/{step}/" for step in [*answers, "check"]]
    in_spanish = [f"/es{path}" for path in every]
    some = every + in_spanish if FULL_MATRIX else in_spanish[1::2] if theme == "dark" else every[::2]
    for path in some:
        page.goto(path)
        assert page.url.endswith(path)
        wrongs += wrongs_seen(page, axe)
    assert not wrongs, "\n".join(wrongs)


def test_forced_colors_keep_focus_and_choice_visible(open_page: OpenPage) -> None:
    page = open_page("/request/safety/", width=390, forced_colors="active")
    assert page.evaluate("matchMedia('(forced-colors: active)').matches")
    choice = page.locator('[name="examined"][value="yes"]')
    choice.focus()
    page.keyboard.press("Space")
    ring = choice.evaluate("e => [getComputedStyle(e).outlineStyle, getComputedStyle(e).outlineWidth]")
    assert ring == ["solid", "3px"]
    chosen = page.locator(".option:has(:checked)")
    assert chosen.evaluate("e => parseFloat(getComputedStyle(e).borderInlineStartWidth)") >= 3
    page.goto("/")
    drawn = "e => getComputedStyle(e).stroke !== getComputedStyle(document.body).backgroundColor"
    assert page.locator(".plate .face").evaluate(drawn)


def test_nothing_moves_where_motion_is_not_wanted(open_page: OpenPage, site: SiteProcess) -> None:
    page = open_page("/", reduced_motion="reduce")
    for path in sample(site)[::3]:
        page.goto(path)
        assert page.evaluate(MOVING) == 0, path
