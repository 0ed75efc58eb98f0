"""A real browser for the tests, and axe in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit
from weakref import WeakSet

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect, sync_playwright

from tests.site_process import SiteProcess

FULL_MATRIX = os.environ.get("CLINIC_FULL_MATRIX") == "1"
"""Whether every page and screen is looked at in every theme and width, or a fixed sample of them."""
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
FLAGS = (
    "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync "
    # Two drawn cameras and a beep; whether a page may use them is up to the context's `permissions`.
    "--use-fake-device-for-media-stream=device-count=2"
).split()
MISSING = "No Chromium here: apt-get install chromium, or set CHROME_PATH, and run bin/test again."
# Without "preload": it would write style sheets into the page, which our content security policy forbids.
WCAG_AND_BEST_PRACTICE = {"resultTypes": ["violations"], "preload": False}
# Generous: a busy machine is no failure of the page.
DEFAULT_MILLISECONDS = 20_000


def chrome_path() -> str:
    """The browser to test in; never a silent skip."""
    found = os.environ.get("CHROME_PATH") or next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        raise RuntimeError(MISSING)
    return found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=DEFAULT_MILLISECONDS)
    with sync_playwright() as playwright:
        # One renderer for all visitors of a run, instead of a new process for each.
        args = [*FLAGS, "--renderer-process-limit=1"]
        browser = playwright.chromium.launch(executable_path=chrome_path(), args=args)
        yield browser
        browser.close()


OpenPage = Callable[..., Page]
# Contexts without JavaScript: axe cannot run in them.
scriptless: WeakSet[BrowserContext] = WeakSet()


@pytest.fixture
def open_page(browser: Browser, site: SiteProcess) -> Iterator[OpenPage]:
    """Open a path of the site: `open_page("/request/", width=390, height=844, javascript=False)`.

    Each call is a new visitor. Whatever the page does, it must break no content security policy and ask
    nobody but the site; either fails the test at its end.
    """
    contexts: list[BrowserContext] = []
    wrongs: list[str] = []

    def open_(
        path: str = "/", *, width: int = 1280, height: int = 900, javascript: bool = True, **options: Any
    ) -> Page:
        context = browser.new_context(
            base_url=site.url,
            viewport={"width": width, "height": height},
            java_script_enabled=javascript,
            **options,
        )
        contexts.append(context)
        if not javascript:
            scriptless.add(context)
        context.set_default_timeout(DEFAULT_MILLISECONDS)
        _note_wrongs(context, site, wrongs)
        page = context.new_page()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not wrongs, "\n".join(wrongs)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    """The home page in a wide window."""
    return open_page("/")


@pytest.fixture
def phone(open_page: OpenPage) -> Page:
    """The home page on a phone without JavaScript."""
    return open_page("/", width=390, height=844, javascript=False)


@pytest.fixture(scope="session")
def axe(browser: Browser) -> Callable[..., None]:
    """`axe(page)`: no accessibility violation on the page as it is now, JavaScript or not."""
    runner, twin = Axe(), Twin(browser)

    def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
        page.wait_for_load_state()  # what was pressed may have led to a page that is not there yet
        options = {**WCAG_AND_BEST_PRACTICE, "rules": {rule: {"enabled": False} for rule in without}}
        run_in = twin.of(page) if page.context in scriptless else page
        violations = runner.run(run_in, options=options).response["violations"]
        assert not violations, f"axe on {page.url}:\n" + "\n".join(map(_described, violations))

    return check


class Twin:
    """Shows what a page without JavaScript shows now, where axe can run, the page's own scripts left out.

    One for all of them: opening a context takes longer than axe does.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._shown = ""

    def of(self, page: Page) -> Page:
        self._shown = page.content()
        self._page.set_viewport_size(page.viewport_size or {"width": 1280, "height": 900})
        self._page.goto("about:blank")  # else another fragment of the same address loads nothing
        self._page.goto(page.url)
        return self._page

    @cached_property
    def _page(self) -> Page:
        context = self._browser.new_context()
        context.route("**/*", self._answer)
        return context.new_page()

    def _answer(self, route: Route) -> None:
        if route.request.resource_type == "script":
            route.abort()
        elif route.request.is_navigation_request():
            route.fulfill(body=self._shown, content_type="text/html; charset=utf-8")
        else:
            route.continue_()


def _described(violation: dict[str, Any]) -> str:
    nodes = violation["nodes"][:3]
    places = "".join(f"\n    {node['html'][:160]}\n      {node['failureSummary']}" for node in nodes)
    return f"- {violation['id']} ({violation['impact']}): {violation['help']}{places}"


def _note_wrongs(context: BrowserContext, site: SiteProcess, wrongs: list[str]) -> None:
    def on_console(message: Any) -> None:
        # axe tries inline styles of its own; what it evaluates has no address.
        if "Content Security Policy" in message.text and message.location["url"]:
            wrongs.append(f"{message.page.url if message.page else ''}: {message.text}")

    def on_request(request: Any) -> None:
        asked = urlsplit(request.url)
        if asked.scheme not in ("data", "blob", "about") and f"{asked.scheme}://{asked.netloc}" != site.url:
            wrongs.append(f"A request left the site: {request.url}")

    context.on("console", on_console)
    context.on("request", on_request)
