"""Wrong, late or refused: every answer is kept, and the way to mend it is one step away."""

import pytest
from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.form_client import patient_answers
from tests.journeys.steps import (
    Axe,
    given_answered,
    then_at,
    when_agreeing_and_sending,
    when_answering,
    when_continuing,
)
from tests.site_process import SiteProcess

NOT_EXAMINED = "Choose whether a doctor or nurse has examined your face."


@pytest.mark.parametrize("javascript", [True, False])
def test_an_error_is_said_first_and_leads_to_its_field(
    open_page: OpenPage, axe: Axe, javascript: bool
) -> None:
    # given a patient who overlooks one question
    page = open_page("/request/safety/", width=390, javascript=javascript)
    when_answering(page, {"signs": ["none"]})
    when_continuing(page)
    # then the summary has the focus, the title says so, and the other answer is kept
    summary = page.get_by_role("alert")
    expect(page).to_have_title("Please check: Is it safe to wait? (step 1 of 8) · Erie & Gulf Clinic")
    expect(summary).to_be_focused()
    expect(page.locator('[name="signs"][value="none"]')).to_be_checked()
    axe(page)
    # and its link leads to the field, which says what is wrong
    summary.get_by_role("link", name=NOT_EXAMINED).click()
    expect(page.locator('[name="examined"]').first).to_be_focused()
    group = page.locator("fieldset#div_id_examined")
    expect(group).to_have_accessible_description(f"Error: {NOT_EXAMINED}")
    # and reloading it, or coming back to it, never asks to send the page again
    page.reload()
    page.goto("/request/")
    page.go_back()
    expect(summary).to_be_visible()
    expect(page.locator('[name="signs"][value="none"]')).to_be_checked()


def test_every_link_of_the_summary_leads_to_a_field(open_page: OpenPage, site: SiteProcess, axe: Axe) -> None:
    # given a patient with an impossible date, who leaves two questions out
    page = given_answered(open_page, site, until="patient", javascript=True)
    typed = {
        "patient_name": "Ann Example",
        "date_of_birth_month": "2",
        "date_of_birth_day": "30",
        "date_of_birth_year": "1970",
    }
    when_answering(page, typed)
    when_continuing(page)
    # then the summary names all three, and each link leads to where one types
    links = page.get_by_role("alert").get_by_role("link")
    expect(links).to_have_text(
        [
            "Choose whom the request is for.",
            "There is no such date. The month comes first: 3 14 is March 14.",
            "Choose the answer that fits.",
        ]
    )
    axe(page)
    for link in links.all():
        link.click()
        assert page.evaluate("document.activeElement.matches('input, select, textarea')"), link.inner_text()
    # and what was typed stands where it was typed
    for name, value in typed.items():
        expect(page.locator(f'[name="{name}"]')).to_have_value(value)


def test_after_two_hours_what_was_typed_last_is_kept(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    answers = patient_answers()
    # given a patient whose draft expires while they type
    page = given_answered(open_page, site, until="eye")
    site.db("UPDATE appointments_requestdraft SET expires_at = now() - interval '1 second'")
    when_answering(page, answers["eye"])
    when_continuing(page)
    # then they are told, begin once more, and find what they typed
    then_at(page, "/request/safety/")
    expect(page.get_by_role("status")).to_contain_text("What you wrote last is kept")
    axe(page)
    for step in ("safety", "start"):
        when_answering(page, answers[step])
        when_continuing(page)
    then_at(page, "/request/signs/")
    page.goto("/request/eye/")
    for name, value in (("eye_closes", "yes"), ("eye_signs", "none")):
        expect(page.locator(f'[name="{name}"][value="{value}"]')).to_be_checked()


def test_a_failed_origin_check_keeps_the_answers(open_page: OpenPage, site: SiteProcess, axe: Axe) -> None:
    answers = patient_answers()["signs"]
    # given a patient whose token cookie is lost while they type
    page = given_answered(open_page, site, until="signs")
    when_answering(page, answers)
    page.context.clear_cookies(name="csrftoken")
    when_continuing(page)
    # then nothing is lost, and pressing the button once more is enough
    then_at(page, "/request/signs/")
    expect(page.get_by_role("alert")).to_contain_text("Your answers are still here")
    expect(page.locator('[name="tried"]')).to_have_value(answers["tried"])
    axe(page)
    when_continuing(page)
    then_at(page, "/request/wishes/")


def test_a_failed_origin_check_before_sending_keeps_the_consent(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given a patient about to send, whose token cookie is lost
    page = given_answered(open_page, site)
    page.context.clear_cookies(name="csrftoken")
    when_agreeing_and_sending(page)
    # then the box is still ticked, and pressing the button once more is enough
    expect(page.get_by_role("alert")).to_contain_text("Please press the button once more")
    expect(page.get_by_role("checkbox")).to_be_checked()
    axe(page)
    page.get_by_role("button", name="Send the request").click()
    then_at(page, "/request/received/")


def test_a_changed_answer_comes_back_to_the_check_or_asks_what_it_makes_needed(
    open_page: OpenPage, site: SiteProcess
) -> None:
    # given a patient who checks the answers, and changes one
    page = given_answered(open_page, site)
    page.get_by_role("link", name="What happened").click()
    expect(page.locator('[name="movement"][value="some"]')).to_be_checked()
    when_answering(page, {"movement": "none"})
    page.get_by_role("button", name="Save and go back to your answers").click()
    # then they are back, with the new answer
    then_at(page, "/request/check/")
    expect(page.get_by_role("region", name="What happened")).to_contain_text("Not at all")
    # and an answer that makes one more page needed leads there
    page.locator("main").get_by_role("link", name="Patient").click()
    when_answering(page, {"for_whom": "helped"})
    when_continuing(page)
    then_at(page, "/request/helper/")
