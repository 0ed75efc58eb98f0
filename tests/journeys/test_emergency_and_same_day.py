"""What must not wait: the form stops for an emergency, and sends others to be seen today."""

from playwright.sync_api import expect

from tests.browser import OpenPage
from tests.form_client import patient_answers
from tests.journeys import steps
from tests.journeys.steps import (
    Axe,
    given_answered,
    then_at,
    then_cookies,
    then_heading,
    then_reference,
    when_agreeing_and_sending,
    when_answering,
    when_answering_step,
    when_continuing,
)
from tests.site_process import SiteProcess


def test_an_emergency_sign_on_the_first_page_stores_nothing_but_the_count(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    before, stops = steps.counts(site), steps.emergency_stops(site)
    # given a patient at the first question
    page = open_page("/request/safety/", width=390, javascript=False)
    # when they choose an emergency sign
    when_answering_step(page, "safety", {"examined": "yes", "signs": ["limb"]})
    # then they are told to call 911, and only the count is kept
    then_at(page, "/request/emergency/")
    then_heading(page, "Call 911 now")
    for number in ("tel:911", "sms:911", "tel:711", "tel:988"):
        expect(page.locator(f'main a[href="{number}"]').first).to_be_visible()
    axe(page)
    assert steps.counts(site) == before
    assert steps.emergency_stops(site) == stops + 1
    then_cookies(page, "csrftoken")


def test_an_emergency_found_later_deletes_what_was_kept(open_page: OpenPage, site: SiteProcess) -> None:
    before, stops = steps.counts(site), steps.emergency_stops(site)
    answers = patient_answers()
    # given a patient whom nobody has examined
    page = open_page("/request/safety/", width=390, javascript=False)
    when_answering_step(page, "safety", {"examined": "no", "signs": ["none"]})
    then_cookies(page, "csrftoken", "request_draft")
    assert steps.counts(site) == {**before, steps.SEALED: before[steps.SEALED] + 1}
    # when it turns out that it began suddenly
    when_answering_step(page, "start", answers["start"])
    # then the draft and its cookie are gone
    then_at(page, "/request/emergency/")
    assert steps.counts(site) == before
    assert steps.emergency_stops(site) == stops + 1
    then_cookies(page, "csrftoken")
    # and going back or on shows none of it
    page.goto("/request/start/")
    then_at(page, "/request/")
    page.goto("/request/check/")
    then_at(page, "/request/")


def test_same_day_advice_is_shown_then_the_form_goes_on(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    answers = patient_answers(eye={"eye_signs": ["red"]}, contact={"email": "today@example.org"})
    # given a patient with a red eye
    page = given_answered(open_page, site, answers, until="eye")
    # when they say so
    when_answering_step(page, "eye", answers["eye"])
    # then they are told where to go today, and the form goes on
    then_at(page, "/request/today/")
    then_heading(page, "Please be seen today")
    expect(page.locator("main")).to_contain_text("An eye doctor should look at your eye today.")
    axe(page)
    when_continuing(page)
    for step in ("signs", "wishes", "patient", "contact"):
        then_at(page, f"/request/{step}/")
        when_answering(page, answers[step])
        when_continuing(page)
    expect(page.get_by_role("heading", name="Be seen today")).to_be_visible()
    when_agreeing_and_sending(page)
    reference = then_reference(page)
    expect(page.get_by_role("heading", name="Be seen today")).to_be_visible()
    axe(page)
    then_staff_are_told(site, reference)


def then_staff_are_told(site: SiteProcess, reference: str) -> None:
    row = steps.stored(site, reference)
    assert (row["urgency"], row["urgency_reasons"]) == ("same_day", ["eye_symptoms"])
    assert steps.messages(site, row["id"]) == [
        ("received", "today@example.org"),
        ("urgent", "triage@example.org"),
    ]
    link = f"{site.url}/staff/appointments/appointmentrequest/{row['id']}/change/"
    words = steps.then_mail(site, "triage@example.org", holding=link)
    assert not any(told in words.lower() for told in ("eye", "zoë", reference.lower()))
