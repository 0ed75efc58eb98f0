"""A real browser for the tests, and axe in it."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
        browser = playwright.chromium.launch(executable_path=chrome_path(), args=FLAGS)
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
def axe() -> Callable[..., None]:
    """`axe(page)`: no accessibility violation on the page as it is now, JavaScript or not."""
    runner = Axe()

    def check(page: Page, *, without: tuple[str, ...] = ()) -> None:
        options = {**WCAG_AND_BEST_PRACTICE, "rules": {rule: {"enabled": False} for rule in without}}
        with scripted(page) as run_in:
            violations = runner.run(run_in, options=options).response["violations"]
        assert not violations, f"axe on {page.url}:\n" + "\n".join(map(_described, violations))

    return check


@contextmanager
def scripted(page: Page) -> Iterator[Page]:
    """The page itself; for one without JavaScript a twin: what it shows now, in a context where axe can run,
    the page's own scripts still left out."""
    if page.context not in scriptless:
        yield page
        return
    shown = page.content()
    browser = page.context.browser
    assert browser is not None
    twin = browser.new_context(viewport=page.viewport_size)

    def answer(route: Route) -> None:
        if route.request.resource_type == "script":
            route.abort()
        elif route.request.is_navigation_request():
            route.fulfill(body=shown, content_type="text/html; charset=utf-8")
        else:
            route.continue_()

    twin.route("**/*", answer)
    copy = twin.new_page()
    copy.goto(page.url)
    yield copy
    twin.close()


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
