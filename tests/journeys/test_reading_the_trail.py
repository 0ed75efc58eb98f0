"""An administrator sees who looked at a request, from the request and from the trail."""

from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys.steps import Axe, given_an_empty_queue, then_heading
from tests.site_process import SiteProcess

QUEUE = "/staff/appointments/appointmentrequest/"


def test_who_looked_at_a_request_is_found_by_its_reference(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given a request that somebody has looked at
    given_an_empty_queue(site)
    reference = FormClient(site).submit(patient_answers(patient={"patient_name": "Lena Looked"}))
    page = open_page("/staff/", width=390, height=844)
    page.get_by_label("Username").fill(site.staff_user)
    page.get_by_label("Password").fill(site.staff_password)
    page.get_by_role("button", name="Log in").click()
    page.goto(QUEUE)
    page.locator("#result_list tbody tr").first.get_by_role("link").first.click()
    then_heading(page, f"Lena Looked, {reference}")
    page.reload()
    # then the request tells it, below its timeline
    page.get_by_text("Who looked at this request").click()
    expect(page.locator(".looks li")).to_contain_text(site.staff_user)
    axe(page)
    # and so does the trail, by the reference, which stands in no address
    page.goto("/staff/appointments/event/")
    page.get_by_label("Or by the reference of a request").fill(reference)
    page.get_by_role("button", name="Find").click()
    rows = page.locator(".trail-entries tbody tr")
    expect(rows).to_have_count(4)
    expect(rows.last).to_contain_text("Request received")
    expect(rows.first).to_contain_text("Looked at")
    assert reference not in page.url
    axe(page)
    # and a filter that is nonsense is told beside it
    page.goto("/staff/appointments/event/?request=nonsense")
    expect(page.get_by_text("Enter a whole number.")).to_be_visible()
    axe(page)
