"""Who of the staff sees and does what in the admin, and what nobody does by hand."""

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import audit, roles
from appointments.models import Event, Message
from tests.builders import a_draft, a_message, a_request, staff, submit
from tests.staff_client import (
    ACCOUNTS,
    CLOSED,
    DECISIONS,
    MESSAGES,
    QUEUE,
    TRAIL,
    as_,
    change,
    state,
    step,
    text,
)

pytestmark = pytest.mark.django_db


class TestPermissions:
    """By role: the queue, a request, the messages, the trail, accounts; then who may decide what."""

    @pytest.mark.parametrize(
        ("role", "expected"),
        [
            (roles.FRONT_DESK, [200, 200, 200, 403, 403]),
            (roles.CLINICIAN, [200, 200, 200, 403, 403]),
            (roles.CONTENT_EDITOR, [403, 403, 403, 403, 403]),
            (roles.AUDITOR, [403, 403, 403, 200, 403]),
            (roles.ADMINISTRATOR, [200, 200, 200, 200, 200]),
        ],
    )
    def test_each_role_sees_what_it_needs(self, role: str, expected: list[int]) -> None:
        stored = a_message().request
        client = as_(role)
        pages = [QUEUE, change(stored), MESSAGES, TRAIL, ACCOUNTS]
        assert [client.get(page).status_code for page in pages] == expected

    @pytest.mark.parametrize(
        ("role", "may"),
        [
            (roles.FRONT_DESK, {"step/take_up/", "step/contact/", "step/close/", "note/", "contact/"}),
            (roles.CLINICIAN, {path for path, _ in DECISIONS}),
            (roles.CONTENT_EDITOR, set()),
            (roles.AUDITOR, set()),
            (roles.ADMINISTRATOR, {path for path, _ in DECISIONS}),
        ],
    )
    def test_each_role_decides_only_what_it_may(self, role: str, may: set[str]) -> None:
        client = as_(role)
        for path, form in DECISIONS:
            stored = a_request()
            before = state(stored)
            asked = client.get(f"{QUEUE}{stored.pk}/{path}").status_code
            acted = client.post(f"{QUEUE}{stored.pk}/{path}", {"seen_version": 1, **form}).status_code
            assert (asked, acted) == ((200, 302) if path in may else (403, 403)), path
            assert (state(stored) == before) is (path not in may)

    def test_only_a_clinician_reopens(self) -> None:
        stored = a_request(**CLOSED)
        form = {"seen_version": 1, "reason": "She came back."}
        assert as_(roles.FRONT_DESK).post(step(stored, "reopen"), form).status_code == 403
        assert as_(roles.CLINICIAN).post(step(stored, "reopen"), form).status_code == 302

    def test_a_permission_to_act_without_one_to_look_is_not_enough(self) -> None:
        user = staff()
        user.user_permissions.set(Permission.objects.filter(codename="write_note"))
        client = Client()
        client.force_login(user)
        assert client.post(f"{QUEUE}{a_request().pk}/note/", {"text": "x"}).status_code == 403

    @pytest.mark.parametrize("kind", ["nobody", "patient", "dismissed"])
    def test_who_is_no_staff_sees_the_log_in_and_nothing_else(self, kind: str) -> None:
        stored = a_request(patient_name="patient hidden")
        client = Client()
        if kind != "nobody":
            user = User.objects.create_user(kind, is_staff=kind == "dismissed", is_superuser=True)
            client.force_login(user)
            User.objects.filter(pk=user.pk).update(is_active=kind != "dismissed")
        before = state(stored)
        addresses = [QUEUE, change(stored), MESSAGES, TRAIL, ACCOUNTS, "/staff/"]
        for address in [*addresses, *(f"{QUEUE}{stored.pk}/{path}" for path, _ in DECISIONS)]:
            asked = client.get(address)
            assert (asked.status_code, asked["Location"][:13]) == (302, "/staff/login/"), address
            sent = client.post(address, {"seen_version": 1, "text": "what was typed"})
            assert sent.status_code == 401 and "what was typed" in text(sent), address
            assert "patient hidden" not in text(sent) and stored.reference not in text(sent)
        assert state(stored) == before

    def test_who_may_not_look_does_not_learn_whether_a_request_exists(self) -> None:
        client = as_(roles.CONTENT_EDITOR)
        there, away = client.get(change(a_request())), client.get(f"{QUEUE}99999999/change/")
        assert there.status_code == away.status_code == 403
        assert there.content == away.content


