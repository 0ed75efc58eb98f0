"""Pages of the queue: each request once, forwards and backwards, whatever happens meanwhile."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import roles
from appointments.admin import open_list, paging
from appointments.models import AppointmentRequest
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED, QUEUE, as_, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
HOUR = timedelta(hours=1)


@pytest.fixture
def small_pages(monkeypatch: Any) -> None:
    monkeypatch.setattr(paging, "SIZE", 3)
    monkeypatch.setattr(open_list, "_planned", {})


def shown(page: str) -> list[str]:
    return re.findall(r"patient (\w+)", page)


def way(page: str, rel: str) -> str | None:
    found = re.search(rf'rel="{rel}" href="([^"]+)"', page)
    return found[1].replace("&amp;", "&") if found else None


def walk(client: Client, start: str, rel: str, meanwhile: Any = None) -> list[str]:
    """The names met on the way, page by page."""
    met, address = [], start
    while address:
        page = text(client.get(f"{QUEUE}{address}"))
        met.append(shown(page))
        if meanwhile:
            meanwhile(len(met))
        address = way(page, rel) or ""
    if rel == "prev":
        met.reverse()
    return [name for names in met for name in names]


@pytest.mark.usefixtures("small_pages")
class TestPaging:
    def test_every_request_is_met_once_in_both_directions(self) -> None:
        for number in range(10):
            answered = NOW if number >= 7 else None
            due = NOW + (number % 4) * HOUR
            a_request(
                patient_name=f"patient n{number}",
                received_at=NOW - HOUR,
                respond_by=due,
                first_contact_at=answered,
            )
        client = as_(roles.FRONT_DESK)
        forwards = walk(client, "?", "next")
        assert sorted(forwards) == [f"n{number}" for number in range(10)]
        assert walk(client, "?at=last", "prev") == forwards

    @pytest.mark.parametrize("status", ["closed", "all"])
    def test_finished_ones_the_last_closed_first(self, status: str) -> None:
        for number in range(8):
            moment = NOW - number * HOUR
            times = {"received_at": moment - HOUR, "closed_at": moment, "respond_by": moment + HOUR}
            a_request(patient_name=f"patient n{number}", **{**CLOSED, **times})
        client = as_(roles.FRONT_DESK)
        expected = [f"n{number}" for number in range(8)]
        assert walk(client, f"?status={status}", "next") == expected
        assert walk(client, f"?status={status}&at=last", "prev") == expected

    def test_what_comes_and_goes_meanwhile_hides_and_doubles_no_other(self) -> None:
        for number in range(9):
            a_request(patient_name=f"patient n{number}", respond_by=NOW + (number + 1) * HOUR)

        def meanwhile(pages: int) -> None:
            a_request(patient_name="patient new", respond_by=NOW + HOUR / 2)
            gone = AppointmentRequest.objects.get(patient_name=f"patient n{pages - 1}")
            AppointmentRequest.objects.filter(pk=gone.pk).update(**CLOSED)

        met = walk(as_(roles.FRONT_DESK), "?", "next", meanwhile)
        assert [name for name in met if name != "new"] == [f"n{number}" for number in range(9)]

    def test_filters_without_an_index_are_looked_for_a_window_at_a_time(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(paging, "WINDOW", 4)
        for number in range(11):
            moment = NOW - number * HOUR
            times = {"received_at": moment - HOUR, "closed_at": moment, "respond_by": moment + HOUR}
            urgency = "soon" if number in (1, 9) else "routine"
            a_request(patient_name=f"patient n{number}", urgency=urgency, **{**CLOSED, **times})
        client = as_(roles.FRONT_DESK)
        first = text(client.get(f"{QUEUE}?status=closed&urgency__exact=soon"))
        assert shown(first) == ["n1"] and "looks through" in first
        assert walk(client, "?status=closed&urgency__exact=soon", "next") == ["n1", "n9"]
        assert walk(client, "?status=closed&urgency__exact=soon&at=last", "prev") == ["n1", "n9"]
        assert "None among those" in text(client.get(QUEUE + str(way(first, "next"))))

    @pytest.mark.parametrize(
        "at",
        ["nonsense", "W10", "WzFd", "bGFzdA", "====", "W2ZhbHNlXQ", "W2ZhbHNlLHRydWUsIngiLDFd",
         "W2ZhbHNlLGZhbHNlLCIyMDI2LTA2LTE2VDE1OjAwOjAwIiwxXQ", "9" * 400, "ü", "W1tb" * 900,
         "W3RydWUsZmFsc2UsIjk5OTktMTItMzFUMjM6NTk6NTkuOTk5OTk5LTIzOjU5Iiw1XQ",
         "W2ZhbHNlLGZhbHNlLCIyMDI0LVcwNS0xVDAwKzAxOjAwOjU5LjUiLDFd"],
    )  # fmt: skip
    def test_a_place_that_is_none_leads_to_the_first_page(self, at: str) -> None:
        a_request(patient_name="patient first")
        answer = as_(roles.FRONT_DESK).get(QUEUE, {"at": at}, follow=True)
        assert answer.status_code == 200 and shown(text(answer)) == ["first"]

    def test_another_filter_begins_at_the_start(self) -> None:
        for number in range(5):
            a_request(patient_name=f"patient n{number}", respond_by=NOW + (number + 1) * HOUR)
        client = as_(roles.FRONT_DESK)
        second = text(client.get(QUEUE + str(way(text(client.get(QUEUE)), "next"))))
        filters = re.findall(r'href="(\?[^"]*urgency__exact=soon[^"]*)"', second)
        assert filters and "at=" not in filters[0]


class TestCounts:
    def test_each_choice_is_counted_under_the_other_filters(self) -> None:
        person = staff(roles.FRONT_DESK)
        a_request(urgency="soon", language="es", assigned_to=person, date_of_birth="2020-01-01")
        a_request(urgency="soon", place="lakeside", received_at=NOW - 30 * HOUR)
        a_request(urgency="same_day", status="in_review", assigned_to=person, date_of_birth="1950-01-01")
        a_request(urgency="soon", **CLOSED)
        client = Client()
        client.force_login(person)
        page = text(client.get(f"{QUEUE}?urgency__exact=soon"))
        for counted in (
            "New (2)", "In review (0)", "Me (1)", "Nobody yet (1)", "Same day (1)", "Soon (2)", "Routine (0)",
            "Spanish (1)", "English (1)", "No preference (1)", "Under 18 (1)", "18 to 64 (0)",
            "65 and over (1)",
            "In the last 24 hours (1)", "1 to 3 days ago (1)", "Either (2)", "2 requests",
        ):  # fmt: skip
            assert counted in page, counted

    def test_finished_ones_are_offered_without_counting_them(self) -> None:
        a_request(**CLOSED)
        client = as_(roles.FRONT_DESK)
        with CaptureQueriesContext(connection) as queries:
            page = text(client.get(f"{QUEUE}?status=closed"))
        assert "1 request<" in page and "Closed (" not in page
        counts = [query["sql"] for query in queries if "COUNT" in query["sql"] and "status" in query["sql"]]
        assert all("LIMIT 1001" in sql or "'withdrawn'" in sql or "'new'" in sql for sql in counts)

    def test_many_are_said_to_be_many(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("appointments.admin.queue.COUNTED", 2)
        for _ in range(3):
            a_request(**CLOSED)
        assert "More than 2 requests" in text(as_(roles.FRONT_DESK).get(f"{QUEUE}?status=closed"))

    @pytest.mark.parametrize("query", ["", "?status=closed", "?status=all", "?status=closed&age=adult"])
    def test_a_hundred_cost_as_many_queries_as_one(self, query: str) -> None:
        client = as_(roles.CLINICIAN)
        kind = CLOSED if "closed" in query else {}

        def asked(count: int) -> int:
            for _row in range(count):
                a_request(assigned_to=staff(), urgency="soon", urgency_reasons=["lump"], **kind)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(QUEUE + query).status_code == 200
            return len(queries)

        asked(0)
        assert asked(1) == asked(45)

    def test_ages_turn_on_the_birthday(self) -> None:
        a_request(patient_name="patient grown", date_of_birth="2008-06-16")
        a_request(patient_name="patient child", date_of_birth="2008-06-17")
        client = as_(roles.FRONT_DESK)
        assert shown(text(client.get(f"{QUEUE}?age=child"))) == ["child"]
        assert shown(text(client.get(f"{QUEUE}?age=adult"))) == ["grown"]
