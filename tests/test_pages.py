"""The content pages: what each kind shows, to whom, with which headers, at what cost."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import DjangoAssertNumQueries

from services.models import OpeningHours, Page, PageText, Source, Update
from services.templatetags.parts import icon
from tests.content import (
    KEPT_A_MINUTE,
    add_clinic,
    add_facts,
    add_page,
    add_person,
    add_point,
    add_update,
)
from tests.first_view import run
from tests.html import Element, parse

pytestmark = pytest.mark.django_db

CERTIFIED = ("board_certification", "Otolaryngology"), ("board_certification", "Facial plastic surgery")


@pytest.fixture
def page(client: Client) -> Callable[[str], Element]:
    """The published page at a path."""

    def get(path: str) -> Element:
        answer = client.get(path)
        assert answer.status_code == 200, path
        return parse(answer.content)

    return get


def main(document: Element) -> Element:
    return document.one("main")


def test_an_article_shows_its_words_with_the_clinics_name_and_number(page: Any) -> None:
    add_clinic()
    add_page("/a/", "All of it", summary="Call {phone}.", body="## Why\n\n{clinic} *helps*.", description="D")
    shown = page("/a/")
    assert shown.one("title").text == "All of it · Erie & Gulf Clinic"
    assert shown.one("meta", name="description").attributes["content"] == "D"
    assert main(shown).one("h1").text == "All of it"
    assert main(shown).one("p", css="lead").text == "Call 216-555-0142 ."
    prose = main(shown).one("div", css="prose")
    assert (prose.texts("h2"), prose.texts("p")) == (["Why"], ["Erie & Gulf Clinic helps ."])


def test_a_site_without_clinic_data_still_shows_its_pages(page: Any) -> None:
    add_page("/a/", "A", body="Call {phone}.")
    assert page("/a/").one("title").text == "A"


@pytest.mark.parametrize("path", ["/draft/", "/nothing/", "/DRAFT/", "/a/b/", "/a.html", "/fr/a/", "/a//"])
def test_what_is_not_published_at_that_address_is_not_found(client: Client, path: str) -> None:
    add_page("/a/")
    add_page("/draft/", status="draft")
    answer = client.get(path)
    assert answer.status_code == 404
    assert parse(answer.content).one("h1").text == "We could not find this page"


def test_an_address_without_its_last_stroke_leads_to_the_page(client: Client) -> None:
    add_page("/a/")
    answer = client.get("/a")
    assert (answer.status_code, answer["Location"]) == (301, "/a/")


def test_a_page_is_read_not_posted_to(client: Client) -> None:
    add_page("/a/")
    assert client.post("/a/").status_code == 405


def test_the_menu_and_the_footer_hold_the_published_pages_chosen_for_them(page: Any) -> None:
    add_page("/b/", "Second", in_menu=True, position=2)
    add_page("/a/", "First page of all", menu_title="First", in_menu=True, in_footer=True, position=1)
    add_page("/c/", "Draft", in_menu=True, in_footer=True, status="draft")
    add_page("/d/", "Foot", in_footer=True)
    add_page("/e/", "Other")
    shown = page("/b/")
    menu = shown.one("nav", css="nav")
    assert menu.texts("a") == ["First", "Second"]
    assert [link.text for link in menu.all("a", **{"aria-current": "page"})] == ["Second"]
    assert shown.one("footer").one("nav").texts("a") == ["First", "Foot"]


def test_breadcrumbs_lead_up_to_the_home_page(page: Any) -> None:
    add_page("/", "Home", kind="home")
    add_page("/a/", "Facial paralysis in full", menu_title="Facial paralysis")
    add_page("/a/b/", "Hidden", status="draft")
    add_page("/a/b/c/", "Here")
    crumbs = page("/a/b/c/").one("nav", css="crumbs")
    assert crumbs.links() == ["/", "/a/"]
    assert crumbs.texts("li") == ["Home", "Facial paralysis", "Here"]
    assert crumbs.one("span", **{"aria-current": "page"}).text == "Here"
    assert not page("/").all("nav", css="crumbs")


def test_who_reviewed_a_page_when_and_on_what_sources_is_shown(page: Any) -> None:
    jane = add_person("/jane/", "Jane Doe, MD")
    dates = {"reviewed_on": "2026-10-06", "review_due_on": "2027-10-06"}
    reviewed = add_page("/a/", "A", reviewer=jane, **dates)
    Source.objects.create(
        page=reviewed, title="A study", publisher="A journal", year=2014, url="https://x.org"
    )
    Source.objects.create(page=reviewed, position=1, title="A book")
    side = page("/a/").one("aside", css="side")
    assert side.one("a", href="/jane/").text == "Jane Doe, MD"
    assert [time.attributes["datetime"] for time in side.all("time")] == ["2026-10-06", "2027-10-06"]
    sources = side.one("section", css="sources")
    assert sources.texts("li") == ["A study . A journal, 2014", "A book"]
    assert sources.links() == ["https://x.org"]


@pytest.mark.parametrize(("status", "named"), [("archived", True), ("draft", False)])
def test_a_reviewer_who_has_left_is_named_without_a_link_and_one_not_announced_is_not(
    page: Any, status: str, named: bool
) -> None:
    jane = add_person("/jane/", "Jane Doe, MD", status=status)
    add_page("/a/", "A", reviewer=jane, reviewed_on="2026-10-06")
    whole = page("/a/")
    side = whole.one("aside", css="side")
    assert ("Jane Doe, MD" in side.text) is named and "/jane/" not in side.links()
    assert ("Jane Doe" in whole.one("script", type="application/ld+json").text) is named


def test_points_stand_in_their_order_with_icon_and_link(page: Any) -> None:
    shown = add_page("/a/", "A")
    add_point(shown, "Second", position=2, body="*Words*", link="/b/")
    add_point(shown, "First", position=1, icon="eye")
    add_point(shown, "Spanish", language="es")
    points = main(page("/a/")).one("ul", css="points")
    assert points.texts("h2") == ["First", "Second"]
    assert points.links() == ["/b/"]
    drawn = [parse(icon(name)).one("path").attributes["d"] for name in ("eye", "star")]
    assert [path.attributes["d"] for path in points.all("path")] == drawn


def double_certification_shown(page: Any) -> bool:
    headings = main(page("/a/")).texts("h2")
    assert "Always" in headings
    return "Double" in headings


def test_double_certification_is_claimed_only_while_every_surgeon_has_it(page: Any) -> None:
    expertise = add_page("/a/", "A")
    add_point(expertise, "Double", shown_if="surgeons_double_certified")
    add_point(expertise, "Always", position=1)
    assert not double_certification_shown(page)
    add_facts(add_person("/jane/", "Jane"), *CERTIFIED)
    add_person("/max/", "Max", role="therapist")
    assert double_certification_shown(page)
    joan = add_person("/joan/", "Joan", status="draft")
    add_facts(joan, CERTIFIED[0], ("training", "Long"))
    assert double_certification_shown(page)
    Page.objects.filter(pk=joan.pk).update(status="published")
    assert not double_certification_shown(page)


def test_answers_to_the_same_question_stand_together(page: Any) -> None:
    add_page("/l/", "L", kind="location")
    treatment = add_page("/t/", "T", kind="treatment", goals=["smile", "speak"], treatment_kind="retraining")
    add_facts(treatment, ("purpose", "To **move**"), ("limits", "Some"), ("purpose", "To rest"))
    shown = main(page("/t/"))
    facts = shown.one("dl", css="facts")
    assert facts.texts("dt") == ["What it is for", "What it does not do"]
    assert facts.texts("dd") == ["To move", "To rest", "Some"]
    assert shown.one("p", css="tags").text == "Retraining Helps with: Smile, Speak clearly"


def test_a_list_shows_the_published_pages_one_step_below_it_in_order(page: Any) -> None:
    add_page("/t/", "Treatments", kind="list")
    add_page("/t/b/", "Second", position=2)
    add_page("/t/a/", "First", position=1, summary="In a word")
    add_page("/t/a/deep/", "Deep")
    add_page("/t/c/", "Draft", status="draft")
    choices = main(page("/t/")).all("li", css="choice")
    assert [choice.one("a").text for choice in choices] == ["First", "Second"]
    assert [choice.one("a").attributes["href"] for choice in choices] == ["/t/a/", "/t/b/"]
    assert choices[0].text.endswith("In a word")


def test_a_service_shows_its_parts(page: Any) -> None:
    add_page("/s/", "Service", kind="service")
    add_page("/s/a/", "Part")
    assert [choice.one("a").text for choice in main(page("/s/")).all("li", css="choice")] == ["Part"]


def test_a_person_is_shown_with_role_credentials_languages_and_places(page: Any) -> None:
    place = add_page("/l/", "Cleveland clinic", kind="location")
    jane = add_person("/jane/", "Jane Doe, MD", languages=["en", "es"])
    jane.places.add(place, add_page("/m/", "Closed", kind="location", status="draft"))
    add_facts(jane, *CERTIFIED, ("interest", "Smiles"))
    shown = main(page("/jane/"))
    assert shown.one("h1").text == "Jane Doe, MD"
    assert shown.one("span", css="portrait").text == "JD"
    assert "Facial plastic surgeon" in shown.one("div", css="person-head").text
    facts = shown.one("dl", css="facts")
    assert facts.texts("dt") == ["Board certification", "Special interest", "Speaks", "Works at"]
    assert facts.texts("dd") == [
        "Otolaryngology", "Facial plastic surgery", "Smiles", "English, Spanish", "Cleveland clinic",
    ]  # fmt: skip


def test_a_location_is_shown_with_address_hours_and_people(page: Any) -> None:
    place = add_page("/l/", "Cleveland clinic", kind="location", directions_url="https://maps.example.org")
    OpeningHours.objects.create(location=place, weekday=0, opens="08:00", closes="17:30")
    add_person("/jane/", "Jane Doe, MD").places.add(place)
    add_person("/joan/", "Joan", status="draft").places.add(place)
    add_facts(place, ("parking", "Behind the house"))
    shown = main(page("/l/"))
    assert shown.one("address").text == "1 Lake Road, Cleveland, OH 44101"
    assert "https://maps.example.org" in shown.links() and "tel:+12165550143" in shown.links()
    hours = shown.one("table", css="hours")
    assert (hours.texts("th"), hours.texts("td")) == (["Monday"], ["8 a.m. to 5:30 p.m."])
    assert "Behind the house" in shown.one("dl", css="facts").texts("dd")
    assert [person.one("a").text for person in shown.all("li", css="choice")] == ["Jane Doe, MD"]


def notices(shown: Element) -> list[str]:
    return [notice.one("h2").text for notice in shown.all(css="notice")]


def test_updates_run_within_their_window_the_gravest_first(page: Any) -> None:
    add_page("/a/", "A")
    now, hour = timezone.now(), timedelta(hours=1)
    add_update("Old", starts_at=now - 2 * hour, ends_at=now - hour)
    add_update("Coming", starts_at=now + hour)
    add_update("Earlier", starts_at=now - 3 * hour, level="important")
    add_update("Later", starts_at=now - hour, ends_at=now + hour, level="important")
    add_update("Small", starts_at=now - hour)
    add_update("Grave", starts_at=now - 5 * hour, level="emergency", body="Call {phone} or *ask*.")
    add_clinic()
    shown = page("/a/").one("section", css="updates")
    assert notices(shown) == ["Emergency Grave", "Important Later", "Important Earlier", "Information Small"]
    assert shown.all("div", css="notice")[0].texts("p") == ["Call 216-555-0142 or ask ."]


def test_an_update_is_shown_on_its_pages_once_and_nowhere_else(page: Any) -> None:
    first, second = add_page("/a/", "A"), add_page("/b/", "B")
    add_page("/a/c/", "C")
    add_update("Here", pages=(first, second))
    add_update("Everywhere", pages=(first,), sitewide=True)
    assert notices(page("/a/")) == ["Information Everywhere", "Information Here"]
    assert notices(page("/b/")) == ["Information Everywhere", "Information Here"]
    assert notices(page("/a/c/")) == ["Information Everywhere"]


def test_an_update_without_words_in_the_readers_language_is_shown_in_the_one_it_has(page: Any) -> None:
    here = add_page("/a/", "A")
    PageText.objects.create(page=here, language="es", title="A", summary="A")
    add_page("/updates/", "Updates", kind="updates").texts.create(language="es", title="Avisos", summary="A")
    add_update("Closed", level="emergency", body="Go away.")
    both = add_update("Snow", body="Much.")
    both.texts.create(language="es", title="Nieve", body="Mucha.")
    assert notices(page("/a/")) == ["Emergency Closed", "Information Snow"]
    assert not page("/a/").one("section", css="updates").all(lang="en")
    shown = page("/es/a/").one("section", css="updates")
    assert notices(shown) == ["Emergencia Closed", "Información Nieve"]
    assert [each.text for each in shown.all(lang="en")] == ["Closed", "Go away."]
    assert [each.text for each in main(page("/es/updates/")).all(lang="en")] == ["Closed", "Go away."]


def test_updates_stand_before_everything_else_on_the_home_page_too(client: Client) -> None:
    add_page("/", "Home", kind="home")
    add_update("Closed", level="emergency")
    answer = client.get("/").content
    assert 0 < answer.index(b"Closed") < answer.index(b"<main")


def test_updates_bring_no_script(page: Any) -> None:
    add_page("/a/", "A")
    for level in Update.Level:
        add_update(level.value, level=level, body="Words")
    shown = page("/a/")
    assert len(notices(shown)) == len(Update.Level)
    assert run(shown) == []


def test_the_updates_page_lists_all_that_run_with_their_dates(page: Any) -> None:
    add_page("/updates/", "Updates", kind="updates")
    assert "There are no updates right now." in main(page("/updates/")).text
    add_update("Of another page", pages=(add_page("/a/", "A"),), starts_at=datetime(2026, 2, 1, tzinfo=UTC))
    add_update("Everywhere")
    shown = main(page("/updates/"))
    assert notices(shown) == ["Information Of another page", "Information Everywhere"]
    assert [time.text for time in shown.all("time")] == ["Jan. 31, 2026", "Dec. 31, 2025"]


def test_the_demonstration_and_samples_say_so(page: Any, settings: Any) -> None:
    add_page("/a/", "A")
    assert "an invented clinic" in page("/a/").one("aside", css="sample").text
    settings.DEMONSTRATION = False
    assert not page("/a/").all("aside", css="sample")
    Page.objects.update(is_sample=True)
    assert page("/a/").all("aside", css="sample")


def test_a_page_may_be_kept_by_all_caches_for_a_minute_and_sets_no_cookie(client: Client) -> None:
    add_clinic()
    add_page("/a/", "A")
    client.cookies["sessionid"] = "of somebody"
    answer = client.get("/a/", headers={"Accept-Language": "es"})
    assert answer["Cache-Control"] == KEPT_A_MINUTE
    assert answer.get("Vary", "Accept-Encoding") == "Accept-Encoding" and not answer.cookies
    assert (answer["Content-Language"], answer["X-Content-Type-Options"]) == ("en", "nosniff")
    assert answer["Referrer-Policy"] == "same-origin"
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy and "http" not in policy


def test_a_page_not_found_is_kept_by_nobody(client: Client) -> None:
    assert client.get("/a/")["Cache-Control"] == "no-store"


def test_an_unchanged_page_is_not_sent_again(client: Client) -> None:
    add_page("/a/", "A")
    first = client.get("/a/")
    again = client.get("/a/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["Cache-Control"]) == (304, b"", KEPT_A_MINUTE)
    PageText.objects.update(title="B")
    changed = client.get("/a/", headers={"If-None-Match": first["ETag"]})
    assert (changed.status_code, parse(changed.content).one("h1").text) == (200, "B")


def test_head_answers_with_the_headers_alone(client: Client) -> None:
    add_page("/a/", "A")
    head, get = client.head("/a/"), client.get("/a/")
    assert (head.status_code, head.content) == (200, b"")
    kept = ("Content-Type", "Cache-Control", "Content-Security-Policy", "Content-Language")
    assert [head[name] for name in kept] == [get[name] for name in kept]


PARENTS = [
    ("list", "article"),
    ("list", "treatment"),
    ("list", "person"),
    ("list", "location"),
    ("service", "article"),
    ("comparison", "procedure"),
]


@pytest.mark.parametrize(("kind", "below"), PARENTS)
def test_more_pages_below_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries, kind: str, below: str
) -> None:
    add_page("/", "Home", kind="home")
    parent = add_page("/p/", "P", kind=kind, in_menu=True)
    add_update("Here", pages=(parent,))

    def fill(number: int) -> None:
        child = add_page(f"/p/c{number}/", f"Child {number}", kind=below, in_footer=True)
        add_facts(child, ("purpose", "To move"), ("limits", "Some"))
        add_point(parent, f"Point {number}")
        add_update(f"Update {number}")

    fill(0)
    assert client.get("/p/").status_code == 200
    with django_assert_max_num_queries(30) as at_one:
        client.get("/p/")
    for number in range(1, 9):
        fill(number)
    with django_assert_max_num_queries(len(at_one)):
        document = parse(client.get("/p/").content)
    assert sum(f"Child {number}" in main(document).text for number in range(9)) == 9


def test_more_people_at_a_place_and_places_of_a_person_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    place, jane = add_page("/l0/", "Place 0", kind="location"), add_person("/p0/", "Person 0")
    jane.places.add(place)
    counts = {}
    for path in ("/l0/", "/p0/"):
        with django_assert_max_num_queries(30) as at_one:
            client.get(path)
        counts[path] = len(at_one)
    for number in range(1, 6):
        jane.places.add(add_page(f"/l{number}/", f"Place {number}", kind="location"))
        add_person(f"/p{number}/", f"Person {number}").places.add(place)
    for path, shown in (("/l0/", "Person 5"), ("/p0/", "Place 5")):
        with django_assert_max_num_queries(counts[path]):
            assert shown in main(parse(client.get(path).content)).text