class TestViewOnly:
    def test_nothing_is_added_changed_or_deleted_by_hand_not_even_by_a_superuser(self) -> None:
        message = a_message()
        event = audit.record(actor=audit.SYSTEM, action="submit", request_id=message.request_id)
        client = Client()
        client.force_login(staff(is_superuser=True))
        before = state(message.request)
        for page, number in ((QUEUE, message.request_id), (MESSAGES, message.pk), (TRAIL, event.pk)):
            for response in (
                client.get(f"{page}add/"),
                client.post(f"{page}add/", {"action": "x", "_save": "1"}),
                client.get(f"{page}{number}/delete/"),
                client.post(f"{page}{number}/delete/", {"post": "yes"}),
            ):
                assert response.status_code == 403
            client.post(f"{page}{number}/change/", {"action": "x", "recipient": "a@b.org", "_save": "1"})
            client.post(page, {"action": "delete_selected", "_selected_action": [number], "post": "yes"})
        assert state(message.request) == before
        event.refresh_from_db()
        message.refresh_from_db()
        assert (event.action, message.recipient) == ("submit", "zoe@example.org")

    def test_an_auditor_reads_ids_and_codes(self) -> None:
        stored = submit(a_draft())
        client = as_(roles.AUDITOR)
        event = Event.objects.get()
        for page in (text(client.get(TRAIL)), text(client.get(f"{TRAIL}{event.pk}/change/"))):
            assert "submit" in page and str(stored.pk) in page
            assert stored.reference not in page and "Zoë" not in page

    def test_staff_read_a_message_as_it_would_read_now(self) -> None:
        stored = submit(a_draft())
        message = Message.objects.get()
        client = as_(roles.FRONT_DESK)
        assert stored.reference in text(client.get(MESSAGES))
        page = text(client.get(f"{MESSAGES}{message.pk}/change/"))
        assert "We have your request" in page and "It is a request, not a booking." in page
        assert 'name="_save"' not in page and '<input type="text"' not in page
        assert "As it would read if it were sent now." in page
        Message.objects.update(state="sent", sent_at=message.due_at)
        page = text(client.get(f"{MESSAGES}{message.pk}/change/"))
        assert "what was sent may have named an earlier date or link." in page

    def test_trail_and_messages_cost_the_same_for_many_rows(self) -> None:
        client = as_(roles.ADMINISTRATOR)

        def cost(page: str) -> int:
            client.get(page)
            with CaptureQueriesContext(connection) as queries:
                client.get(page)
            return len(queries)

        audit.record(actor=audit.SYSTEM, action="submit")
        a_message()
        one = [cost(MESSAGES), cost(TRAIL)]
        for _row in range(30):
            audit.record(actor=audit.SYSTEM, action="submit")
            a_message()
        assert [cost(MESSAGES), cost(TRAIL)] == one


class TestAccounts:
    def test_an_administrator_makes_no_superuser_and_touches_none(self) -> None:
        above = staff(is_superuser=True)
        client = as_(roles.ADMINISTRATOR)
        assert client.get(f"{ACCOUNTS}{above.pk}/password/").status_code == 403
        client.post(f"{ACCOUNTS}{above.pk}/change/", {"username": "taken", "is_active": "on"})
        colleague = staff(roles.FRONT_DESK)
        assert client.get(f"{ACCOUNTS}{colleague.pk}/change/").status_code == 200
        response = client.post(
            f"{ACCOUNTS}{colleague.pk}/change/",
            {
                "username": "renamed", "is_active": "on", "is_staff": "on", "is_superuser": "on",
                "user_permissions": ["1", "2"], "date_joined_0": "2026-01-01", "date_joined_1": "10:00",
            },
        )  # fmt: skip
        assert response.status_code == 302
        colleague.refresh_from_db()
        above.refresh_from_db()
        assert (colleague.username, colleague.is_superuser) == ("renamed", False)
        assert not colleague.user_permissions.exists()
        assert above.username != "taken"

    def test_a_superuser_may(self) -> None:
        client = Client()
        client.force_login(staff(is_superuser=True))
        page = text(client.get(f"{ACCOUNTS}{staff().pk}/change/"))
        assert 'name="is_superuser"' in page and 'name="user_permissions"' in page

    def test_the_list_is_not_searched_through_its_address(self) -> None:
        client = as_(roles.ADMINISTRATOR)
        assert client.get(f"{ACCOUNTS}?is_active__exact=1").status_code == 200
        assert client.get(f"{ACCOUNTS}?groups__id__exact=nonsense", follow=True).status_code == 200
        for query in ("?password__startswith=a", "?email__regex=(", "?first_name=Ana"):
            assert client.get(ACCOUNTS + query).status_code == 400
        assert 'name="q"' not in text(client.get(ACCOUNTS))
