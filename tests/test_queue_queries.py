"""What a page of the queue asks of the database, everything included: log-in, second factor, trail."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import F
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from appointments import roles
from appointments.models import AppointmentRequest, Event, StaffSession
from tests.builders import a_message, a_request
from tests.many_requests import copies_of_one
from tests.staff_client import CLOSED, QUEUE, as_, proven, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
MOST = 8


@pytest.fixture
def desk(settings: Settings) -> Client:
    """Somebody whose second factor is looked at, as in production."""
    settings.DEMONSTRATION = False
    return proven(as_(roles.ADMINISTRATOR))


def rows(number: int, **kind: Any) -> None:
    first = a_request(urgency="same_day", urgency_reasons=["lump"], place="lakeside", **kind)
    with connection.cursor() as cursor:
        cursor.execute(copies_of_one(), [f"{first.pk}-", number - 1, first.pk])


def asked(client: Client, address: str) -> list[str]:
    """The statements of one page, once somebody has been away for a minute: that they are back is noted."""
    StaffSession.objects.update(acted_at=F("acted_at") - timedelta(minutes=1))
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
    assert answer.status_code == 200 and "/change/" in text(answer)
    return [query["sql"] for query in queries]


@pytest.mark.parametrize(
    "query",
    ["", "?urgency__exact=same_day", "?urgency__exact=same_day&place=any&with=nobody", "?at=last",
     "?status=closed", "?status=closed&at=last", "?status=closed&age=senior", "?status=closed&with=nobody",
     "?status=all", "?status=all&age=senior&at=last"],
)  # fmt: skip
def test_a_page_asks_at_most_eight_times_for_one_row_and_for_a_hundred(desk: Client, query: str) -> None:
    kind = CLOSED if "closed" in query else {}
    place = {"place": ""} if "place=any" in query else {}
    rows(1, **kind)
    AppointmentRequest.objects.update(**place)
    one = asked(desk, QUEUE + query)
    rows(99, **kind)
    AppointmentRequest.objects.update(**place)
    a_message(a_request(urgency="same_day", **kind), state="failed")
    hundred = asked(desk, QUEUE + query)
    assert len(hundred) <= len(one) <= MOST  # a last page that is the first too is counted


@pytest.mark.parametrize("kind", [{}, CLOSED])
def test_a_page_between_two_others_asks_no_more(desk: Client, kind: dict[str, Any]) -> None:
    rows(130, **kind)
    status = "&status=closed" if kind else ""
    first = desk.get(f"{QUEUE}?{status}").context["cl"]
    assert len(asked(desk, QUEUE + first.ways["following"])) <= MOST


@pytest.mark.parametrize("query", ["", "&status=open", "&urgency__exact=same_day&at=50"])
@pytest.mark.parametrize("words", ["zoe", "zoe.ohara", "1960-02-29", "216-555-0216"])
def test_what_is_found_asks_at_most_eight_times(desk: Client, query: str, words: str) -> None:
    given = {"email": "zoe.ohara@example.org", "phone": "+12165550216"}
    rows(51 if "at=" in query else 1, **given)
    address = desk.post(f"{QUEUE}search/", {"words": words}).headers["Location"] + query
    few = asked(desk, address)
    rows(99, **given)
    assert len(asked(desk, address)) == len(few) <= MOST


def test_each_look_is_noted_after_all_was_read(desk: Client) -> None:
    rows(2)
    statements = asked(desk, QUEUE)
    assert statements[-1].strip().startswith("INSERT INTO appointments_event")
    looks = Event.objects.filter(action="view_list")
    assert [len(event.codes["requests"]) for event in looks] == [2]
