"""Staff on a phone search for a patient, and take a request up from the list."""

from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe
from tests.journeys.test_staff_triage import given_two_requests, when_signing_in
from tests.site_process import SiteProcess


def test_staff_find_a_patient_and_take_the_request_up_from_the_list(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given a queue of two
    routine, urgent = given_two_requests(site)
    page = open_page("/staff/appointments/appointmentrequest/", width=390, height=844)
    when_signing_in(page, site)
    # when they search
    page.get_by_role("searchbox", name="Search requests").fill("rosa")
    page.get_by_role("button", name="Search").click()
    # then the one is shown, and the address says nothing of her
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text(routine)
    assert "found=" in page.url and "rosa" not in page.url.lower()
    expect(page.get_by_role("searchbox", name="Search requests")).to_have_value("rosa")
    axe(page)
    # when they open her and go back, by the page's own link
    rows.first.get_by_role("link").first.click()
    page.get_by_role("link", name="Back to the search").click()
    # then what was found is listed still
    expect(rows).to_have_count(1)
    expect(page.get_by_role("searchbox", name="Search requests")).to_have_value("rosa")
    # when they leave the search and take the urgent one up
    page.get_by_role("link", name="Back to the queue").click()
    page.get_by_role("button", name=f"Take up {urgent}").click()
    # then it is theirs
    expect(page.locator(".messagelist")).to_contain_text(f"You have {urgent} now.")
    expect(rows.filter(has_text=urgent)).to_contain_text("In review")
    axe(page)
