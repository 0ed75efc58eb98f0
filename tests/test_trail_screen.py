"""The auditors' screen: by who, what, which request and when, a page at a time."""

from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from time_machine import TimeMachineFixture

from appointments import audit, roles, seals
from appointments.models import Event, Seal
from tests.builders import NOW, a_request, staff
from tests.html import parse
from tests.staff_client import QUEUE, TRAIL, as_, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    return as_(roles.AUDITOR)


def shown(client: Client, query: str = "") -> list[str]:
    """What the entries say happened, as they are listed."""
    page = text(client.get(TRAIL + query))
    return [row.split("</th>")[0] for row in page.split('<th scope="row">')[1:]]


def test_entries_are_found_by_who_and_what(auditor: Client) -> None:
    one, other = staff(), staff()
    audit.record(actor=audit.staff(one.pk), action="note", request_id=1)
    audit.record(actor=audit.staff(other.pk), action="contact", request_id=1)
    audit.record(actor=audit.PATIENT, action="submit", request_id=1)
    assert shown(auditor) == ["Request received", "Reached the patient", "Note"]
    assert shown(auditor, f"?actor={one.pk}") == ["Note"]
    assert shown(auditor, "?actor=patient") == ["Request received"]
    assert shown(auditor, f"?actor={other.pk}&action=contact") == ["Reached the patient"]
    assert shown(auditor, f"?actor={one.pk}&action=contact") == []
    assert "Nothing in the trail fits." in text(auditor.get(f"{TRAIL}?actor={one.pk}&action=contact"))


def test_a_request_is_found_with_the_lists_that_showed_it(auditor: Client) -> None:
    stored, other = a_request(), a_request()
    audit.record(actor=audit.SYSTEM, action="submit", request_id=stored.pk)
    audit.record(actor=audit.SYSTEM, action="submit", request_id=other.pk)
    desk = as_(roles.FRONT_DESK)
    desk.get(QUEUE)
    assert shown(auditor, f"?request={stored.pk}") == ["Looked at a list", "Request received"]
    assert shown(auditor, "?request=99999999") == []


def test_a_reference_finds_its_request_and_stands_in_no_address(auditor: Client) -> None:
    stored = a_request()
    audit.record(actor=audit.SYSTEM, action="submit", request_id=stored.pk)
    response = auditor.post(f"{TRAIL}find/", {"reference": stored.reference.lower()})
    assert response["Location"] == f"{TRAIL}?request={stored.pk}"
    for wrong in (stored.reference[:-1] + "?", ""):
        assert "That is no reference" in text(
            auditor.post(f"{TRAIL}find/", {"reference": wrong}, follow=True)
        )
    stored.delete()
    assert "No request has this reference" in text(
        auditor.post(f"{TRAIL}find/", {"reference": stored.reference}, follow=True)
    )
    assert auditor.get(f"{TRAIL}find/").status_code == 405
    assert as_(roles.FRONT_DESK).post(f"{TRAIL}find/", {"reference": stored.reference}).status_code == 403


def test_a_period_holds_its_first_and_its_last_day_at_the_clinic(
    auditor: Client, time_machine: TimeMachineFixture
) -> None:
    # 03:30 in UTC is still the evening before at the clinic.
    for moment, action in (
        (NOW.replace(day=15, hour=3, minute=30), "note"),
        (NOW.replace(day=15, hour=12), "contact"),
        (NOW.replace(day=17, hour=3, minute=30), "submit"),
        (NOW.replace(day=17, hour=4, minute=30), "take_up"),
    ):
        time_machine.move_to(moment, tick=False)
        audit.record(actor=audit.SYSTEM, action=action)
    time_machine.move_to(NOW.replace(day=20))
    auditor = as_(roles.AUDITOR)
    assert shown(auditor, "?since=2026-06-15&until=2026-06-16") == ["Request received", "Reached the patient"]
    assert shown(auditor, "?until=2026-06-14&actor=system") == ["Note"]


