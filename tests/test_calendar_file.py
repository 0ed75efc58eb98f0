"""The visit as a calendar file: the right instant all year round, and words that say nothing of why."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from appointments.models import AppointmentRequest
from appointments.visit_file import visit_file
from clinic_site import moments
from tests.content import add_clinic, add_page
from tests.following import page_of, with_link

CLINIC = ZoneInfo("America/New_York")
CHANGES = [datetime(2026, 11, 1, 6, tzinfo=UTC), datetime(2027, 3, 14, 7, tzinfo=UTC)]
"""When the clocks go back, and forward."""

near_a_change = st.builds(
    lambda change, minutes: change + timedelta(minutes=minutes),
    st.sampled_from(CHANGES),
    st.integers(-3 * 24 * 60, 3 * 24 * 60),
)


def read(content: bytes) -> Calendar:
    calendar = Calendar.from_ical(content)
    assert isinstance(calendar, Calendar)
    return calendar


def event_in(content: bytes) -> Any:
    [event] = read(content).walk("VEVENT")
    return event


def event_of(stored: AppointmentRequest) -> Any:
    return event_in(visit_file(stored, address="", phone=""))


@pytest.mark.django_db
class TestFile:
    def test_it_is_a_published_event_of_one_hour(self, client: Client, eleven_at_the_clinic: None) -> None:
        stored = with_link("scheduled")
        response = client.get(page_of(stored, "visit"))
        assert response["Content-Type"] == "text/calendar; charset=utf-8; method=PUBLISH"
        assert response["Content-Disposition"] == 'attachment; filename="visit.ics"'
        assert b"DTSTART:20260625T150000Z\r\n" in response.content
        calendar, event = read(response.content), event_in(response.content)
        assert (calendar["METHOD"], calendar["VERSION"]) == ("PUBLISH", "2.0")
        assert event["DURATION"].dt == timedelta(hours=1)
        assert calendar.errors == [] and calendar["PRODID"]

    def test_a_later_date_replaces_the_earlier_one_in_the_calendar(self) -> None:
        stored = with_link("scheduled")
        first = event_of(stored)
        stored.version += 1
        second = event_of(stored)
        assert first["UID"] == second["UID"] and (first["SEQUENCE"], second["SEQUENCE"]) == (1, 2)
        assert first["UID"] != event_of(with_link("scheduled"))["UID"]

    def test_it_names_the_address_and_neither_clinic_service_nor_patient(self, client: Client) -> None:
        add_clinic(name="Clinic for the Face")
        add_page("/cleveland/", "Face Center Cleveland", kind="location")
        stored = with_link("scheduled", visit_type="in_person", place="cleveland")
        content = client.get(page_of(stored, "visit")).content.replace(b"\r\n ", b"").decode()
        assert "LOCATION:1 Lake Road\\, Cleveland\\, OH 44101" in content
        assert stored.reference in content and "216-555-0142" in content
        for hidden in ("Face", "Center", "Clinic for", "Zoë", "zoe@", "/follow/", "smile"):
            assert hidden not in content, hidden

    def test_a_place_that_may_not_be_the_one_is_not_named(self, client: Client) -> None:
        add_page("/cleveland/", "Cleveland", kind="location")
        stored = with_link("scheduled", visit_type="either", place="cleveland")
        assert "LOCATION" not in event_in(client.get(page_of(stored, "visit")).content)

    def test_without_a_date_there_is_no_file(self, client: Client) -> None:
        stored = with_link("contacted")
        assert client.get(page_of(stored, "visit"))["Location"] == page_of(stored)


@given(moment=near_a_change)
def test_the_instant_is_the_one_that_was_agreed_on_around_both_changes(moment: datetime) -> None:
    stored = AppointmentRequest(scheduled_for=moment, reference="R", submission_key=uuid4())
    event = event_of(stored)
    assert event["DTSTART"].dt == moment
    shown = moments.moment(moment)
    summer = moment.astimezone(CLINIC).dst() != timedelta()
    assert shown.endswith("(EDT)" if summer else "(EST)")
    assert f"{moment.astimezone(CLINIC):%B} {moment.astimezone(CLINIC).day}, " in shown
