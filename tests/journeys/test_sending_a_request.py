"""A patient sends a request from a phone without JavaScript; it is stored once and announced once."""

from datetime import date, timedelta
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import FormClient, next_weekday, patient_answers
from tests.journeys import steps
from tests.journeys.steps import (
    Axe,
    given_answered,
    then_at,
    then_heading,
    then_reference,
    when_agreeing_and_sending,
    when_answering_all_steps,
)
from tests.site_process import SiteProcess

# What a mail must not tell whoever reads over a shoulder.
TELLING = (
    "face facial paraly palsy nerve eye smile droop weak symptom surg steroid left cleveland zoë hara 1960"
).split()


def test_a_patient_sends_a_request_on_a_phone_without_javascript(
    phone: Page, site: SiteProcess, axe: Axe
) -> None:
    answers = patient_answers(contact={"email": "first@example.org"})
    # given a patient on the home page
    axe(phone)
    # when they answer everything, check it and send it
    phone.get_by_role("link", name="Request an appointment").first.click()
    axe(phone)
    phone.get_by_role("link", name="Start the request").click()
    when_answering_all_steps(phone, answers)
    then_heading(phone, "Check your answers")
    expect(phone.locator("main")).to_contain_text("Zoë O’Hara-Núñez")
    axe(phone)
    when_agreeing_and_sending(phone)
    # then they are given a reference, and what they wrote is stored, noted and announced
    reference = then_reference(phone)
    axe(phone)
    then_it_is_stored(site, reference)
    then_it_is_noted_and_announced(site, reference, "first@example.org")


def then_it_is_stored(site: SiteProcess, reference: str) -> None:
    expected: dict[str, Any] = {
        "status": "new",
        "urgency": "routine",
        "computed_urgency": "routine",
        "urgency_reasons": [],
        "examined": "yes",
        "onset_kind": "date",
        "onset_year": date.today().year - 4,
        "onset_month": 3,
        "onset_day": None,
        "began": "sudden",
        "trend": "same",
        "side": "left",
        "movement": "some",
        "eye_closes": "yes",
        "eye_cared": "",
        "eye_signs": [],
        "ear_signs": [],
        "cause": "nothing",
        "nerve_cut": "",
        "history": [],
        "tried": "Steroid tablets.\nThen exercises.",
        "goals": ["smile", "speak"],
        "visit_type": "in_person",
        "place": "cleveland",
        "person": "",
        "times": [{"date": next_weekday().isoformat(), "half": "pm"}],
        "language": "en",
        "interpreter": False,
        "for_whom": "self",
        "patient_name": "Zoë O’Hara-Núñez",
        "date_of_birth": date(1960, 2, 29),
        "helper_name": "",
        "reach": "email",
        "phone": "",
        "speaking_hard": True,
        "may_leave_message": False,
        "state": "",
        "insurance": "insured",
        "site_language": "en",
        "assigned_to_id": None,
    }
    row = steps.stored(site, reference)
    assert {name: row[name] for name in expected} == expected
    assert row["received_at"] < row["respond_by"] < row["received_at"] + timedelta(days=15)
    left = site.db(
        "SELECT octet_length(sealed_answers) FROM appointments_requestdraft WHERE request_id = %s", row["id"]
    )
    assert left == [(0,)]


def then_it_is_noted_and_announced(site: SiteProcess, reference: str, address: str) -> None:
    row = steps.stored(site, reference)
    codes = {"urgency": "routine", "rules": row["rules_version"]}
    assert steps.trail(site, row["id"]) == [("submit", "patient", codes)]
    assert steps.messages(site, row["id"]) == [("received", address)]
    words = steps.then_mail(site, address, "We have your request")
    assert reference in words and "not a booking" in words
    assert [telling for telling in TELLING if telling in words.lower()] == []


def given_all_is_answered(open_page: OpenPage, site: SiteProcess, address: str) -> Page:
    return given_answered(open_page, site, patient_answers(contact={"email": address}))


def then_one_row_for(site: SiteProcess, address: str) -> None:
    rows = site.db("SELECT id FROM appointments_appointmentrequest WHERE email = %s", address)
    assert len(rows) == 1
    assert len(steps.trail(site, rows[0][0])) == 1
    assert steps.messages(site, rows[0][0]) == [("received", address)]


def test_reload_and_back_after_sending_show_the_same_reference(
    open_page: OpenPage, site: SiteProcess
) -> None:
    page = given_all_is_answered(open_page, site, "back@example.org")
    when_agreeing_and_sending(page)
    reference = then_reference(page)
    page.reload()
    assert then_reference(page) == reference
    page.go_back()
    assert then_reference(page) == reference
    page.goto("/request/contact/")
    then_at(page, "/request/")
    then_one_row_for(site, "back@example.org")


def test_a_double_click_sends_once(open_page: OpenPage, site: SiteProcess) -> None:
    page = given_all_is_answered(open_page, site, "double@example.org")
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send the request").dblclick()
    then_reference(page)
    then_one_row_for(site, "double@example.org")


def test_the_same_form_sent_from_two_tabs_is_one_request(open_page: OpenPage, site: SiteProcess) -> None:
    first = given_all_is_answered(open_page, site, "tabs@example.org")
    second = first.context.new_page()
    second.goto("/request/check/")
    for tab in (first, second):
        when_agreeing_and_sending(tab)
    assert then_reference(first) == then_reference(second)
    then_one_row_for(site, "tabs@example.org")


def test_the_form_resent_twenty_times_at_once_is_one_request(site: SiteProcess) -> None:
    from concurrent.futures import ThreadPoolExecutor

    client = FormClient(site)
    client.send_steps(patient_answers(contact={"email": "storm@example.org"}))
    client.get("/request/check/")
    body = {"csrfmiddlewaretoken": client.token, "shown": client.shown, "consent": "on"}
    with ThreadPoolExecutor(20) as pool:
        sent = [
            pool.submit(site.request, "POST", "/request/check/", body, client.headers()) for _ in range(20)
        ]
    answers = [each.result() for each in sent]
    assert {(each.status, each.headers["Location"]) for each in answers} == {(302, "/request/received/")}
    then_one_row_for(site, "storm@example.org")
