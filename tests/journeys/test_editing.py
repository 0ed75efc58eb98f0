"""An editor changes a page, looks at it first, reads what changed, and puts the menu in order by keyboard."""

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe
from tests.site_process import SiteProcess


def given_a_signed_in_editor(open_page: OpenPage, site: SiteProcess) -> Page:
    page = open_page("/staff/")
    page.get_by_label("Username").fill(site.staff_user)
    page.get_by_label("Password").fill(site.staff_password)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="The site, today")).to_be_visible()
    return page


def test_an_editor_previews_saves_compares_and_orders(
    open_page: OpenPage, site: SiteProcess, axe: Axe
) -> None:
    # given an editor at a page's form
    page = given_a_signed_in_editor(open_page, site)
    axe(page)
    page.goto("/staff/services/page/")
    page.get_by_role("link", name="Billing and insurance").first.click()
    form = page.url
    title = page.locator("#id_texts-0-title")
    title.fill("Paying for care")
    # when they look at it before they save it
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview without saving (English)").click()
    preview = opened.value
    expect(preview.get_by_role("heading", level=1)).to_have_text("Paying for care")
    axe(preview)
    preview.close()
    # then the public does not see it, and the form is as they left it
    page.context.new_page().goto("/billing/")
    public = page.context.pages[-1]
    expect(public.get_by_role("heading", level=1)).to_have_text("Billing and insurance")
    public.close()
    expect(title).to_have_value("Paying for care")
    # when they save, the comparison tells what is new
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.locator(".messagelist")).to_contain_text("was changed successfully")
    axe(page)
    page.get_by_role("link", name="Versions", exact=True).click()
    axe(page)
    page.get_by_role("button", name="Compare the two").click()
    expect(page.locator("ins")).to_contain_text("Paying for care")
    expect(page.locator("del")).to_contain_text("Billing and insurance")
    axe(page)
    # and the first version comes back
    page.go_back()
    page.get_by_role("link", name="Restore … version 1", exact=True).click()
    axe(page)
    page.get_by_role("button", name="Restore version 1").click()
    expect(page).to_have_url(form)
    expect(title).to_have_value("Billing and insurance")
    when_the_menu_is_ordered_by_keys(page)
    for screen in ("samples", "review"):
        page.goto(f"/staff/services/page/{screen}/")
        axe(page)


def when_the_menu_is_ordered_by_keys(page: Page) -> None:
    """The second becomes the first, and then the first again: the site is as it was."""
    page.goto("/staff/services/page/order/menu/")
    names = page.locator(".order .what")
    first, second = names.nth(0).inner_text(), names.nth(1).inner_text()
    for button, row in (("Up", 1), ("Down", 0)):
        page.locator(".order li").nth(row).get_by_role("button", name=button).focus()
        page.keyboard.press(f"Arrow{button}")
        expect(page.get_by_role("status")).to_contain_text("Now in place")
        page.get_by_role("button", name="Save the order").click()
        expect(page.locator(".messagelist")).to_contain_text("The order is saved.")
        expect(names.nth(0)).to_have_text(second if button == "Up" else first)
