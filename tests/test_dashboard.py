"""The front page of the admin: how requests stand, in charts with the same numbers in tables."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import roles
from appointments.models import AppointmentRequest, EmergencyStop
from services.models import Location
from tests.builders import NOW, a_request, columns, staff
from tests.html import Element, parse
from tests.staff_client import CLOSED, QUEUE, as_, text

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def front_page(client: Client | None = None, query: str = "") -> Element:
    response = (client or as_(roles.FRONT_DESK)).get(f"/staff/{query}")
    assert response.status_code == 200
    return parse(text(response))


def figure(page: Element, heading: str) -> Element:
    [found] = [each for each in page.all("section", css="figure") if each.one("h3").text == heading]
    return found


def table(page: Element, heading: str) -> list[list[str]]:
    rows = figure(page, heading).one("table").all("tr")
    return [[cell.text for cell in row.all() if cell.tag in ("td", "th")] for row in rows]


def test_how_many_are_open_overdue_mine_and_nobodys_leads_to_them() -> None:
    me = staff(roles.FRONT_DESK)
    AppointmentRequest.objects.bulk_create(AppointmentRequest(**columns()) for _number in range(1001))
    a_request(assigned_to=me, respond_by=NOW, received_at=NOW - timedelta(days=1))
    client = Client()
    client.force_login(me)
    links = front_page(client).one("section", css="standing").all("a")
    assert [(link.text, link.attributes["href"]) for link in links] == [
        ("1,002 open", QUEUE),
        ("1 overdue, without an answer", f"{QUEUE}?answer=overdue"),
        ("1 with me", f"{QUEUE}?with=me"),
        ("1,001 with nobody yet", f"{QUEUE}?with=nobody"),
    ]
    for link in links:
        assert client.get(link.attributes["href"]).status_code == 200


def test_a_chart_is_an_image_in_words_with_the_same_numbers_in_a_table_beside() -> None:
    a_request()
    a_request(received_at=NOW - timedelta(days=1), urgency="soon", computed_urgency="soon")
    page = front_page(query="?period=7")
    image = figure(page, "Arrivals by day").one("svg", role="img")
    assert image.one("title").text == "Arrivals by day"
    assert image.one("desc").text == (
        "2 requests arrived; Same day 0; Soon 1; Routine 1; the most, Mon, Jun 15, 2026 1"
    )
    assert table(page, "Arrivals by day")[:3] == [
        ["Day", "Same day", "Soon", "Routine", "All"],
        ["Tue, Jun 16, 2026 (so far)", "0", "0", "1", "1"],
        ["Mon, Jun 15, 2026", "0", "1", "0", "1"],
    ]
    assert len(image.all("rect", css="part")) == 2
    for each in page.all("section", css="figure"):
        if each.all("svg", role="img"):
            assert len(each.all("table")) == 1


def test_time_to_first_contact_and_the_share_in_time() -> None:
    for hours in (1, 2, 3, 30):
        received = NOW - timedelta(days=5)
        a_request(
            received_at=received,
            respond_by=received + timedelta(hours=29),
            first_contact_at=received + timedelta(hours=hours),
            status="contacted",
        )
    page = front_page()
    told = {row[0]: row[1:] for row in table(page, "Time to first contact, against the target")}
    assert told["Target"] == ["2 clinic hours", "2 working days", "5 working days"]
    assert told["Half within"] == ["–", "–", "2.0 h"] and told["9 in 10 within"][2] == "15.0 h"
    share = {row[0]: row[1:] for row in table(page, "Answered in time")}
    assert (share["In time"][2], share["Late"][2], share["Share in time"]) == ("3", "1", ["–", "–", "75%"])


def test_open_ones_by_age_status_and_place_in_its_own_name() -> None:
    Location.objects.all().delete()
    a_request(place="unknown")
    a_request(received_at=NOW - timedelta(days=10), status="contacted", first_contact_at=NOW)
    page = front_page()
    ages = table(page, "Open, by how long they have waited")
    assert ages[0] == ["Waited", "No answer yet", "Answered", "All"]
    assert [row[0] for row in ages[1:]] == [
        "More than 30 days", "15 to 30 days", "8 to 14 days", "4 to 7 days", "2 to 3 days", "Yesterday",
        "Today",
    ]  # fmt: skip
    assert ages[3][1:] == ["0", "1", "1"] and ages[7][1:] == ["1", "0", "1"]
    assert table(page, "Open, by status")[1:] == [
        ["New", "1"],
        ["In review", "0"],
        ["Contacted", "1"],
        ["Scheduled", "0"],
    ]
    assert table(page, "Open, by place")[1:] == [["No preference", "1"], ["unknown", "1"]]


@pytest.mark.parametrize(
    ("query", "chosen", "days"),
    [
        ("", "30 days", "from Mon, May 18, 2026 to Tue, Jun 16, 2026"),
        ("?period=7", "7 days", "from Wed, Jun 10, 2026 to Tue, Jun 16, 2026"),
        ("?period=12m", "12 months", "from Mon, Jun 16, 2025 to Tue, Jun 16, 2026"),
        ("?period=<script>&x=%ff", "30 days", "from Mon, May 18, 2026 to Tue, Jun 16, 2026"),
    ],
)
def test_the_period_is_a_link_and_nonsense_is_the_usual_one(query: str, chosen: str, days: str) -> None:
    page = front_page(query=query)
    nav = page.one("nav", css="periods")
    assert [link.text for link in nav.all("a") if "aria-current" in link.attributes] == [f"The last {chosen}"]
    assert nav.links() == [f"?period={code}#board-period" for code in ("7", "30", "90", "12m")]
    assert days in page.one("p", css="days").text


def test_without_requests_there_are_kind_words_and_no_axes() -> None:
    page = front_page()
    assert page.all("svg", role="img") == []
    for words in (
        "No request arrived in this time.",
        "None of the requests of this time has been answered yet.",
        "There is nothing to answer in this time.",
        "No request is open.",
    ):
        assert words in page.text
    assert "emergency sign" not in page.text


def test_forms_that_ended_at_an_emergency_sign_are_counted() -> None:
    EmergencyStop.objects.create(day=date(2026, 6, 1), count=3)
    assert "3 forms ended at an emergency sign in this time" in front_page().text


@pytest.mark.parametrize("role", [roles.CONTENT_EDITOR, roles.AUDITOR])
def test_who_sees_no_patients_sees_no_numbers_of_them_and_costs_no_query(role: str) -> None:
    a_request()
    client = as_(role)
    client.get("/staff/")
    with CaptureQueriesContext(connection) as queries:
        page = front_page(client, "?period=7")
    assert page.all("section", css="standing") == page.all("section", css="board") == []
    assert not [query for query in queries if "appointmentrequest" in query["sql"]]


def test_as_many_queries_for_one_request_as_for_many() -> None:
    client, counts = as_(roles.CLINICIAN), []
    for number in (1, 40):
        for each in range(number):
            a_request(place=f"place-{each}", received_at=NOW - timedelta(hours=7 * each))
        a_request(**CLOSED)
        client.get("/staff/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/staff/?period=90")
        counts.append(len(queries))
    assert counts[0] == counts[1]
