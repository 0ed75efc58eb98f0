"""Staff set up a second factor, log in with a code, are warned before the log-off, and lose nothing."""

import base64

from django_otp.oath import totp
from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import FormClient, patient_answers
from tests.journeys import steps
from tests.journeys.steps import Axe
from tests.journeys.test_staff_triage import QUEUE, when_signing_in
from tests.site_process import SiteProcess


def code_of(key: str, step: int = 0) -> str:
    """What an app with this typed key shows, or showed so many steps later."""
    return f"{totp(base64.b32decode(key.replace('-', '')), t0=-30 * step):06}"


def given_idle(site: SiteProcess, minutes: float) -> None:
    """Nobody has done anything for so long."""
    site.db(f"UPDATE appointments_staffsession SET acted_at = now() - interval '{minutes} minutes'")


def when_coming_back(page: Page) -> None:
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def test_a_second_factor_is_set_up_and_asked_for(open_page: OpenPage, site: SiteProcess, axe: Axe) -> None:
    page = open_page("/staff/")
    when_signing_in(page, site)
    try:
        # when they set it up with what the page shows
        page.get_by_role("link", name="My log-ins").click()
        axe(page)
        page.get_by_role("link", name="Set up your second factor …").click()
        axe(page)
        key = page.locator(".typed-key code").inner_text()
        page.get_by_label("Code from the app").fill(code_of(key))
        page.get_by_role("button", name="Turn it on").click()
        expect(page.locator(".recovery-codes code")).to_have_count(10)
        axe(page)
        recovery = page.locator(".recovery-codes code").first.inner_text()
        # then another browser needs a code besides the password
        other = open_page("/staff/", width=390, height=844)
        when_signing_in(other, site)
        axe(other)
        other.get_by_label("Code").fill("000000")
        other.get_by_role("button", name="Log in").click()
        expect(other.get_by_role("alert")).to_contain_text("Please check what is marked below.")
        axe(other)
        other.get_by_label("Code").fill(recovery)
        other.get_by_role("button", name="Log in").click()
        expect(other.get_by_role("link", name="My log-ins")).to_be_visible()
    finally:
        for table in ("static_statictoken", "static_staticdevice", "totp_totpdevice"):
            site.db(f"DELETE FROM otp_{table}")


def test_who_is_idle_is_warned_may_stay_and_loses_nothing(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given somebody who is writing a note and has done nothing for 14 minutes
    reference = FormClient(site).submit(patient_answers(contact={"email": "idle@example.org"}))
    page = open_page("/staff/")
    when_signing_in(page, site)
    page.goto(f"{QUEUE}{steps.stored(site, reference)['id']}/note/")
    page.get_by_label("Note").fill("Her sister phoned.")
    given_idle(site, 14)
    when_coming_back(page)
    # then a dialog warns, and staying closes it
    warning = page.get_by_role("alertdialog", name="You will be logged off in 1 minute")
    expect(warning).to_be_visible()
    expect(warning.get_by_role("button", name="Stay logged in")).to_be_focused()
    axe(page)
    with page.expect_response(lambda answer: answer.request.method == "POST"):  # the dialog closes before it
        page.keyboard.press("Enter")
    expect(warning).to_be_hidden()
    # when nobody comes back in time, the page hides what it showed
    given_idle(site, 16)
    when_coming_back(page)
    expect(page.get_by_role("heading", name="You were logged off")).to_be_visible()
    expect(page.locator("#container")).to_be_hidden()
    axe(page)
    # and shows it again, with what was typed, after a log-in in another tab
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Log in in a new tab").click()
    when_signing_in(opened.value, site)
    expect(opened.value.get_by_role("link", name="My log-ins")).to_be_visible()
    when_coming_back(page)
    expect(page.get_by_label("Note")).to_have_value("Her sister phoned.")
    # the page's token is older than the log-in: the first press renews it, the second writes the note
    page.get_by_role("button", name="Write a note").click()
    expect(page.get_by_label("Note")).to_have_value("Her sister phoned.")
    page.get_by_role("button", name="Write a note").click()
    expect(page.locator(".notes")).to_contain_text("Her sister phoned.")
