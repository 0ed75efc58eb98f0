"""Several people at the queue at once: who looks, who takes a request up first, what has arrived."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from appointments import audit, lifecycle, looking, roles
from appointments.models import AppointmentRequest, Event, Looking
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED, QUEUE, as_, change, state, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]


def signed_in(name: str, *role_names: str) -> Client:
    user = staff(*(role_names or (roles.FRONT_DESK,)))
    user.username = name
    user.save()
    client = Client()
    client.force_login(user)
    return client


def claim(client: Client, stored: AppointmentRequest, version: int = 1, back: str = "") -> Any:
    return client.post(f"{QUEUE}{stored.pk}/claim/", {"seen_version": version, "back": back}, follow=True)


def selected(client: Client, *requests: Any, **fields: Any) -> str:
    pks = [getattr(each, "pk", each) for each in requests]
    posted = {"action": "take_up_selected", "index": "0", "_selected_action": pks, **fields}
    return text(client.post(QUEUE, posted, follow=True))


class TestPresence:
    def test_others_see_who_has_it_open_in_the_list_and_on_the_request(self) -> None:
        stored = a_request()
        ursula, frank = signed_in("ursula"), signed_in("frank")
        ursula.get(change(stored))
        assert "ursula is looking" in text(frank.get(QUEUE))
        assert "ursula is looking" in text(frank.get(change(stored)))
        assert "frank is looking" in text(ursula.get(change(stored)))
        assert "ursula is looking" not in text(ursula.get(QUEUE))

    def test_a_look_ends_when_they_leave_or_renew_it_no_longer(self, time_machine: Any) -> None:
        stored = a_request()
        ursula, frank = signed_in("ursula"), signed_in("frank")
        beat = f"{QUEUE}{stored.pk}/looking/"
        ursula.get(change(stored))
        time_machine.move_to(NOW + timedelta(seconds=80))
        assert ursula.post(beat).json() == {"looking": ""}
        time_machine.move_to(NOW + timedelta(seconds=160))
        assert frank.post(beat).json() == {"looking": "ursula is looking"}
        ursula.post(beat, {"left": "1"})
        assert frank.post(beat).json() == {"looking": ""}
        time_machine.move_to(NOW + timedelta(seconds=251))
        assert looking.delete_expired() == 1 and not Looking.objects.exists()

    def test_the_list_hears_who_looks_and_what_has_arrived(self, time_machine: Any) -> None:
        stored = a_request()
        ursula, frank = signed_in("ursula"), signed_in("frank")
        opened = NOW.isoformat()
        ursula.get(change(stored))
        time_machine.move_to(NOW + timedelta(minutes=1))
        ursula.post(f"{QUEUE}{stored.pk}/looking/")
        for moment in (NOW + timedelta(seconds=10), NOW + timedelta(seconds=20), NOW - timedelta(seconds=1)):
            a_request(received_at=moment)
        a_request(**{**CLOSED, "received_at": NOW + timedelta(seconds=5)})
        told = frank.post(f"{QUEUE}news/", {"shown": f"{stored.pk},7,x", "opened": opened}).json()
        assert told == {
            "looking": {str(stored.pk): "ursula is looking"},
            "arrived": "2 new requests since you opened this",
        }

    @pytest.mark.parametrize(
        "opened", ["", "nonsense", "2026-06-16", "2026-99-99T00:00:00Z", "1999-01-01T00:00:00Z"]
    )
    def test_nonsense_hears_nothing(self, opened: str) -> None:
        a_request()
        told = (
            as_(roles.FRONT_DESK)
            .post(f"{QUEUE}news/", {"shown": "9" * 30 + ",-1,,", "opened": opened})
            .json()
        )
        assert told == {"looking": {}, "arrived": ""}

    def test_only_who_may_see_requests_looks_and_only_by_post(self) -> None:
        stored = a_request()
        addresses = (f"{QUEUE}{stored.pk}/looking/", f"{QUEUE}news/")
        for address in addresses:
            assert as_(roles.AUDITOR).post(address).status_code == 403
            assert Client().post(address).status_code == 302
            assert as_(roles.FRONT_DESK).get(address).status_code == 405
        assert not Looking.objects.exists()
        assert as_(roles.FRONT_DESK).post(f"{QUEUE}999999/looking/").json() == {}

    def test_a_look_leaves_the_request_as_it_is(self) -> None:
        stored = a_request()
        before = stored.version
        as_(roles.FRONT_DESK).get(change(stored))
        stored.refresh_from_db()
        assert stored.version == before


class TestClaim:
    def test_one_wins_and_the_other_is_told_who_was_quicker(self) -> None:
        stored = a_request(patient_name="patient wanted")
        ursula, frank = signed_in("ursula"), signed_in("frank")
        assert f'You have <a href="{change(stored)}">{stored.reference}</a> now.' in text(
            claim(ursula, stored)
        )
        lost = text(claim(frank, stored))
        assert f"{stored.reference}: ursula was quicker: “Take up”" in lost
        stored.refresh_from_db()
        assert stored.assigned_to is not None and stored.assigned_to.username == "ursula"
        assert Event.objects.filter(action="take_up").count() == 1

    def test_it_leads_back_to_the_list_as_it_was_and_nowhere_else(self) -> None:
        client = as_(roles.FRONT_DESK)
        for back, address in (
            ("urgency__exact=soon&at=last", f"{QUEUE}?urgency__exact=soon&at=last"),
            ("https://example.org/", f"{QUEUE}?https%3A%2F%2Fexample.org%2F="),
            ("", QUEUE),
        ):
            answer = client.post(f"{QUEUE}{a_request().pk}/claim/", {"seen_version": 1, "back": back})
            assert answer.headers["Location"] == address

    def test_the_button_is_offered_for_new_ones_to_who_may(self) -> None:
        new, taken = a_request(), a_request(status="in_review")
        page = text(as_(roles.FRONT_DESK).get(QUEUE))
        assert f'formaction="{QUEUE}{new.pk}/claim/"' in page and f"{QUEUE}{taken.pk}/claim/" not in page

    @pytest.mark.parametrize("version", ["2", "x", "-1", "9" * 40, ""])
    def test_an_outdated_or_tampered_button_changes_nothing(self, version: str) -> None:
        stored = a_request()
        before = state(stored)
        answer = as_(roles.FRONT_DESK).post(
            f"{QUEUE}{stored.pk}/claim/", {"seen_version": version}, follow=True
        )
        assert answer.status_code == 200 and state(stored) == before

    def test_an_unknown_request_a_get_and_who_may_not_change_nothing(self) -> None:
        stored = a_request()
        before = state(stored)
        assert "no longer there" in text(claim(as_(roles.FRONT_DESK), AppointmentRequest(pk=999_999)))
        as_(roles.FRONT_DESK).get(f"{QUEUE}{stored.pk}/claim/")
        assert as_(roles.AUDITOR).post(f"{QUEUE}{stored.pk}/claim/").status_code == 403
        assert state(stored) == before

    def test_the_selected_are_taken_up_as_far_as_they_are_free(self) -> None:
        free, other, taken = a_request(), a_request(), a_request()
        ursula = staff(roles.CLINICIAN)
        lifecycle.take_step(
            actor=audit.staff(ursula.pk), request_id=taken.pk, action="take_up", seen_version=1
        )
        page = selected(as_(roles.FRONT_DESK), free, other, taken)
        assert "2 requests are yours now." in page
        assert f"{taken.reference}: {ursula.username} was quicker" in page
        assert AppointmentRequest.objects.filter(status="in_review").count() == 3

    @pytest.mark.parametrize(
        "tampered",
        [{"select_across": "1"}, {"_selected_action": ["x"]}, {"_selected_action": ["9" * 40]},
         {"_selected_action": [str(n) for n in range(1, 60)]}, {"action": "delete_selected"}, {"action": ""},
         {"_selected_action": []}, {"_selected_action": ["0"]}],
    )  # fmt: skip
    def test_a_tampered_selection_is_refused_kindly(self, tampered: dict[str, Any]) -> None:
        stored = a_request()
        before = state(stored)
        page = selected(as_(roles.ADMINISTRATOR), stored, **tampered)
        assert "messagelist" in page and state(stored) == before

    def test_who_may_not_take_up_is_offered_no_action(self) -> None:
        stored = a_request()
        viewer = staff()
        viewer.user_permissions.add(Permission.objects.get(codename="view_appointmentrequest"))
        client = Client()
        client.force_login(viewer)
        page = text(client.get(QUEUE))
        assert stored.reference in page and "Take up" not in page
        before = state(stored)
        selected(client, stored)
        assert state(stored) == before
