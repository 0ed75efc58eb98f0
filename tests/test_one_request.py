"""The screen of one request: who has it, the clock, likely duplicates, what comes next, what it costs."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import audit, duplicates, lifecycle, roles, states
from appointments.admin.screen import age
from appointments.models import AppointmentRequest, Attempt, Message, Note
from tests.builders import HELPED, NOW, SAME_DAY, a_draft, a_message, a_request, staff, submit
from tests.staff_client import CLOSED, QUEUE, as_, change, happened, state, step, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def signed_in(*names: str, **fields: Any) -> tuple[Any, Any]:
    """A member of staff, and their browser."""
    client = as_(*names)
    account = staff(*names, **fields)
    client.force_login(account)
    return account, client


class TestWhoHasIt:
    def test_it_is_given_to_a_colleague_with_a_note_and_back(self) -> None:
        stored, (_, client) = a_request(), signed_in(roles.FRONT_DESK)
        ursula = staff(roles.CLINICIAN, first_name="Ursula", last_name="Maier")
        path = f"{QUEUE}{stored.pk}/assign/"
        page = text(client.get(path))
        assert f'<option value="{ursula.pk}">Ursula Maier</option>' in page
        form = {"account": ursula.pk, "reason": "She knows you.", "seen_version": 1}
        page = text(client.post(path, form, follow=True))
        assert "Now with Ursula Maier." in page and "with Ursula Maier</p>" in page
        assert "<strong>Given to Ursula Maier</strong>" in page and "She knows you." in page
        page = text(client.post(path, {"account": "", "seen_version": 2}, follow=True))
        assert "With nobody now." in page and "<strong>Given back: with nobody now</strong>" in page
        codes = [event.codes for event in happened()]
        assert codes == [{"account": ursula.pk}, {"former": ursula.pk}]
        stored.refresh_from_db()
        assert (stored.status, stored.version, stored.assigned_to) == ("new", 3, None)

    def test_a_note_to_who_has_it_already_is_not_lost(self) -> None:
        ursula = staff(roles.CLINICIAN)
        stored, client = a_request(assigned_to=ursula), as_(roles.FRONT_DESK)
        form = {"account": ursula.pk, "reason": "She knows you.", "seen_version": 1}
        answer = client.post(f"{QUEUE}{stored.pk}/assign/", form)
        assert answer.status_code == 422 and "She knows you." in text(answer)
        assert "That is how it is already." in text(answer)

    def test_a_request_deleted_at_this_moment_is_no_error(self, monkeypatch: pytest.MonkeyPatch) -> None:
        stored, client = a_request(), as_(roles.FRONT_DESK)

        def gone(*_args: Any) -> None:
            raise AppointmentRequest.DoesNotExist

        monkeypatch.setattr(lifecycle, "locked", gone)
        answer = client.post(step(stored, "take_up"), {"seen_version": 1}, follow=True)
        assert "This request is no longer there. Nothing was changed." in text(answer)

    def test_one_button_takes_it_and_is_there_only_for_who_has_it_not(self) -> None:
        stored, (me, client) = a_request(), signed_in(roles.FRONT_DESK)
        assert "Assign to me" in text(client.get(change(stored)))
        page = text(
            client.post(f"{QUEUE}{stored.pk}/assign/", {"account": me.pk, "seen_version": 1}, follow=True)
        )
        assert f"with {me.username}</p>" in page and "Assign to me" not in page

    def test_only_active_staff_who_may_contact_patients_are_given_one(self) -> None:
        stored, client = a_request(), as_(roles.FRONT_DESK)
        for nobody in (
            staff(roles.AUDITOR), staff(roles.CONTENT_EDITOR), staff(roles.CLINICIAN, is_active=False),
        ):  # fmt: skip
            form = {"account": nobody.pk, "seen_version": 1}
            assert client.post(f"{QUEUE}{stored.pk}/assign/", form).status_code == 422
            with pytest.raises(lifecycle.NoColleague):
                lifecycle.assign(actor=audit.SYSTEM, request_id=stored.pk, seen_version=1, account=nobody.pk)
        assert state(stored) == ("new", 1, 0, 0, 0)

    def test_of_two_who_take_it_the_second_is_told_by_name(self) -> None:
        stored, (me, client) = a_request(), signed_in(roles.FRONT_DESK)
        other = staff(roles.CLINICIAN, first_name="Ursula")
        lifecycle.assign(actor=audit.staff(other.pk), request_id=stored.pk, seen_version=1, account=other.pk)
        response = client.post(f"{QUEUE}{stored.pk}/assign/", {"account": me.pk, "seen_version": 1})
        assert response.status_code == 409
        assert "<strong>Given to Ursula</strong>, Ursula, " in text(response)
        stored.refresh_from_db()
        assert stored.assigned_to == other

    def test_a_finished_request_is_given_to_nobody(self) -> None:
        stored = a_request(**CLOSED)
        with pytest.raises(states.NotAllowed):
            lifecycle.assign(actor=audit.SYSTEM, request_id=stored.pk, seen_version=1, account=None)
        assert "/assign/" not in text(as_(roles.CLINICIAN).get(change(stored)))

    def test_who_has_it_already_keeps_it_without_an_entry(self) -> None:
        holder = staff(roles.CLINICIAN)
        stored = a_request(assigned_to=holder)
        lifecycle.assign(actor=audit.SYSTEM, request_id=stored.pk, seen_version=1, account=holder.pk)
        assert state(stored) == ("new", 1, 0, 0, 0)


@pytest.mark.parametrize("role", [roles.AUDITOR, roles.CONTENT_EDITOR])
@pytest.mark.parametrize("path", ["assign/", "contact/"])
def test_who_may_not_look_after_requests_neither_gives_nor_corrects_them(role: str, path: str) -> None:
    stored, client = a_request(), as_(role)
    for answer in (client.get, client.post):
        assert answer(f"{QUEUE}{stored.pk}/{path}").status_code == 403
    assert state(stored) == ("new", 1, 0, 0, 0)


class TestClock:
    @pytest.mark.parametrize(
        ("onset", "marks"),
        [
            (
                {"onset_year": 2025, "onset_month": 6, "onset_day": 16},
                [
                    "Dec 16, 2025 passed", "Jun 16, 2026 passed", "Dec 16, 2026 to come",
                    "Jun 16, 2027 to come",
                ],
            ),
            (
                {"onset_year": 2025, "onset_month": 12, "onset_day": None},
                [
                    "Jun 1 to Jun 30, 2026 perhaps passed", "Dec 1 to Dec 31, 2026 to come",
                    "Jun 1 to Jun 30, 2027 to come", "Dec 1 to Dec 31, 2027 to come",
                ],
            ),
        ],
    )  # fmt: skip
    def test_every_mark_has_its_day_or_the_days_it_may_be(
        self, onset: dict[str, Any], marks: list[str]
    ) -> None:
        page = text(as_(roles.FRONT_DESK).get(change(a_request(**onset))))
        shown = re.findall(
            r'<strong>(\d+) months</strong> <span>(.*?)</span> <span class="quiet">(.*?)</span>', page
        )
        assert [f"{when} {said}" for _, when, said in shown] == marks
        assert [months for months, _, _ in shown] == ["6", "12", "18", "24"]

    @pytest.mark.parametrize(
        ("answers", "warning"),
        [
            ({"cause": "operation", "nerve_cut": "yes"}, "Nerve known to be cut or removed."),
            (
                {"cause": "injury", "nerve_cut": "unsure"},
                "The nerve may be cut: the patient is not sure, after an injury or an operation.",
            ),
            ({"cause": "operation", "nerve_cut": "no"}, ""),
            ({}, ""),
        ],
    )
    def test_a_cut_nerve_known_or_suspected_is_said_plainly(
        self, answers: dict[str, str], warning: str
    ) -> None:
        page = text(as_(roles.FRONT_DESK).get(change(a_request(**answers))))
        assert ("Nerve procedures work best within about 12 months." in page) is bool(warning)
        assert warning in page

    @pytest.mark.parametrize(
        ("born", "said"),
        [
            (date(2026, 6, 16), "a child, 0 months old"),
            (date(2024, 6, 17), "a child, 23 months old"),
            (date(2024, 6, 16), "a child, 2 years old"),
            (date(2008, 6, 17), "a child, 17 years old"),
            (date(2008, 6, 16), "18 years old"),
        ],
    )
    def test_a_child_is_said_to_be_one(self, born: date, said: str) -> None:
        assert age(born, date(2026, 6, 16)) == said


PERSON = "Same birth date and a similar name."
AND_PHONE = "Same phone, same birth date and a similar name."


class TestLikelyDuplicates:
    @pytest.mark.parametrize(
        ("other", "why"),
        [
            ({"email": "ZOE@example.org", "patient_name": "Z"}, "Same e-mail."),
            ({"phone": "+12165550123", "email": "x@example.org"}, AND_PHONE),
            ({"email": "x@example.org", "patient_name": "zoe ohara"}, PERSON),
            ({"email": "x@example.org", "patient_name": "O’Hara, Zoë Anne"}, PERSON),
            ({"email": "x@example.org", "patient_name": "Max Mustermann"}, ""),
            ({"email": "x@example.org", "date_of_birth": "1961-02-28"}, ""),
            (
                {"patient_name": "Max Mustermann", "date_of_birth": "1999-01-01", **HELPED},
                "Same e-mail, but another name and birth date: probably someone asks for several people.",
            ),
        ],
    )  # fmt: skip
    def test_one_that_may_be_the_same_is_shown_with_why(self, other: dict[str, Any], why: str) -> None:
        stored, second = a_request(phone="+12165550123"), a_request(status="in_review", **other)
        page = text(as_(roles.FRONT_DESK).get(change(stored)))
        assert (second.reference in page) is bool(why)
        assert f"<strong>{why}</strong>" in page or not why
        assert ("In review, received Jun 16, 2026." in page) is bool(why)

    def test_ten_are_shown_the_newest_first(self) -> None:
        stored = a_request()
        others = [a_request(received_at=NOW - timedelta(days=n), reference=f"N{n:02}") for n in range(12)]
        shown = [each.request.reference for each in duplicates.likely(stored)]
        assert shown == [other.reference for other in others[:10]]

    def test_it_is_closed_as_a_duplicate_of_the_other_and_both_stay(self) -> None:
        first, second, client = a_request(), a_request(), as_(roles.FRONT_DESK)
        address = re.search(r'href="([^"]+outcome=duplicate[^"]+)"', text(client.get(change(second))))
        assert address is not None
        page = text(client.get(address[1].replace("&amp;", "&")))
        assert (
            '<option value="duplicate" selected>' in page and f'<option value="{first.pk}" selected>' in page
        )
        form = {"outcome": "duplicate", "duplicate_of": first.pk, "seen_version": 1}
        page = text(client.post(step(second, "close"), form, follow=True))
        assert f"<strong>Close: Duplicate of {first.reference}</strong>" in page
        assert happened().get().codes == {
            "before": "new", "after": "closed", "outcome": "duplicate", "duplicate_of": first.pk,
        }  # fmt: skip
        assert state(first) == ("new", 1, 1, 0, 0)

    def test_of_another_outcome_no_duplicate_is_kept(self) -> None:
        first, second, client = a_request(), a_request(), as_(roles.FRONT_DESK)
        form = {"outcome": "referred", "duplicate_of": first.pk, "seen_version": 1}
        client.post(step(second, "close"), form)
        assert "duplicate_of" not in happened().get().codes

    @pytest.mark.parametrize("nonsense", ["0", "x", "9" * 30, "-1"])
    def test_what_is_no_likely_duplicate_is_refused_and_ignored_in_an_address(self, nonsense: str) -> None:
        a_request()
        stored, client = a_request(), as_(roles.FRONT_DESK)
        form = {"outcome": "duplicate", "duplicate_of": nonsense, "seen_version": 1}
        assert client.post(step(stored, "close"), form).status_code == 422
        asked = client.get(step(stored, "close"), {"outcome": nonsense, "duplicate_of": nonsense})
        assert asked.status_code == 200
        assert state(stored) == ("new", 1, 0, 0, 0)

    def test_of_two_only_one_can_be_closed_as_the_duplicate(self) -> None:
        first, client = a_request(), as_(roles.FRONT_DESK)
        second = a_request(status="closed", outcome="duplicate", closed_at=NOW)
        page = text(client.get(change(first)))
        assert second.reference in page and "outcome=duplicate" not in page
        form = {"outcome": "duplicate", "duplicate_of": second.pk, "seen_version": 1}
        assert client.post(step(first, "close"), form).status_code == 422

    @pytest.mark.parametrize("outcome", ["duplicate", "seen"])
    def test_a_visit_still_ahead_is_not_dropped_in_silence(self, outcome: str) -> None:
        stored = a_request(status="scheduled", scheduled_for=timezone.now() + timedelta(days=3))
        answer = as_(roles.FRONT_DESK).post(step(stored, "close"), {"outcome": outcome, "seen_version": 1})
        assert answer.status_code == 422 and "is still ahead. Cancel the date first" in text(answer)

    def test_every_part_of_the_search_reads_an_index(self) -> None:
        requests, plans = AppointmentRequest.objects.all(), []
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
        for part in (
            requests.with_contact("zoe@example.org"), requests.with_contact("+12165550123"),
            requests.born_on(date(1960, 2, 29)),
        ):  # fmt: skip
            plans.append(part[:10].explain())
        for plan, column in zip(plans, ("email", "phone", "birth"), strict=True):
            assert (
                re.search("Index Scan (using|on) request_", plan)
                and column in plan.partition("Index Cond:")[2]
            )


class TestOutdated:
    def test_all_that_happened_since_is_told_and_what_was_typed_offered_again(self) -> None:
        stored, (_, client) = submit(a_draft()), signed_in(roles.CLINICIAN)
        quick = staff(roles.CLINICIAN, first_name="Ursula")
        actor = audit.staff(quick.pk)
        lifecycle.take_step(actor=actor, request_id=stored.pk, action="take_up", seen_version=1)
        lifecycle.write_note(actor=actor, request_id=stored.pk, text="No change.")
        lifecycle.change_urgency(
            actor=actor, request_id=stored.pk, seen_version=2, level="soon", reason="Dry."
        )
        form = {"seen_version": 1, "level": "same_day", "reason": "Red eye."}
        response = client.post(f"{QUEUE}{stored.pk}/urgency/", form)
        page = text(response)
        told = re.findall(r"<li><strong>(.*?)</strong>, (.*?),", page)
        assert response.status_code == 409
        assert told == [("Take up", "Ursula"), ("Urgency changed: Routine → Soon", "Ursula")]
        assert "Status: New → In review" in page
        assert "Red eye." in page and 'value="same_day" selected' in page
        assert client.post(f"{QUEUE}{stored.pk}/urgency/", {**form, "seen_version": 3}).status_code == 302

    def test_a_step_that_is_gone_keeps_what_was_typed_as_a_note(self) -> None:
        stored, client = a_request(status="contacted"), as_(roles.FRONT_DESK)
        lifecycle.take_step(actor=audit.PATIENT, request_id=stored.pk, action="withdraw", seen_version=1)
        form = {"seen_version": 1, "scheduled_for": "2026-07-01T10:30", "reason": "By the <window>."}
        response = client.post(step(stored, "schedule"), form)
        page = text(response)
        assert response.status_code == 409 and "This step is no longer possible" in page
        assert "<strong>Withdraw: Withdrawn by patient</strong>, patient" in page
        assert "<dt>Date and time</dt><dd>2026-07-01T10:30</dd>" in page
        assert "By the &lt;window&gt;.</textarea>" in page and "Keep it as a note" in page
        client.post(f"{QUEUE}{stored.pk}/note/", {"text": "By the <window>."})
        assert Note.objects.get().text == "By the <window>."

    def test_one_s_own_step_on_another_page_is_told_as_such(self) -> None:
        stored, (_, client) = a_request(), signed_in(roles.FRONT_DESK)
        for _ in range(2):
            response = client.post(step(stored, "take_up"), {"seen_version": 1})
        assert "<strong>Take up</strong>, you, on another page, " in text(response)

    @pytest.mark.parametrize("version", ["0", "-5", "99", "2147483647"])
    def test_a_version_that_never_was_is_told_the_last_changes(self, version: str) -> None:
        stored, client = a_request(), as_(roles.FRONT_DESK)
        lifecycle.take_step(actor=audit.SYSTEM, request_id=stored.pk, action="take_up", seen_version=1)
        response = client.post(step(stored, "contact"), {"seen_version": version})
        assert response.status_code == 409 and "<strong>Take up</strong>, system" in text(response)


class TestScheduling:
    @pytest.mark.parametrize(
        ("when", "warning"),
        [
            ("2026-06-27T10:00", "Saturday, June 27, 2026, 10:00 a.m. is outside the clinic’s hours"),
            ("2026-06-30T22:00", "is outside the clinic’s hours"),
            ("2026-07-03T10:00", "The clinic is closed on Friday, July 3, 2026 (Independence Day)."),
        ],
    )
    def test_an_unusual_time_is_warned_of_once_and_then_taken(self, when: str, warning: str) -> None:
        stored, client = a_request(status="contacted"), as_(roles.FRONT_DESK)
        form = {"seen_version": 1, "scheduled_for": when}
        response = client.post(step(stored, "schedule"), form)
        page = text(response)
        assert response.status_code == 422 and warning in page and f'value="{when}"' in page
        meant = re.search(r'name="meant" value="([^"]+)"', page)
        assert meant is not None
        other = {**form, "scheduled_for": "2026-06-28T10:00", "meant": meant[1]}
        assert client.post(step(stored, "schedule"), other).status_code == 422
        assert client.post(step(stored, "schedule"), {**form, "meant": meant[1]}).status_code == 302
        stored.refresh_from_db()
        assert stored.status == "scheduled"

    def test_the_patient_s_wishes_stand_beside_the_date(self) -> None:
        page = text(as_(roles.FRONT_DESK).get(step(a_request(status="contacted"), "schedule")))
        assert "<li>Wednesday, June 24, 2026, Afternoon</li>" in page
        assert "Clinic time (America/New York). Hours: Monday to Friday" in page


class TestNext:
    def test_the_most_pressing_of_mine_and_nobody_s_is_offered(self) -> None:
        me, client = signed_in(roles.FRONT_DESK)
        hour = timedelta(hours=1)
        stored = a_request(respond_by=NOW + hour)
        a_request(respond_by=NOW + hour, assigned_to=staff(roles.CLINICIAN))
        a_request(respond_by=NOW + hour, **CLOSED)
        a_request(respond_by=NOW + hour, status="scheduled", scheduled_for=NOW + 9 * hour)
        a_request(respond_by=NOW + hour, first_contact_at=NOW)
        later = a_request(respond_by=NOW + 9 * hour, urgency="soon")
        mine = a_request(respond_by=NOW + 2 * hour, assigned_to=me, urgency="same_day")
        page = text(client.get(change(stored)))
        assert f'href="{change(mine)}">Next request</a>' in page
        assert f'href="{QUEUE}">Back to the queue</a>' in page
        page = text(client.post(step(mine, "close"), {"outcome": "referred", "seen_version": 1}, follow=True))
        assert "Saved: Close." in page and f'href="{change(stored)}">Next in the queue</a>' in page
        assert AppointmentRequest.objects.next_for(me.pk, but=stored.pk).first() == later

    def test_who_leaves_one_as_it_is_is_led_to_the_most_pressing_not_just_looked_at(self) -> None:
        client, hour = as_(roles.FRONT_DESK), timedelta(hours=1)
        first, second, third = (a_request(respond_by=NOW + number * hour) for number in (1, 2, 3))
        client.get(change(first))
        client.get(change(second))
        urgent = a_request(respond_by=NOW + hour / 2, urgency="same_day")
        assert f'href="{change(urgent)}">Next request</a>' in text(client.get(change(second)))
        assert f'href="{change(third)}">Next request</a>' in text(client.get(change(urgent)))
        assert f'href="{change(urgent)}">Next request</a>' in text(as_(roles.CLINICIAN).get(change(third)))

    def test_who_leaves_one_as_it_is_goes_down_the_queue_and_at_its_end_back_to_the_top(self) -> None:
        client, hour = as_(roles.FRONT_DESK), timedelta(hours=1)
        queue = [a_request(respond_by=NOW + number * hour) for number in (1, 2, 2, 3)]
        for stored, following in zip(queue, [*queue[1:], queue[0]], strict=True):
            assert f'href="{change(following)}">Next request</a>' in text(client.get(change(stored)))

    def test_who_has_dealt_with_one_goes_to_the_top(self) -> None:
        client, hour = as_(roles.FRONT_DESK), timedelta(hours=1)
        first, second, third = (a_request(respond_by=NOW + number * hour) for number in (1, 2, 3))
        page = text(
            client.post(step(second, "close"), {"outcome": "referred", "seen_version": 1}, follow=True)
        )
        assert f'href="{change(first)}">Next in the queue</a>' in page
        assert f'href="{change(third)}">Next request</a>' in text(client.get(change(first)))

    def test_where_nothing_waits_it_says_so(self) -> None:
        assert "Nothing else waits for you." in text(as_(roles.FRONT_DESK).get(change(a_request())))


class TestCorrecting:
    def correct(self, stored: AppointmentRequest, **changes: Any) -> Any:
        now = {name: getattr(stored, name) for name in ("reach", "email", "phone")}
        form = {**now, "speaking_hard": "on", "reason": "By phone.", "seen_version": 1, **changes}
        return as_(roles.FRONT_DESK).post(f"{QUEUE}{stored.pk}/contact/", form, follow=True)

    def test_a_mistyped_address_is_corrected_and_both_addresses_told(self) -> None:
        stored = a_request(email="zoe@exmaple.org")
        page = text(self.correct(stored, email="zoe@example.org"))
        stored.refresh_from_db()
        assert (stored.email, stored.version) == ("zoe@example.org", 2)
        told = Message.objects.order_by("pk").values_list("kind", "recipient")
        assert list(told) == [("contact", "zoe@example.org"), ("contact_old", "zoe@exmaple.org")]
        event = happened().get()
        assert (event.actor_kind, event.codes) == ("staff", {"changed": ["email"]})
        assert "<strong>How to reach them changed: e-mail</strong>" in page and "By phone." in page
        assert "The patient changed how we reach them." not in page

    def test_staff_are_not_counted_by_the_limits_of_patients(self) -> None:
        self.correct(a_request(), email="zoe@clinic.example")
        assert Message.objects.count() == 2 and not Attempt.objects.exists()

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({}, "Nothing is changed yet."),
            ({"email": ""}, "it cannot be empty"),
            ({"email": "nonsense"}, "Enter a valid email address."),
            ({"phone": "12"}, "not a phone number"),
            ({"reach": "text", "email": ""}, "it cannot be empty"),
            ({"reach": "pigeon"}, "Select a valid choice."),
            ({"email": "new@example.org", "reason": ""}, "This field is required."),
        ],
    )
    def test_what_cannot_be_is_told_and_nothing_changed(self, changes: dict[str, str], message: str) -> None:
        stored = a_request()
        response = self.correct(stored, **changes)
        assert response.status_code == 422 and message in text(response)
        assert state(stored) == ("new", 1, 0, 0, 0)


def test_the_screen_costs_as_many_queries_with_thirty_of_everything_as_with_one() -> None:
    stored, (me, client) = submit(a_draft(**SAME_DAY)), signed_in(roles.CLINICIAN)
    other = staff(roles.CLINICIAN)
    counted = []
    for number in (1, 29):
        for _ in range(number):
            version = AppointmentRequest.objects.get(pk=stored.pk).version
            actor = audit.staff((me, other)[version % 2].pk)
            lifecycle.assign(
                actor=actor, request_id=stored.pk, seen_version=version, account=(me, other)[version % 2].pk
            )
            lifecycle.write_note(actor=actor, request_id=stored.pk, text="A note.")
            a_message(stored)
            duplicate = a_request()
        audit.record(
            actor=actor, action="close", request_id=stored.pk, outcome="duplicate", duplicate_of=duplicate.pk
        )
        client.get(change(stored))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(change(stored)).status_code == 200
        counted.append(len(queries))
    assert counted[0] == counted[1] <= 30
