"""A patient who cannot use a mouse finds the operation that helps the eye to close."""

from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe, then_at, then_heading, when_pressing_enter, when_tabbing_to


def test_a_patient_finds_the_eye_surgery_option_from_the_home_page_by_keyboard_alone(
    open_page: OpenPage, axe: Axe
) -> None:
    # given the home page
    page = open_page("/", reduced_motion="reduce")
    axe(page)
    # when they go where surgery is compared, and there to what is done for the eye
    when_tabbing_to(page, "Compare surgery")
    when_pressing_enter(page)
    then_at(page, "/facial-paralysis/surgical-options/")
    axe(page)
    when_tabbing_to(page, "Ocular plastic surgery")
    when_pressing_enter(page)
    # then they read about it, and how to ask for it is one more key away
    then_heading(page, "Ocular plastic surgery")
    axe(page)
    when_tabbing_to(page, "Request an appointment")
    when_pressing_enter(page)
    then_at(page, "/request/")


def test_the_skip_link_leads_past_the_header(open_page: OpenPage) -> None:
    # given a page with a menu
    page = open_page("/facial-paralysis/", reduced_motion="reduce")
    # when the first thing that Tab reaches is followed
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the main content")).to_be_focused()
    page.keyboard.press("Enter")
    # then the next Tab is inside the main part
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_a_patient_prints_the_checklist(open_page: OpenPage) -> None:
    # given the list of what to bring, with a browser that counts what it prints
    page = open_page("/health-library/first-visit-checklist/", reduced_motion="reduce")
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")
    # when they print it by keyboard
    when_tabbing_to(page, "Print or save as PDF")
    page.keyboard.press("Enter")
    # then it is printed once: lines to write on, a box before each item, nothing to press
    assert page.evaluate("window.printed") == 1
    page.emulate_media(media="print")
    expect(page.get_by_text("Name", exact=True)).to_be_visible()
    expect(page.get_by_role("button")).to_have_count(0)
    expect(page.get_by_role("link", name="Request an appointment")).to_have_count(0)
    assert page.locator("li.tick").count() > 10


def test_search_is_one_tap_away_on_a_phone(open_page: OpenPage) -> None:
    # given a phone, its menu closed
    page = open_page("/facial-paralysis/", width=360, height=740)
    search = page.get_by_role("link", name="Search", exact=True)
    box = search.bounding_box()
    assert box is not None
    assert min(box["width"], box["height"]) >= 44
    # when the sign is pressed
    search.click()
    # then one can type
    then_heading(page, "Search")
    expect(page.get_by_role("searchbox")).to_be_visible()
