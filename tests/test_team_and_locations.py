"""People and places: filters, and whether a place is open, by the sign on its own door."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import assume, example, given
from hypothesis import strategies as st
from pytest_django.fixtures import DjangoAssertNumQueries

from services.models import Location, OpeningHours
from services.opening_times import Span, opening_at
from tests.content import add_clinic, add_page, add_person
from tests.html import Element, parse

NEW_YORK, CHICAGO = ZoneInfo("America/New_York"), ZoneInfo("America/Chicago")
OFFICE = [Span(day, time(8), time(17)) for day in range(5)]

clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
spans = st.lists(
    st.tuples(st.integers(0, 6), clocks, clocks).filter(lambda span: span[1] < span[2]),
    min_size=1,
    unique_by=lambda span: span[0],
).map(lambda spans: [Span(*span) for span in spans])
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([NEW_YORK, CHICAGO, ZoneInfo("Australia/Lord_Howe"), ZoneInfo("America/Phoenix")])


def at(text: str, zone: ZoneInfo = NEW_YORK) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    ("moment", "is_open", "changes_at"),
    [
        ("2026-11-23 08:00", True, "2026-11-23 17:00"),
        ("2026-11-23 16:59:59", True, "2026-11-23 17:00"),
        ("2026-11-23 17:00", False, "2026-11-24 08:00"),
        ("2026-11-23 07:59:59", False, "2026-11-23 08:00"),
        ("2026-11-27 18:00", False, "2026-11-30 08:00"),
        ("2026-03-07 12:00", False, "2026-03-09 08:00"),
        ("2026-10-31 23:30", False, "2026-11-02 08:00"),
    ],
)
def test_open_from_the_opening_minute_until_the_closing_minute(
    moment: str, is_open: bool, changes_at: str
) -> None:
    opening = opening_at(at(moment), OFFICE, NEW_YORK)
    assert opening is not None
    assert (opening.is_open, opening.changes_at) == (
        is_open,
        datetime.fromisoformat(changes_at).replace(tzinfo=NEW_YORK),
    )
    assert opening.is_today == (moment[:10] == changes_at[:10])


def test_a_place_that_opens_once_a_week_opens_a_week_later() -> None:
    opening = opening_at(at("2026-11-23 12:00"), [Span(0, time(8), time(12))], NEW_YORK)
    assert opening and not opening.is_today and str(opening.day) == "2026-11-30"


def test_a_place_without_hours_says_nothing_and_a_time_without_a_zone_is_refused() -> None:
    assert opening_at(at("2026-11-23 12:00"), [], NEW_YORK) is None
    with pytest.raises(ValueError, match="time zone"):
        opening_at(datetime(2026, 11, 23), OFFICE, NEW_YORK)


def on_the_sign(moment: datetime, hours: list[Span], zone: ZoneInfo) -> bool:
    here = moment.astimezone(zone)
    return any(span.weekday == here.weekday() and span.opens <= here.time() < span.closes for span in hours)


@given(moments, spans, zones)
@example(at("2026-03-08 06:59"), [Span(6, time(2, 30), time(5))], NEW_YORK)
@example(at("2026-11-01 01:30"), [Span(6, time(1), time(2))], NEW_YORK)
def test_open_is_what_the_clock_on_the_wall_and_the_sign_say(
    moment: datetime, hours: list[Span], zone: ZoneInfo
) -> None:
    opening = opening_at(moment, hours, zone)
    assert opening is not None
    assert opening.is_open == on_the_sign(moment, hours, zone)
    assert opening.is_today == (opening.day == moment.astimezone(zone).date())


@given(moments, spans, zones, st.integers(0, 99))
@example(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), [Span(6, time(1, 45), time(5))], NEW_YORK, 50)
def test_between_now_and_the_next_opening_it_is_never_open(
    moment: datetime, hours: list[Span], zone: ZoneInfo, percent: int
) -> None:
    opening = opening_at(moment, hours, zone)
    assert opening is not None
    assume(not opening.is_open)
    opens = opening.changes_at.astimezone(UTC)
    assume(opens.astimezone(zone).time() == opening.time)
    assert moment < opens <= moment + timedelta(days=8, hours=2)
    assert on_the_sign(opens, hours, zone)
    assert not on_the_sign(moment + (opens - moment) * percent // 100, hours, zone)


# ------------------------------------------------------------------------------------------------ pages


def open_on_weekdays(place: Location, opens: str = "08:00", closes: str = "17:00") -> None:
    OpeningHours.objects.bulk_create(
        OpeningHours(location=place, weekday=day, opens=opens, closes=closes) for day in range(5)
    )


@pytest.fixture
def page(client: Client) -> Callable[[str], Element]:
    def get(path: str) -> Element:
        answer = client.get(path)
        assert answer.status_code == 200
        return parse(answer.content).one("main")

    return get


@pytest.fixture
def places(db: None, time_machine: Any) -> None:
    """Two places in two time zones, on a Monday at 16:30 in New York."""
    time_machine.move_to(at("2026-11-23 16:30"))
    add_page("/l/", "Locations", kind="list")
    open_on_weekdays(add_page("/l/a/", "Cleveland", kind="location"))
    florida = {"region": "florida", "time_zone": "America/Chicago", "city": "Pensacola", "state": "FL"}
    open_on_weekdays(add_page("/l/b/", "Pensacola", kind="location", **florida), closes="15:30")


def titles(main: Element) -> list[str]:
    return main.one("ul", css="results").texts("h3")


@pytest.mark.usefixtures("places")
def test_each_location_says_whether_it_is_open_in_its_own_time(page: Any) -> None:
    assert page("/l/").texts("p", css="opening") == [
        "Open now until 5 p.m. Eastern time.",
        "Closed now. Opens Tuesday, November 24, 8 a.m. Central time.",
    ]
    assert page("/l/").text.count("On public holidays, please call first.") == 1
    assert page("/l/a/").one("p", css="opening").text == (
        "Open now until 5 p.m. Eastern time. On public holidays, please call first."
    )


@pytest.mark.usefixtures("places")
def test_before_opening_today_is_said(page: Any, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-23 06:00"))
    assert "Closed now. Opens today, 8 a.m. Eastern time." in page("/l/a/").one("p", css="opening").text


@pytest.mark.usefixtures("places")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Cleveland", "Pensacola"]),
        ("?region=florida", ["Pensacola"]),
        ("?open=now", ["Cleveland"]),
        ("?open=now&region=florida", []),
        ("?region=ohio&open=never", ["Cleveland"]),
    ],
)
def test_locations_by_region_and_open_now(page: Any, query: str, found: list[str]) -> None:
    assert titles(page(f"/l/{query}")) == found


@pytest.mark.usefixtures("places")
def test_open_now_is_offered_even_at_night_with_its_number(page: Any, time_machine: Any) -> None:
    time_machine.move_to(at("2026-11-24 03:00"))
    row = page("/l/").one("nav", css="facets").all("li")[-1]
    assert (row.one("span", css="count").all("span")[0].text, row.all("a")) == ("0", [])
    assert row.text.startswith("Open now")


@pytest.mark.usefixtures("places")
def test_a_location_has_one_line_for_a_calendar(page: Any) -> None:
    assert page("/l/a/").one("span", css="one-line").text == "1 Lake Road, Cleveland, OH 44101"
    add_clinic()
    assert page("/l/a/").one("span", css="one-line").text == (
        "Erie & Gulf Clinic, 1 Lake Road, Cleveland, OH 44101"
    )


@pytest.fixture
def team(db: None) -> None:
    add_page("/team/", "Team", kind="list")
    north, south = (
        add_page("/l/", "North clinic", kind="location", menu_title="North"),
        add_page("/m/", "South", kind="location"),
    )
    hidden = add_page("/n/", "Hidden", kind="location", status="draft")
    add_person("/team/a/", "Ann", role="surgeon", languages=["en", "es"], position=1).places.add(
        north, hidden
    )
    add_person("/team/b/", "Ben", role="therapist", languages=["en"], position=2).places.add(north, south)
    add_person("/team/c/", "Cal", role="therapist", languages=["en", "ko"], position=3).places.add(south)


@pytest.mark.usefixtures("team")
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Ann", "Ben", "Cal"]),
        ("?role=therapist", ["Ben", "Cal"]),
        ("?role=therapist&place=l", ["Ben"]),
        ("?language=es", ["Ann"]),
        ("?language=es&role=therapist", []),
        ("?place=n", ["Ann", "Ben", "Cal"]),
    ],
)
def test_people_by_role_place_and_language(page: Any, query: str, found: list[str]) -> None:
    assert titles(page(f"/team/{query}")) == found


@pytest.mark.usefixtures("team")
def test_only_what_makes_a_difference_is_offered(page: Any) -> None:
    main = page("/team/")
    lists = main.one("nav", css="facets").all("ul")
    assert [(each.attributes["aria-label"], each.links()) for each in lists] == [
        ("Role", ["/team/?role=surgeon#found", "/team/?role=therapist#found"]),
        ("Place", ["/team/?place=l#found", "/team/?place=m#found"]),
        ("Language", [f"/team/?language={code}#found" for code in ("en", "ko", "es")]),
    ]
    assert main.one("ul", css="results").all("li")[0].texts("p")[-1] == (
        "Facial plastic surgeon North Speaks: English, Spanish"
    )


@pytest.mark.usefixtures("team")
def test_more_people_cost_no_more_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(30) as before:
        client.get("/team/")
    place = Location.objects.at("/m/").get()
    for number in range(4):
        add_person(f"/team/p{number}/", "P", languages=["en"]).places.add(place)
    with django_assert_max_num_queries(len(before)):
        client.get("/team/")