def test_pages_follow_each_other_without_a_gap_or_a_count(auditor: Client) -> None:
    Event.objects.bulk_create(
        Event(actor_kind="system", action="note", codes={"number": number}) for number in range(120)
    )
    seen: list[str] = []
    address = "?action=note"
    for _page in range(3):
        with CaptureQueriesContext(connection) as queries:
            page = text(auditor.get(TRAIL + address))
        assert not [query for query in queries if "COUNT(" in query["sql"].upper()]
        assert not [query for query in queries if " OFFSET " in query["sql"].upper()]
        seen += [cell.split("</span>")[1].split("<")[0].strip() for cell in page.split(">number:")[1:]]
        links = [link.attributes.get("href", "") for link in parse(page).all("a")]
        address = next((href for href in links if "before=" in href), "")
    assert seen == [str(number) for number in reversed(range(120))] and not address


def test_nonsense_is_told_and_shows_nothing(auditor: Client) -> None:
    audit.record(actor=audit.SYSTEM, action="note")
    for query, told in (
        ("?request=Zoe", "Enter a whole number."),
        ("?request=0", "greater than or equal to 1"),
        ("?request=99999999999999999999", "less than or equal to"),
        ("?since=yesterday", "Enter a valid date."),
        ("?since=0001-01-01", "Choose a day from the year 2000 on."),
        ("?until=9999-12-31", "Choose a day before the year 2200."),
        ("?actor=zoe", "Select a valid choice."),
        ("?actor=99999999999999999999", "Select a valid choice."),
        ("?action=zoe", "Select a valid choice."),
        ("?before=99999999", "The trail has no such entry to continue from."),
    ):
        response = auditor.get(TRAIL + query)
        assert response.status_code == 422 and told in text(response), query
        assert '<th scope="row">' not in text(response)


def test_each_entry_says_whether_it_is_sealed_and_the_head_tells_of_the_chain(auditor: Client) -> None:
    audit.record(actor=audit.SYSTEM, action="note")
    seals.Sealer().seal_new()
    audit.record(actor=audit.SYSTEM, action="submit")
    page = text(auditor.get(TRAIL))
    assert "no. 1" in page and "<strong>not yet</strong>" in page
    assert bytes(Seal.objects.get().digest).hex() in page
    assert "Never. The operator runs manage.py verify_audit." in page
    call_command("verify_audit", stdout=StringIO())
    assert "Intact, " in text(auditor.get(TRAIL))
    audit.record(actor=audit.SYSTEM, action="check_trail", place=1, wrong=2)
    assert "Not intact: 2 places" in text(auditor.get(TRAIL))


def test_entries_are_told_in_words(auditor: Client) -> None:
    person, gone = staff(), 987_654
    audit.record(actor=audit.staff(gone), action="note")
    Client().post("/staff/login/", {"username": person.username.upper(), "password": "wrong"})
    who = audit.staff(person.pk)
    audit.record(actor=who, action="view", view="appointments_appointmentrequest_change", request_id=5)
    audit.record(actor=who, action="admin_change", model="services.page", object=3, fields=["status"])
    audit.record(actor=audit.SYSTEM, action="of_later", model="no.such", view="unknown", at=str(NOW))
    page = text(auditor.get(TRAIL))
    for told in (
        f"account {gone}", f"that of {person.username}", "screen:</span> appointment request",
        "kind:</span> page", "fields:</span> status", "of_later", "no.such", "Jun 16, 2026, 11:00 a.m. EDT",
    ):  # fmt: skip
        assert told in page, told


def test_an_account_that_is_staff_no_more_can_still_be_looked_up(auditor: Client) -> None:
    audit.record(actor=audit.staff(987_654), action="note")
    assert shown(auditor, "?actor=987654") == ["Note"]


def test_the_page_costs_the_same_for_one_entry_and_for_fifty(auditor: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            auditor.get(TRAIL)
        return len(queries)

    a_request()
    as_(roles.FRONT_DESK).get(QUEUE)
    first = cost()
    for number in range(60):
        audit.record(actor=audit.staff(staff().pk) if number < 20 else audit.SYSTEM, action="note")
    seals.Sealer().seal_new()
    assert cost() == first


def test_a_deep_page_is_read_by_the_order_of_an_index(auditor: Client) -> None:
    Event.objects.bulk_create(Event(actor_kind="system", action="note") for _number in range(3_000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE appointments_event")
        deep = Event.objects.order_by("pk")[60].pk
        with CaptureQueriesContext(connection) as queries:
            auditor.get(f"{TRAIL}?before={deep}")
        [page] = [query["sql"] for query in queries if "LIMIT 51" in query["sql"]]
        cursor.execute(f"EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) {page}")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "event_by_time_idx" in plan and "Seq Scan" not in plan and "Sort" not in plan
