"""Staff sign in, take the most urgent request, and close it."""

from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys import steps
from tests.journeys.steps import Axe, given_an_empty_queue, then_heading
from tests.site_process import SiteProcess

QUEUE = "/staff/appointments/appointmentrequest/"


def given_two_requests(site: SiteProcess) -> tuple[str, str]:
    """A routine one that came first, and an urgent one; their references."""
    given_an_empty_queue(site)
    routine = patient_answers(patient={"patient_name": "Rosa Routine"}, contact={"email": "rosa@example.org"})
    urgent = patient_answers(
        eye={"eye_signs": ["red"]},
        patient={"patient_name": "Ursula Urgent"},
        contact={"email": "ursula@example.org"},
    )
    return FormClient(site).submit(routine), FormClient(site).submit(urgent)


def when_signing_in(page: Page, site: SiteProcess) -> None:
    page.get_by_label("Username").fill(site.staff_user)
    page.get_by_label("Password").fill(site.staff_password)
    page.get_by_role("button", name="Log in").click()


def when_closing(page: Page, reason: str) -> None:
    page.get_by_label("Outcome").select_option("referred")
    page.get_by_label("Reason or note").fill(reason)
    page.get_by_role("button", name="Close", exact=True).click()


def test_staff_take_the_most_urgent_one_and_close_it(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given a queue of two
    _routine, urgent = given_two_requests(site)
    page = open_page("/staff/")
    axe(page)
    when_signing_in(page, site)
    axe(page)
    # when staff open the first of the queue
    page.get_by_role("link", name="Appointment requests").first.click()
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Ursula Urgent")
    expect(rows.first).to_contain_text("Same day")
    expect(rows.first).to_contain_text("Speaking is hard")
    axe(page)
    rows.first.get_by_role("link").first.click()
    then_heading(page, f"Ursula Urgent, {urgent}")
    axe(page)
    # and take it up, and close it
    page.get_by_role("button", name="Take up").click()
    expect(page.locator(".messagelist")).to_contain_text("Saved: Take up.")
    page.get_by_role("link", name="Close …").click()
    axe(page)
    when_closing(page, "Seen by her eye doctor today.")
    # then the timeline tells all of it, and the queue has one left
    timeline = page.locator(".timeline li")
    expect(timeline.locator("strong")).to_have_text(
        ["Close: Referred elsewhere", "Take up", "Request received"]
    )
    expect(timeline.first).to_contain_text("Sample Staff")
    expect(timeline.first).to_contain_text("Seen by her eye doctor today.")
    axe(page)
    page.goto(QUEUE)
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("Rosa Routine")
    then_it_is_closed(site, urgent)


def then_it_is_closed(site: SiteProcess, reference: str) -> None:
    row = steps.stored(site, reference)
    staff = site.db("SELECT id FROM auth_user WHERE username = %s", site.staff_user)[0][0]
    expected: dict[str, Any] = {
        "status": "closed",
        "outcome": "referred",
        "assigned_to_id": staff,
        "version": 3,
    }
    assert {name: row[name] for name in expected} == expected
    assert row["closed_at"] > row["received_at"]
    assert steps.trail(site, row["id"])[1:] == [
        ("take_up", "staff", {"before": "new", "after": "in_review"}),
        ("close", "staff", {"before": "in_review", "after": "closed", "outcome": "referred"}),
    ]
    assert ("closed", "ursula@example.org") in steps.messages(site, row["id"])
    assert site.db("SELECT text FROM appointments_note WHERE request_id = %s", row["id"]) == [
        ("Seen by her eye doctor today.",)
    ]
    words = steps.then_mail(site, "ursula@example.org", "Your request is closed")
    assert reference in words and "eye" not in words.lower()


def test_who_acts_second_is_told_who_was_quicker_and_loses_nothing(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given the same request open twice
    routine, _urgent = given_two_requests(site)
    first = open_page("/staff/")
    when_signing_in(first, site)
    pk = steps.stored(site, routine)["id"]
    first.goto(f"{QUEUE}{pk}/step/close/")
    second = first.context.new_page()
    second.goto(f"{QUEUE}{pk}/change/")
    # when one takes it up, and the other closes it
    second.get_by_role("button", name="Take up").click()
    when_closing(first, "Not for us.")
    # then the second is told, with what they typed still there, and nothing happened twice
    expect(first.locator(".meanwhile")).to_contain_text("Take up, you, on another page")
    expect(first.locator(".meanwhile")).to_contain_text("Status: New → In review")
    expect(first.get_by_label("Reason or note")).to_have_value("Not for us.")
    axe(first)
    assert steps.stored(site, routine)["status"] == "in_review"


def test_a_tick_moves_to_no_other_patient(open_page: OpenPage, site: SiteProcess) -> None:
    # given three new requests, of which the first is ticked and taken up
    given_an_empty_queue(site)
    for name in ("Ann", "Ben", "Cy"):
        FormClient(site).submit(patient_answers(patient={"patient_name": name}))
    page = open_page(f"{QUEUE}?status=new")
    when_signing_in(page, site)
    page.locator("#result_list .action-select").first.check()
    page.get_by_role("button", name="Take up the selected requests").click()
    expect(page.locator("#result_list tbody tr")).to_have_count(2)
    # when staff go back to the list in which they had ticked it
    page.go_back()
    expect(page.locator("#result_list .action-select")).to_have_count(2)
    # then nobody is ticked in place of the one that is gone
    expect(page.locator("#result_list .action-select:checked")).to_have_count(0)
