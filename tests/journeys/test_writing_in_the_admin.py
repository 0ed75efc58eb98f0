"""An editor writes with the preview beside the text, on screens that everybody can use."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import FULL_MATRIX, OpenPage
from tests.journeys.steps import Axe
from tests.journeys.test_staff_triage import when_signing_in
from tests.site_process import SiteProcess
from tests.test_every_page_in_a_browser import TOO_WIDE

HOSTILE = "<img src=x onerror=\"document.title='taken'\"> [x](javascript:alert(1))"
SMALL = """least => [...document.querySelectorAll(
    '.change-form #content-main form :is(button, summary, select, textarea, .boxes label), '
    + '.change-form #content-main form input:not([type=hidden], [type=checkbox])')]
  .filter(element => element.checkVisibility({visibilityProperty: true}))
  .filter(element => element.getBoundingClientRect().height < least - 0.5)
  .map(element => element.outerHTML.slice(0, 100))"""
SCREENS = {
    "page": "/facial-paralysis/expertise/",
    "treatment": "/facial-paralysis/treatments/eye-protection/",
    "person": "/team/soo-min-calloway/",
    "location": "/locations/cleveland/",
}


def given_an_open_page(page: Page, site: SiteProcess, screen: str, path: str) -> None:
    pk = site.db("SELECT id FROM services_page WHERE path = %s", path)[0][0]
    page.goto(f"/staff/services/{screen}/{pk}/change/")


def test_the_preview_shows_what_is_typed_and_runs_nothing(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given an editor at a page's text
    page = open_page("/staff/")
    when_signing_in(page, site)
    given_an_open_page(page, site, "page", "/facial-paralysis/diagnosis/")
    text = page.locator("[name=texts-0-body]")
    box = page.locator(".md", has=text)
    preview, problems = box.locator(".md-preview"), box.get_by_role("status")
    # when the text comes into view, and another is typed
    text.scroll_into_view_if_needed()
    expect(preview.locator("h2").first).to_be_visible()
    text.fill("## Seeing us\n\nCall {phone}.\n\n> [!note] Bring a list.")
    # then it is shown as readers will see it, beside the text
    expect(preview.locator("h2").first).to_have_text("Seeing us")
    expect(preview.locator(".callout")).to_have_text("Bring a list.")
    expect(preview.get_by_role("link")).to_have_attribute("href", "tel:+12165550142")
    assert problems.inner_text() == ""
    left, right = text.bounding_box(), preview.bounding_box()
    assert left and right and right["x"] >= left["x"] + left["width"]
    axe(page)
    # when something hostile is typed: it is named, and does nothing
    text.fill(HOSTILE)
    expect(problems.get_by_role("listitem").first).to_contain_text("HTML is not used here")
    expect(problems).to_contain_text("javascript:alert(1)” is not allowed")
    assert preview.locator("img, script, a[href]").count() == 0 and "taken" not in page.title()
    # and on a phone the preview stands below
    page.set_viewport_size({"width": 390, "height": 844})
    left, right = text.bounding_box(), preview.bounding_box()
    assert left and right and right["y"] >= left["y"] + left["height"]
    # when the session is over, the text stays and it is said
    page.context.clear_cookies()
    text.fill("More words.")
    expect(problems).to_contain_text("Your text is still here")
    expect(text).to_have_value("More words.")


@pytest.mark.parametrize(
    ("theme", "width"), [("light", 390), ("dark", 1280)] if FULL_MATRIX else [("light", 390)]
)
def test_the_editing_screens_are_accessible(
    open_page: OpenPage, site: SiteProcess, axe: Axe, theme: Any, width: int
) -> None:
    page, wrongs = open_page("/staff/", width=width, color_scheme=theme), []
    when_signing_in(page, site)
    update = site.db("SELECT min(id) FROM services_update")[0][0]
    term = site.db("SELECT min(id) FROM services_term")[0][0]
    added = ["page/add/", "treatment/add/", "picture/add/", "picture/", "term/"]
    changed = ["clinic/1/change/", f"update/{update}/change/", f"term/{term}/change/"]
    screens = [*SCREENS, *added, *changed]
    for address in screens if FULL_MATRIX else screens[::2]:
        if address in SCREENS:
            given_an_open_page(page, site, address, SCREENS[address])
        else:
            page.goto(f"/staff/services/{address}")
        page.evaluate("document.querySelectorAll('details').forEach(each => { each.open = true; })")
        wrongs += [f"{page.url}: {wrong}" for wrong in page.evaluate(TOO_WIDE) + page.evaluate(SMALL, 44)]
        try:
            axe(page)
        except AssertionError as violations:
            wrongs.append(str(violations))
    assert not wrongs, "\n".join(wrongs)
