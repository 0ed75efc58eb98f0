"""Staff read the front page: alarms first, charts and tables, on a phone, in the dark and on paper."""

import re

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys.steps import Axe, given_an_empty_queue
from tests.journeys.test_staff_triage import when_signing_in
from tests.site_process import SiteProcess

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def then_nothing_is_cut_off(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) <= 0
    cut = "element => element.scrollWidth > element.clientWidth + 1"
    tables = page.locator(".figure:not(.figure-wide) .numbers")
    assert [table for table in tables.all() if table.evaluate(cut)] == []


def test_the_front_page_on_a_phone_in_the_dark_and_on_paper(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given a routine request, and an urgent one that nobody has taken
    given_an_empty_queue(site)
    for answers in (patient_answers(), patient_answers(eye={"eye_signs": ["red"]})):
        FormClient(site).submit(answers)
    page = open_page("/staff/", color_scheme="dark")
    when_signing_in(page, site)
    # then the alarm comes first, and the charts have their numbers beside them
    expect(page.locator(".alarms")).to_contain_text("1 urgent request waits")
    arrivals = page.get_by_role("img", name="Arrivals by day", exact=True)
    expect(arrivals).to_have_accessible_description(re.compile("^2 requests arrived; Same day 1; "))
    axe(page)
    then_nothing_is_cut_off(page)
    # and so on a phone, by links alone
    page.set_viewport_size({"width": 320, "height": 700})
    page.get_by_role("link", name="The last 7 days").click()
    expect(page.get_by_role("link", name="The last 7 days")).to_have_attribute("aria-current", "true")
    expect(page.locator("#arrivals + .beside tbody tr")).to_have_count(7)
    axe(page)
    then_nothing_is_cut_off(page)
    # and on paper without what leads elsewhere
    page.emulate_media(media="print")
    expect(page.locator(".printed")).to_contain_text("Printed on")
    expect(page.locator("aside.sample")).to_be_visible()
    for hidden in ("#header", ".periods", ".app-appointments", ".desk"):
        expect(page.locator(hidden)).to_be_hidden()
