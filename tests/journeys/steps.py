"""The steps that journeys are told in: what a person does in the browser, and what is true afterwards."""

import re
import time
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.form_client import SECONDS_OF_A_PERSON, Answers, FormClient, patient_answers
from tests.site_process import SiteProcess

Axe = Callable[..., None]
TABS_AT_MOST = 80
SECONDS_TO_DELIVER = 15
SEALED = "appointments_requestdraft"
COUNTED = ("appointments_appointmentrequest", SEALED, "appointments_message", "appointments_event")

FOCUS = """() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return {
    name: (element.getAttribute('aria-label') || element.innerText || '').replace(/\\s+/g, ' ').trim(),
    ring: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
    shown: box.width > 0 && box.height > 0 && box.bottom > 0 && box.right > 0
      && box.top < innerHeight && box.left < innerWidth,
  };
}"""


def given_an_empty_queue(site: SiteProcess) -> None:
    site.db("TRUNCATE appointments_appointmentrequest CASCADE")


def given_answered(
    open_page: OpenPage,
    site: SiteProcess,
    answers: Answers | None = None,
    *,
    until: str = "check",
    **options: Any,
) -> Page:
    """A patient on a phone, without JavaScript unless told, who has answered all before that step."""
    client = FormClient(site)
    client.send_steps(answers or patient_answers(), until=until)
    page = open_page("/", **{"width": 390, "height": 844, "javascript": False, **options})
    draft = {"name": "request_draft", "value": client.cookies["request_draft"], "url": site.url}
    page.context.add_cookies([draft])  # type: ignore[list-item]
    page.goto(f"/request/{until}/")
    then_at(page, f"/request/{until}/")
    return page


def when_tabbing_to(page: Page, name: str) -> None:
    """Press Tab until the element of that name has the focus; on the way every stop must show its focus."""
    for _ in range(TABS_AT_MOST):
        page.keyboard.press("Tab")
        focus = page.evaluate(FOCUS)
        assert focus["ring"] >= 3 and focus["shown"], f"{page.url}: the focus cannot be seen on {focus}"
        if focus["name"] == name:
            return
    raise AssertionError(f"{page.url}: no Tab leads to “{name}”")


def when_pressing_enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def when_answering(page: Page, fields: dict[str, Any]) -> None:
    """Fill in fields by name: text, a choice, or a list of boxes to tick."""
    for name, value in fields.items():
        when_opening_its_fold(page, name)
        if value is True or isinstance(value, list):
            for code in ["on"] if value is True else value:
                box = page.locator(f'[type=checkbox][name="{name}"]')
                (box if value is True else box.and_(page.locator(f'[value="{code}"]'))).check()
            continue
        field = page.locator(f'[name="{name}"]')
        if field.first.get_attribute("type") == "radio":
            page.locator(f'[name="{name}"][value="{value}"]').check()
        elif field.evaluate("element => element.tagName") == "SELECT":
            field.select_option(value)
        else:
            field.fill(value)


def when_opening_its_fold(page: Page, name: str) -> None:
    fold = page.locator("details:not([open])", has=page.locator(f'[name="{name}"]'))
    if fold.count():
        fold.locator("summary").click()


def when_continuing(page: Page) -> None:
    page.locator("main form button").click()


def when_answering_step(page: Page, step: str, fields: dict[str, Any]) -> None:
    then_at(page, f"/request/{step}/")
    when_answering(page, fields)
    when_continuing(page)


def when_answering_all_steps(page: Page, answers: Answers) -> None:
    """At least as slowly as a person: who is quicker is asked to press the button once more."""
    begun = time.monotonic()
    for step, fields in answers.items():
        when_answering_step(page, step, fields)
    page.wait_for_timeout(1000 * max(0.0, begun + SECONDS_OF_A_PERSON - time.monotonic()))


def when_agreeing_and_sending(page: Page) -> None:
    page.get_by_role("checkbox").check()
    page.get_by_role("button", name="Send the request").click()


def then_at(page: Page, path: str) -> None:
    expect(page).to_have_url(re.compile(re.escape(path) + r"(\?\w+)?$"))


def then_heading(page: Page, text: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)


def then_reference(page: Page) -> str:
    """The reference that the page shows."""
    then_heading(page, "We have your request")
    reference = page.locator(".reference").inner_text()
    assert re.fullmatch(r"([234679FHKMRWX]{3}-){4}[234679FHKMRWX]{3}", reference), reference
    assert reference not in page.url
    return reference


def then_cookies(page: Page, *names: str) -> None:
    assert {cookie["name"] for cookie in page.context.cookies()} == set(names)


def stored(site: SiteProcess, reference: str) -> dict[str, Any]:
    """The one row of this reference."""
    columns = [
        name
        for (name,) in site.db(
            "SELECT column_name FROM information_schema.columns"
            " WHERE table_name = 'appointments_appointmentrequest' ORDER BY ordinal_position"
        )
    ]
    rows = site.db(
        f"SELECT {', '.join(columns)} FROM appointments_appointmentrequest WHERE reference = %s", reference
    )
    assert len(rows) == 1, f"{len(rows)} rows for {reference}"
    return dict(zip(columns, rows[0], strict=True))


def counts(site: SiteProcess) -> dict[str, int]:
    """How many rows there are of everything that a patient can leave behind."""
    return {table: site.db(f"SELECT count(*) FROM {table}")[0][0] for table in COUNTED}


def emergency_stops(site: SiteProcess) -> int:
    total: int = site.db("SELECT coalesce(sum(count), 0) FROM appointments_emergencystop")[0][0]
    return total


def trail(site: SiteProcess, request_id: int) -> list[tuple[Any, ...]]:
    """Action, kind of actor and codes of each entry about this request, but for who looked."""
    return site.db(
        "SELECT action, actor_kind, codes FROM appointments_event "
        "WHERE request_id = %s AND action NOT IN ('view', 'refused') ORDER BY id",
        request_id,
    )


def messages(site: SiteProcess, request_id: int) -> list[tuple[Any, ...]]:
    """Kind and recipient of each message about this request."""
    return site.db(
        "SELECT kind, recipient FROM appointments_message WHERE request_id = %s ORDER BY id", request_id
    )


def then_mail(site: SiteProcess, recipient: str, subject: str = "", *, holding: str = "") -> str:
    """The words of the one mail delivered to this address, under this subject, with that in it."""
    deadline = time.monotonic() + SECONDS_TO_DELIVER
    while time.monotonic() < deadline:
        said = [words(mail) for mail in mails(site, recipient) if subject in ("", mail["Subject"])]
        if found := [text for text in said if holding in text]:
            assert len(found) == 1
            return found[0]
        time.sleep(0.2)
    raise AssertionError(f"no mail “{subject}” to {recipient} in {site.outbox}")


def words(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def mails(site: SiteProcess, recipient: str) -> list[EmailMessage]:
    """What was delivered to this address. Django's file backend ends each message with a line of dashes."""
    parts = [part for file in site.outbox.iterdir() for part in file.read_bytes().split(b"\n" + b"-" * 79)]
    read = [message_from_bytes(part.strip(), policy=default) for part in parts if part.strip()]
    return [mail for mail in read if isinstance(mail, EmailMessage) and mail["To"] == recipient]
