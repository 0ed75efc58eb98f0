"""A patient follows a request by its private link, on a phone without JavaScript and without a cookie."""

import re

from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys.steps import Axe, stored, then_at, then_heading, when_answering
from tests.site_process import SiteProcess


def test_a_patient_changes_how_they_are_reached_and_withdraws(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given the private link that the received page shows
    client = FormClient(site)
    reference = client.submit(patient_answers(contact={"email": "follow@example.org"}))
    found = re.search(r'href="[^"]*(/request/follow/[\w-]{32}/)"', client.get("/request/received/").text)
    assert found
    # when it is opened in another browser
    page = open_page(found[1], width=390, height=844, javascript=False)
    then_heading(page, "We have your request")
    expect(page.get_by_text(reference)).to_be_visible()
    axe(page)
    # and the patient asks for text messages instead
    page.locator("a[href$='/contact/']").click()
    axe(page)
    when_answering(page, {"reach": "text", "phone": "216-555-0123"})
    page.get_by_role("button", name="Save").click()
    # then the page says so
    expect(page.get_by_role("status")).to_contain_text("Saved.")
    expect(page.get_by_text("We send a text message to …0123.")).to_be_visible()
    # and a request that is withdrawn is closed, and says how to come back
    page.get_by_role("link", name="Withdraw the request").click()
    axe(page)
    page.get_by_role("button", name="Withdraw the request").click()
    then_at(page, found[1])
    then_heading(page, "Your request is closed")
    expect(page.get_by_role("link", name="Send a new request")).to_be_visible()
    assert page.context.cookies() == []
    row = stored(site, reference)
    assert (row["outcome"], row["phone"], row["email"]) == ("withdrawn", "+12165550123", "follow@example.org")
