"""A patient tests camera and microphone before a virtual visit, and nothing leaves the page."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Page, expect

from tests.browser import OpenPage
from tests.journeys.steps import Axe

CHECK = "/facial-paralysis/virtual-visits/check/"
ALLOWED = {"permissions": ["camera", "microphone"]}
REMEMBER_TRACKS = """() => {
  window.tracks = [];
  const devices = navigator.mediaDevices, ask = devices.getUserMedia.bind(devices);
  devices.getUserMedia = async wishes => {
    if (window.refused && wishes.video) throw new DOMException('', window.refused);
    const stream = await ask(wishes);
    tracks.push(...stream.getTracks());
    return stream;
  };
}"""
REMEMBER_TRACKS_AT_ONCE = f"if (navigator.mediaDevices) ({REMEMBER_TRACKS})()"
IN_USE = "tracks.filter(track => track.readyState === 'live').map(track => track.kind).sort()"
PLAYS = "video => !video.paused && video.videoWidth > 0 && getComputedStyle(video).transform"


@contextmanager
def nothing_asked_of_the_network(page: Page) -> Iterator[None]:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda socket: asked.append(socket.url))
    yield
    assert asked == []


def when_pressing(page: Page, name: str) -> None:
    page.get_by_role("button", name=name).click()


def then_told(page: Page, *told: str) -> None:
    for words in told:
        expect(page.get_by_role("status").filter(has_text=words)).to_be_visible()


def then_in_use(page: Page, *devices: str) -> None:
    """Changing over takes a moment; what it comes to counts."""
    deadline = time.monotonic() + 5
    while page.evaluate(IN_USE) != [*devices] and time.monotonic() < deadline:
        page.wait_for_timeout(50)
    assert page.evaluate(IN_USE) == [*devices]


def test_a_patient_sees_and_hears_that_the_device_is_ready(open_page: OpenPage, axe: Axe) -> None:
    # given a device with two cameras, and nothing asked for before a press
    page = open_page(CHECK, **ALLOWED)
    page.add_init_script(REMEMBER_TRACKS_AT_ONCE)
    axe(page)
    # when they test both, by keyboard
    with page.expect_navigation():  # not for its address: the script takes the test out of that at once
        page.get_by_role("link", name="Test my camera and microphone").press("Enter")
    with nothing_asked_of_the_network(page):
        # then they see themselves as in a mirror, and the sound is heard, in words too
        then_told(
            page, "Your camera works", "Your microphone works", "Your device is ready for a virtual visit"
        )
        assert page.locator("video").evaluate(PLAYS) == "matrix(-1, 0, 0, 1, 0, 0)"
        expect(page.get_by_role("button", name="Stop the test")).to_be_focused()
        axe(page)
        # when they choose the other camera, only that one is used
        page.get_by_label("Which camera").select_option(index=1)
        then_told(page, "Your camera works")
        then_in_use(page, "audio", "video")
        # when they turn the camera off, the microphone stays
        when_pressing(page, "Turn the camera off")
        then_told(page, "Your camera is off", "ready for a virtual visit without a picture")
        then_in_use(page, "audio")
        # when they stop, both devices are let go, and they can start again
        when_pressing(page, "Stop the test")
        then_told(page, "Camera and microphone are off")
        then_in_use(page)
        expect(page.get_by_role("button", name="Test my camera and microphone")).to_be_focused()
        # when they test the microphone alone, no camera is asked for
        when_pressing(page, "Test only my microphone")
        then_told(page, "Your microphone works", "Your camera is off")
        then_in_use(page, "audio")


def test_each_failure_has_an_answer_and_a_way_on(open_page: OpenPage, axe: Axe) -> None:
    # given somebody who does not allow it
    page = open_page(CHECK, width=320)
    page.get_by_role("link", name="Test my camera and microphone").click()
    then_told(page, "The browser did not let this page use the camera or the microphone")
    expect(page.get_by_role("button", name="Test my camera and microphone")).to_be_focused()
    axe(page)
    # given a camera that is missing, or used by another program: the microphone is tested all the same
    page.context.grant_permissions(["camera", "microphone"])
    page.evaluate(REMEMBER_TRACKS)
    for reason, told in (
        ("NotFoundError", "found no camera"),
        ("NotReadableError", "The camera does not answer"),
    ):
        page.evaluate("reason => { window.refused = reason }", reason)
        when_pressing(page, "Test my camera and microphone")
        then_told(page, told, "Your microphone works", "ready for a virtual visit without a picture")
        when_pressing(page, "Stop the test")
    # given an old browser, and an address that is not secure: there is nothing to press
    for lacking, told in (
        ("delete window.RTCPeerConnection", "This browser cannot make video calls"),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "This address is not secure"),
    ):
        page.add_init_script(lacking)
        page.goto(f"{CHECK}?test=both")
        then_told(page, told)
        expect(page.get_by_role("button", name="Test")).to_have_count(0)


def test_who_tests_the_microphone_alone_is_told_of_it_alone(open_page: OpenPage) -> None:
    page = open_page(CHECK, width=320)
    page.get_by_role("link", name="Test only my microphone").click()
    then_told(page, "The browser did not let this page use the microphone.")
    expect(page.get_by_text("You would rather not show yourself?")).to_have_count(0)


def test_nothing_is_asked_for_where_nobody_pressed(open_page: OpenPage) -> None:
    # given the address of the test in a message, or a page that was loaded again
    page = open_page(f"{CHECK}?test=both", **ALLOWED)
    page.evaluate(REMEMBER_TRACKS)
    # then the test waits for a press
    expect(page.get_by_role("button", name="Test my camera and microphone")).to_be_visible()
    page.wait_for_timeout(500)
    then_in_use(page)
    when_pressing(page, "Test only my microphone")
    then_told(page, "Your microphone works")


def test_coming_back_to_the_test_starts_nothing(open_page: OpenPage) -> None:
    # given a test that was begun by the link, and stopped
    page = open_page(CHECK, **ALLOWED)
    page.add_init_script(REMEMBER_TRACKS_AT_ONCE)
    page.get_by_role("link", name="Test only my microphone").click()
    then_told(page, "Your microphone works")
    when_pressing(page, "Stop the test")
    # when the page is loaded again, or reached by going back
    for come_back in (page.reload, lambda: (page.goto("/"), page.go_back())):
        come_back()
        page.wait_for_timeout(500)
        # then nothing is asked for
        then_in_use(page)


def test_a_browser_that_lets_no_sound_run_before_a_press_asks_for_one(open_page: OpenPage) -> None:
    # given such a browser
    page = open_page(CHECK, **ALLOWED)
    page.add_init_script(REMEMBER_TRACKS_AT_ONCE)
    page.add_init_script(
        "addEventListener('click', () => { window.pressed = true }, true);"
        "Object.defineProperty(AudioContext.prototype, 'state',"
        " {get() { return window.pressed ? 'running' : 'suspended' }})"
    )
    # when the link led to the test
    page.get_by_role("link", name="Test only my microphone").click()
    # then it asks for a press, and lets the devices go until then
    then_told(page, "Press the button once more to begin.")
    then_in_use(page)
    when_pressing(page, "Test only my microphone")
    then_told(page, "Your microphone works")
