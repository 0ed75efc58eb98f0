"""The search page as it is served: what it says, to whom it leads, and what it never keeps."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.urls import reverse
from playwright.sync_api import expect

from clinic_site.serve import WEB_SERVER
from services import search, search_index
from services.models import SearchPhrase
from tests.browser import OpenPage
from tests.content import add_clinic, add_page
from tests.html import Element, parse
from tests.site_process import SiteProcess

TYPED = "my-face-droops-Zoe-OHara"


@pytest.fixture
def content(db: None) -> None:
    add_clinic()
    for number in range(12):
        add_page(f"/p{number:02}/", f"Nerve & page {number:02}", summary="About *one* nerve.")
    SearchPhrase.objects.create(kind="emergency", words=["cannot breathe"])
    SearchPhrase.objects.create(kind="crisis", words=["end my life"])
    search_index.index_all()


@pytest.fixture
def asking(client: Client, content: None) -> Callable[..., Element]:
    """The page that answers a question."""

    def ask(question: str, **more: str) -> Element:
        answer = client.get("/search/", {"q": question, **more})
        assert answer.status_code == 200
        return parse(answer.content)

    return ask


Asking = Callable[..., Element]


def test_the_answers_are_counted_titled_marked_and_told_what_they_are(asking: Asking) -> None:
    shown = asking("nerve")
    main = shown.one("main")
    assert shown.one("title").text == "Search: nerve · Erie & Gulf Clinic"
    assert (main.one("h1").text, main.texts("h2")[0]) == ("Search", "12 results")
    assert main.one("input", name="q").attributes["value"] == "nerve"
    first = main.one("ol").all("li")[0]
    assert (first.one("a").attributes["href"], first.one("a").text) == ("/p00/", "Nerve & page 00")
    assert [first.one("p", css="tags").text, first.texts("mark")] == ["Article", ["Nerve", "nerve"]]


def test_pages_of_results_are_plain_links(asking: Asking) -> None:
    first, second = asking("nerve"), asking("nerve", page="2")
    ways = first.one("nav", css="pages")
    assert (ways.texts("span"), ways.links()) == (["Page 1 of 2"], ["?q=nerve&page=2"])
    assert second.one("nav", css="pages").links() == ["?q=nerve&page=1"]
    assert len(second.one("ol").all("li")) == 2
    assert asking("nerve page 03").all("nav", css="pages") == []


@pytest.mark.parametrize("page", ["0", "-1", "x", "9" * 400, "٣", ""])
def test_a_page_number_that_is_none_is_answered_too(asking: Asking, page: str) -> None:
    assert asking("nerve", page=page).one("main").texts("h2")[0] == "12 results"


def test_a_mended_question_says_so(asking: Asking) -> None:
    shown = asking("nervve").one("main")
    assert "We found nothing for “nervve”. Showing results for nerve ." in shown.text


def test_where_nothing_is_found_there_is_a_way_on(asking: Asking) -> None:
    shown = asking("zzzz<script>alert(1)</script>").one("main")
    assert shown.texts("h2")[0] == "We found nothing for “zzzz<script>alert(1)</script>”"
    assert "tel:+12165550142" in shown.links()
    near = asking("nervous").one("main")
    assert "?q=nerve" in near.links() and "/p00/" in near.links()


def test_the_empty_box_asks_for_a_few_words(asking: Asking) -> None:
    assert "Type a few words" in asking("").one("main").text
    assert asking("& | ! ()").one("main").texts("h2")[0] == "We found nothing for “& | ! ()”"


def test_a_long_question_is_cut_and_it_is_said(asking: Asking) -> None:
    shown = asking("nerve " * 2_000).one("main")
    assert "We searched for the first 150 characters." in shown.text
    assert len(shown.one("input", name="q").attributes["value"]) <= 150


def test_emergency_words_show_the_call_above_everything_found(asking: Asking) -> None:
    main = asking("I can not breathe, cannot breathe nerve").one("main")
    assert main.one(id="call-911").text == "Call 911 now"
    assert main.texts("h2")[0] == "Call 911 now"
    assert "tel:911" in main.links()
    assert asking("nerve").all(id="call-911") == []


def test_crisis_words_show_988_and_the_page_that_helps_where_there_is_one(asking: Asking) -> None:
    assert {"tel:988", "sms:988"} < set(asking("end my life").one("main").links())
    add_page("/crisis-help/", "Help in a crisis")
    assert "/crisis-help/" in asking("end my life").one("main").links()


def test_the_answer_is_kept_by_nobody(client: Client, content: None) -> None:
    answer = client.get("/search/", {"q": "nerve"})
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert not answer.cookies
    assert parse(answer.content).one("meta", name="robots").attributes["content"] == "noindex"
    assert client.post("/search/", {"q": "nerve"}).status_code == 405


def test_every_page_has_the_box_and_the_search_page_has_it_once(client: Client, asking: Asking) -> None:
    box = parse(client.get("/p00/").content).one("form", role="search")
    assert (box.attributes["action"], box.attributes["method"]) == ("/search/", "get")
    assert box.one("label").attributes["for"] == box.one("input").attributes["id"]
    assert len(asking("nerve").all("form", role="search")) == 1


def test_editors_say_what_lay_words_mean(client: Client, content: None) -> None:
    client.force_login(User.objects.create_superuser("editor"))
    form = {"language": "en", "kind": "synonym", "words": "wonky face, face droop", "means": ""}
    address = reverse("admin:services_searchphrase_add")
    refused = client.post(address, form)
    assert "Say what these words mean" in refused.content.decode()
    assert client.post(address, {**form, "means": "nerve"}).status_code == 302
    assert SearchPhrase.objects.get(kind="synonym").staff_edited_at is not None
    assert search.find("wonkey face", language="en").total == 12


# ------------------------------------------------------------------------------------- what is never kept


def fail(*_args: Any, **_kwargs: Any) -> None:
    raise ValueError(f"no answer to {TYPED}")


def refuse(*_args: Any, **_kwargs: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_tsquery(%s)", [f"{TYPED} & ("])


@pytest.mark.parametrize("failing", [fail, refuse])
def test_a_failure_does_not_log_the_question(
    content: None, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch, failing: Callable[..., None]
) -> None:
    monkeypatch.setattr(search, "find", failing)
    answer = Client(raise_request_exception=False).get("/search/", {"q": TYPED})
    assert answer.status_code == 500 and TYPED not in answer.content.decode()
    assert "answered 500 (view services:search)" in log()
    assert TYPED not in log()


def test_the_web_server_keeps_no_list_of_addresses() -> None:
    assert "--no-access-log" in WEB_SERVER and "--access-log" not in WEB_SERVER


def test_what_is_asked_of_the_running_site_stands_in_none_of_its_files(site: SiteProcess) -> None:
    for path in (
        f"/search/?q={TYPED}",
        f"/search/?q={TYPED}%00",
        f"/{TYPED}/",
        f"/search/?q={'x' * 9_000}{TYPED}",
    ):
        assert site.get(path).status in (200, 400, 404)
    written = [file for file in site.var.rglob("*") if file.is_file() and file.suffix in (".log", ".out", "")]
    assert not [file for file in written if "pgsql" not in file.parts and TYPED.encode() in file.read_bytes()]
    assert TYPED not in site.output


# --------------------------------------------------------------------------------------------- in a browser


def test_a_patient_searches_from_the_menu_of_a_phone_without_javascript(
    open_page: OpenPage, axe: Any
) -> None:
    phone = open_page("/", width=320, height=640, javascript=False)
    phone.get_by_text("Menu", exact=True).click()
    phone.get_by_role("searchbox").fill("facial nerv")
    phone.get_by_role("searchbox").press("Enter")
    expect(phone.get_by_role("heading", level=3)).to_have_count(10)
    assert phone.url.endswith("/search/?q=facial+nerv")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 320
    axe(phone)


def test_the_page_is_accessible_with_advice_and_without_answers(open_page: OpenPage, axe: Any) -> None:
    page = open_page("/search/?q=suicide", width=1280)
    axe(page)
    page.goto("/search/?q=zzzzqqqq")
    axe(page)
