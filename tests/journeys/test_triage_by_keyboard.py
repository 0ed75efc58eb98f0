"""Staff work through a request with the keyboard alone: take it up, note, close, and on to the next."""

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys import steps
from tests.journeys.steps import Axe, given_an_empty_queue, then_heading
from tests.journeys.test_staff_triage import QUEUE, when_signing_in
from tests.site_process import SiteProcess


def given_two_alike(site: SiteProcess) -> tuple[str, str]:
    """Two requests with one contact; their references."""
    given_an_empty_queue(site)
    one = patient_answers(patient={"patient_name": "Kay Board"}, contact={"email": "kay@example.org"})
    two = patient_answers(patient={"patient_name": "Kay Bord"}, contact={"email": "kay@example.org"})
    return FormClient(site).submit(one), FormClient(site).submit(two)


def when_pressing(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def when_going_by(page: Page, key: str) -> None:
    with page.expect_navigation():
        page.keyboard.press(key)


def test_one_request_is_worked_through_by_keyboard_alone(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given two requests, one of them open
    first, second = given_two_alike(site)
    page = open_page("/staff/", width=1280, height=900)
    when_signing_in(page, site)
    page.goto(f"{QUEUE}{steps.stored(site, first)['id']}/change/")
    then_heading(page, f"Kay Board, {first}")
    # when the list of keys is opened, it names what this page offers
    when_pressing(page, "?")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    listed = dict(
        zip(dialog.locator("dt").all_inner_texts(), dialog.locator("dd").all_inner_texts(), strict=True)
    )
    offered = {
        "T": "Take up", "A": "Tried, not reached", "C": "Reached the patient", "X": "Close",
        "N": "Write a note", "M": "Assign to me", "J": "Next request", "Q": "Back to the queue",
        "?": "This list",
    }  # fmt: skip
    assert offered.items() <= listed.items() and "S" not in listed
    axe(page)
    # and the keys are turned off there, they do nothing, until they are turned on again
    when_pressing(page, "Space", "Escape", "t", "?")
    expect(dialog).to_be_hidden()
    assert steps.stored(site, first)["status"] == "new"
    page.reload()
    opener = page.get_by_role("button", name="Keyboard shortcuts")
    assert page.get_by_role("button", name="Take up").get_attribute("aria-keyshortcuts") is None
    opener.focus()
    when_pressing(page, "Enter", "Space", "Escape")
    # and it is taken up
    when_going_by(page, "t")
    expect(page.locator(".messagelist")).to_contain_text("Saved: Take up.")
    axe(page)
    # and a note is written: what is typed is text, no shortcut
    when_pressing(page, "n")
    page.keyboard.type("xtuck at work")
    when_pressing(page, "Tab")
    when_going_by(page, "Enter")
    expect(page.locator(".notes")).to_contain_text("xtuck at work")
    # and it is closed as a duplicate
    when_going_by(page, "x")
    axe(page)
    page.keyboard.type("Dup")
    when_pressing(page, "Tab")
    page.keyboard.type(second)
    when_pressing(page, "Tab")
    page.keyboard.type("Sent twice.")
    when_pressing(page, "Tab")
    when_going_by(page, "Enter")
    # then the next is offered, one key away
    expect(page.locator(".timeline li").first).to_contain_text(f"Close: Duplicate of {second}")
    expect(page.locator(".go-on")).to_contain_text("Next in the queue")
    axe(page)
    when_going_by(page, "j")
    then_heading(page, f"Kay Bord, {second}")
    assert (
        steps.trail(site, steps.stored(site, first)["id"])[-1][2]["duplicate_of"]
        == (steps.stored(site, second)["id"])
    )
