"""A patient on a phone, without a mouse and without JavaScript, finds out what can help and whom to ask."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.journeys.steps import FOCUS, TABS_AT_MOST, Axe, then_heading, when_pressing_enter

PHONE: dict[str, Any] = {"width": 390, "height": 844, "javascript": False, "reduced_motion": "reduce"}
HAS_FOCUS = "element => element === document.activeElement"


def when_reaching(page: Page, selector: str) -> None:
    """Press Tab until that element has the focus; on the way every stop must show its focus."""
    wanted = page.locator(selector).first
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["ring"] >= 3 and focus["shown"], f"{page.url}: the focus cannot be seen on {focus}"
        if wanted.evaluate(HAS_FOCUS):
            return
    raise AssertionError(f"{page.url}: no Tab leads to {selector}")


def then_told(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=2, name=words)).to_be_in_viewport()


def test_a_patient_explores_by_keyboard_on_a_phone_without_javascript(open_page: OpenPage, axe: Axe) -> None:
    # given the treatments
    page = open_page("/facial-paralysis/treatments/", **PHONE)
    # when they unfold what they want and choose it
    when_reaching(page, ".fold summary")
    page.keyboard.press("Enter")
    axe(page)
    when_reaching(page, ".facets a[href*='goal=close_eye']")
    when_pressing_enter(page)
    # then fewer are left, how many is said, and the choice can be taken away
    then_told(page, "fit what you chose")
    axe(page)
    when_reaching(page, ".chip[href$='/treatments/#found']")
    when_pressing_enter(page)
    then_told(page, "treatments")

    # when they ask which part of the team
    page.goto("/facial-paralysis/which-part-of-our-team/")
    when_reaching(page, "#id_began_0")
    page.keyboard.press("Space")
    when_reaching(page, "#id_goal_0")
    page.keyboard.press("Space")
    when_pressing_enter(page)
    # then what to do today is said first, and who can help
    then_told(page, "Be seen today")
    expect(page.get_by_role("heading", name="Who can help you")).to_be_visible()
    expect(page.locator("#id_began_0")).to_be_checked()
    axe(page)

    # when they tick two procedures
    page.goto("/facial-paralysis/surgical-options/")
    when_reaching(page, "[name=compare][value=nerve-transfer]")
    page.keyboard.press("Space")
    when_reaching(page, "[name=compare][value=gracilis-muscle-transfer]")
    page.keyboard.press("Space")
    when_pressing_enter(page)
    # then both stand under each question
    then_told(page, "Side by side")
    expect(page.get_by_role("columnheader")).to_have_count(2)
    axe(page)


def test_a_part_of_the_nerve_chosen_by_keyboard_is_drawn_boldly_and_told_of(
    open_page: OpenPage, axe: Axe
) -> None:
    page = open_page("/health-library/facial-nerve/", **PHONE)
    then_heading(page, "The facial nerve and its 5 branches")
    # when they choose a branch in the drawing
    when_reaching(page, ".plate a[href='#branch-buccal']")
    page.keyboard.press("Enter")
    # then its words are on the screen, and the drawing shows which it is
    expect(page.locator("#branch-buccal h3")).to_be_in_viewport()
    width = "line => parseFloat(getComputedStyle(line).strokeWidth)"
    assert page.locator(".branch-buccal .line").evaluate(width) == 4
    assert page.locator(".branch-temporal .line").evaluate(width) < 4
    axe(page)
