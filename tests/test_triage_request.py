"""One request on one screen: all answers, the clock, the timeline, the steps this person may take."""

import re
from datetime import timedelta
from typing import Any

import pytest
from time_machine import TimeMachineFixture

from appointments import audit, lifecycle, roles
from tests.builders import HELPED, NOW, SAME_DAY, a_draft, a_request, staff, submit
from tests.staff_client import CLOSED, QUEUE, as_, change, state, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


DESK = ("attempt", "contact", "schedule", "close", "note", "link", "assign", "sheet")
"""What the front desk may do with an open request."""


class TestOneRequest:
    def test_all_answers_stand_on_one_screen(self, time_machine: TimeMachineFixture) -> None:
        speaker = {"speaker_name": "Sam Speaker", "speaker_phone": "+12165550177"}
        stored = submit(a_draft(**HELPED, **SAME_DAY, **speaker, interpreter=True, phone="+12165550123"))
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        for shown in (
            "Zoë O’Hara", "Feb. 29, 1960", "Dana Helper", "daughter", "The patient has asked me to do this",
            "March 2022 (50 to 51 months ago, more than 4 years)", "Left", "Red", "A second opinion",
            "No preference",
            "Wednesday, June 24, 2026, Afternoon", "Steroid tablets.", "A quiet place to wait.",
            "E-mail: zoe@example.org", "Speaking by phone is hard for this patient.",
            "Needs an interpreter.", "The contact is the helper, Dana Helper.", stored.reference,
            "Sam Speaker may speak for this patient.", "Sam Speaker: 216-555-0177",
            "Request received", "to the patient: received (waiting)",
        ):  # fmt: skip
            assert shown in page, shown

    @pytest.mark.parametrize(
        ("onset", "clock"),
        [
            (
                {"onset_year": 2026, "onset_month": 1, "onset_day": 5},
                "Jan. 5, 2026: 5 months ago</strong><br>Next: 6 months, Jul 5, 2026 (in 19 days).",
            ),
            (
                {"onset_year": 2025, "onset_month": None, "onset_day": None},
                "2025: 5 to 17 months ago</strong><br>"
                "Next: 18 months, Jul 1, 2026 to Jun 30, 2027 (in 15 days at the earliest).",
            ),
            (
                {"onset_kind": "birth", "onset_year": None, "onset_month": None},
                "From birth: 795 months ago, more than 66 years",
            ),
            (
                {"onset_kind": "unsure", "onset_year": None, "onset_month": None},
                "Not sure</strong><br>The months cannot be counted",
            ),
        ],
    )
    def test_staff_see_the_clock_since_the_onset(self, onset: dict[str, Any], clock: str) -> None:
        assert clock in text(as_(roles.FRONT_DESK).get(change(a_request(**onset))))

    def test_the_timeline_tells_what_happened_and_by_whom(self) -> None:
        stored = submit(a_draft())
        person = staff(roles.CLINICIAN)
        actor = audit.staff(person.pk)
        lifecycle.change_urgency(
            actor=actor, request_id=stored.pk, seen_version=1, level="soon", reason="The eye is dry."
        )
        lifecycle.write_note(actor=actor, request_id=stored.pk, text="Her sister\nphoned <b>twice</b>.")
        lifecycle.take_step(
            actor=actor, request_id=stored.pk, action="close", seen_version=2, outcome="duplicate"
        )
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        timeline, notes = page[page.index('class="timeline"') :], page[page.index('class="notes"') :]
        happened = ["Close: Duplicate", "Note", "Urgency changed: Routine → Soon", "Request received"]
        places = [timeline.index(f"<strong>{label}</strong>") for label in happened]
        assert places == sorted(places)
        assert timeline.count(person.username) == 3
        assert "Her sister<br>phoned &lt;b&gt;twice&lt;/b&gt;." in notes and "The eye is dry." in timeline
        assert page.count("phoned") == 1

    def test_an_entry_of_an_account_that_is_gone_still_shows(self) -> None:
        stored = a_request()
        audit.record(actor=audit.staff(99_999), action="take_up", request_id=stored.pk)
        audit.record(actor=audit.SYSTEM, action="a_step_of_before", request_id=stored.pk)
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        assert (
            "<strong>Take up</strong>, staff" in page and "<strong>a_step_of_before</strong>, system" in page
        )

    @pytest.mark.parametrize(
        ("role", "buttons"),
        [
            (roles.FRONT_DESK, {*DESK}),
            (roles.CLINICIAN, {*DESK, "urgency"}),
        ],
    )
    def test_only_the_steps_that_this_person_may_take_are_offered(self, role: str, buttons: set[str]) -> None:
        stored = a_request(status="in_review")
        page = text(as_(role).get(change(stored)))
        offered = re.findall(rf'"{QUEUE}{stored.pk}/(?:step/)?(\w+)/["?]', page)
        assert set(offered) - {"change"} == buttons

    def test_a_finished_request_offers_only_to_reopen_it(self) -> None:
        stored = a_request(**CLOSED)
        offered = re.findall(
            rf'"{QUEUE}{stored.pk}/(?:step/)?(\w+)/["?]', text(as_(roles.CLINICIAN).get(change(stored)))
        )
        assert set(offered) - {"change"} == {"reopen", "note", "link", "sheet"}

    @pytest.mark.parametrize("number", ["0", "99999999", "9" * 40, "-1", "x", "1%2F2", "_3A"])
    def test_a_request_that_is_not_there_is_not_found(self, number: str) -> None:
        assert as_(roles.CLINICIAN).get(f"{QUEUE}{number}/change/").status_code == 404

    def test_looking_changes_nothing_whatever_the_method(self) -> None:
        stored = a_request()
        client, before = as_(roles.CLINICIAN), state(stored)
        for address in (change(stored), f"{QUEUE}{stored.pk}/history/", f"{QUEUE}{stored.pk}/"):
            assert client.get(address).status_code in (200, 302)
        client.post(change(stored), {"patient_name": "Somebody Else", "status": "closed", "_save": "1"})
        assert state(stored) == before

    def test_every_way_to_reach_the_patient_is_a_link_the_one_asked_for_first(self) -> None:
        stored = a_request(reach="phone", phone="+12165550123", email="ana@example.org", speaking_hard=True)
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        assert page.index('href="tel:+12165550123"') < page.index('href="mailto:ana@example.org"')
        assert "Speaking by phone is hard for this patient." in page

    @pytest.mark.parametrize(("reach", "said"), [("phone", True), ("text", False), ("email", False)])
    def test_to_leave_no_message_is_said_of_calls_only(self, reach: str, said: bool) -> None:
        stored = a_request(reach=reach, phone="+12165550123")
        assert ("Do not leave a message." in text(as_(roles.FRONT_DESK).get(change(stored)))) is said

    def test_a_closed_request_says_when_it_was_closed_and_holds_no_date(self) -> None:
        client = as_(roles.FRONT_DESK)
        stored = a_request(status="scheduled", scheduled_for=NOW + timedelta(days=9))
        assert "Scheduled for" in text(client.get(change(stored)))
        stored = a_request(scheduled_for=NOW + timedelta(days=9), **CLOSED)
        page = text(client.get(change(stored)))
        assert "Scheduled for" not in page and "Answer due" not in page
        assert "<dt>Closed</dt><dd>Tuesday, June 16, 2026, 11:00 a.m. EDT</dd>" in page
        assert "<dt>Had been scheduled for</dt><dd>Thursday, June 25, 2026" in page

    def test_a_link_to_write_to_the_patient_holds_their_address_and_no_more(self) -> None:
        stored = a_request(email="a?bcc=b%40x.example&body=pay@example.org")
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        assert 'href="mailto:a%3Fbcc%3Db%2540x.example%26body%3Dpay@example.org"' in page
