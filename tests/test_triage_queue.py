"""The queue: the most pressing first, asked only what it offers."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import lifecycle, roles
from appointments.models import AppointmentRequest, Looking
from services.models import Location, PageText
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED, QUEUE, as_, change, state, step, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def names_in(page: str) -> list[str]:
    return re.findall(r"patient (\w+)", page)


MARKUP = '<i id="x">&\''


class TestQueue:
    def test_the_longest_overdue_comes_first_the_answered_last_and_the_closed_not_at_all(self) -> None:
        hours = timedelta(hours=1)
        a_request(patient_name="patient routine", respond_by=NOW + 40 * hours)
        a_request(patient_name="patient answered", respond_by=NOW + hours, first_contact_at=NOW)
        a_request(patient_name="patient urgent", urgency="same_day", respond_by=NOW + 2 * hours)
        a_request(patient_name="patient overdue", received_at=NOW - 99 * hours, respond_by=NOW - 3 * hours)
        a_request(patient_name="patient finished", **CLOSED)
        page = text(as_(roles.FRONT_DESK).get(QUEUE))
        assert names_in(page) == ["overdue", "urgent", "routine", "answered"]
        assert "3\u00a0hours over" in page and "Answered" in page

    def test_it_says_why_it_is_urgent_how_to_reach_them_and_who_has_it(self) -> None:
        holder = staff(roles.CLINICIAN)
        a_request(
            urgency="same_day", urgency_reasons=["eye_symptoms", "a_rule_of_before"], assigned_to=holder,
            reach="text", phone="+12165550123", speaking_hard=True,
        )  # fmt: skip
        page = text(as_(roles.FRONT_DESK).get(QUEUE))
        rule = lifecycle.urgency.rules().rule("eye_symptoms")
        assert rule is not None
        for shown in (
            rule.reason_text("en"), "a_rule_of_before", "Text message: 216-555-0123", "Speaking is hard",
            holder.username, "Same day",
        ):  # fmt: skip
            assert shown in page

    @pytest.mark.parametrize(
        ("answers", "mark"),
        [
            ({"reach": "phone", "may_leave_message": False}, "Leave no message"),
            ({"interpreter": True}, "Needs an interpreter"),
            (
                {"for_whom": "helped", "helper_name": "Hanna <3", "helper_authority": "family"},
                "Ask for Hanna &lt;3, who helps",
            ),
        ],
    )
    def test_a_row_says_what_to_know_before_the_patient_is_called(
        self, answers: dict[str, Any], mark: str
    ) -> None:
        a_request(phone="+12165550123", may_leave_message=True)
        assert mark not in text(as_(roles.FRONT_DESK).get(QUEUE))
        a_request(phone="+12165550123", **{"may_leave_message": True, **answers})
        assert text(as_(roles.FRONT_DESK).get(QUEUE)).count(mark) == 1

    def test_what_a_patient_wrote_is_text_never_markup(self) -> None:
        stored = a_request(patient_name="<img src=x onerror=alert(1)>", tried="<script>1</script>")
        client = as_(roles.FRONT_DESK)
        for address in (QUEUE, change(stored), step(stored, "contact")):
            assert "<img src=x" not in text(client.get(address))
            assert "<script>1" not in text(client.get(address))

    @pytest.mark.parametrize(
        "changes",
        [
            {"patient_name": MARKUP}, {"reach": "email", "email": f"{MARKUP}@example.org"}, {"place": MARKUP},
            {"urgency_reasons": [MARKUP]}, {"reference": MARKUP[:20]},
        ],
    )  # fmt: skip
    def test_nothing_in_a_row_is_markup(self, changes: dict[str, Any]) -> None:
        """Whatever got into the database, and into the name of an account."""
        holder = staff(roles.FRONT_DESK)
        holder.username = MARKUP
        holder.save()
        stored = a_request(assigned_to=holder, **changes)
        Looking.objects.create(request=stored, account=holder, seen_at=NOW)
        page = text(as_(roles.FRONT_DESK).get(f"{QUEUE}?status=all"))
        assert "<i " not in page and page.count("&lt;i id=&quot;x&quot;") >= 2

    @pytest.mark.parametrize(
        ("query", "shown"),
        [
            ("", ["mine", "free"]),
            ("?status=new", ["free"]),
            ("?status=closed", ["finished"]),
            ("?status=all", ["finished", "free", "mine"]),
            ("?with=me", ["mine"]),
            ("?with=nobody", ["free"]),
            ("?urgency__exact=soon", ["mine"]),
            ("?visit_type__exact=virtual", ["free"]),
            ("?language__exact=es", ["free"]),
            ("?place=lakeside", ["mine"]),
            ("?place=any", ["free"]),
            ("?status=nonsense", ["mine", "free"]),
            ("?with=nonsense", ["mine", "free"]),
            ("?place=nonsense", []),
            ("?urgency__exact=nonsense", []),
        ],
    )
    def test_it_is_filtered_and_finished_ones_are_shown_when_asked_for(
        self, query: str, shown: list[str]
    ) -> None:
        page = Location.objects.create(slug="lakeside", kind="location", status="published")
        PageText.objects.create(page=page, language="en", title="Lakeside")
        person = staff(roles.FRONT_DESK)
        a_request(
            patient_name="patient mine", status="in_review", assigned_to=person, urgency="soon",
            place="lakeside", respond_by=NOW + timedelta(hours=1),
        )  # fmt: skip
        a_request(patient_name="patient free", visit_type="virtual", language="es")
        a_request(patient_name="patient finished", respond_by=NOW + timedelta(days=9), **CLOSED)
        client = Client()
        client.force_login(person)
        assert names_in(text(client.get(QUEUE + query))) == shown

    def test_fifty_requests_cost_as_many_queries_as_one(self) -> None:
        client = as_(roles.FRONT_DESK)

        def rows(count: int) -> int:
            holder = staff(roles.CLINICIAN)
            for _row in range(count):
                a_request(assigned_to=holder, urgency_reasons=["lump"], urgency="soon", place="lakeside")
            client.get(QUEUE)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(QUEUE).status_code == 200
            return len(queries)

        one = rows(1)
        assert rows(49) == one
        assert AppointmentRequest.objects.count() == 50

    @pytest.mark.parametrize(
        "query",
        [
            "?patient_name__startswith=A",
            "?patient_name__regex=(",
            "?times__0__date=1",
            "?assigned_to__password__startswith=a",
            "?date_of_birth=nonsense",
            "?urgency_reasons__contains=x",
            "?nonsense=1",
            "?urgency__exact__regex=(",
            "?urgency__isnull=maybe",
            "?patient_name=%00",
            "?_to_field=patient_name",
        ],
    )
    def test_an_address_cannot_search_by_what_the_list_does_not_offer(self, query: str) -> None:
        a_request()
        response = as_(roles.FRONT_DESK).get(QUEUE + query)
        assert response.status_code == 400
        assert "could not be read" in text(response)

    @pytest.mark.parametrize(
        "query",
        ["?p=999999", "?p=nonsense", "?o=-99.x", "?all=", "?e=1", "?at=nonsense", "?q=Zoë",
         "?_popup=1", "?urgency__exact=" + "x" * 5000, "?with=%F0%9F%99%82%FF", "?_facets=x"],
    )  # fmt: skip
    def test_a_nonsense_address_is_answered_with_a_page(self, query: str) -> None:
        a_request()
        assert as_(roles.FRONT_DESK).get(QUEUE + query, follow=True).status_code == 200

    def test_no_action_of_the_list_changes_anything(self) -> None:
        stored = a_request()
        before = state(stored)
        for action in ("delete_selected", "nonsense", ""):
            as_(roles.ADMINISTRATOR).post(
                QUEUE, {"action": action, "_selected_action": [stored.pk], "post": "yes"}
            )
        assert state(stored) == before
