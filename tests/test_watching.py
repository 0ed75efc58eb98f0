"""Who looked at what, came and went, was refused, changed what: nothing left out, nothing typed."""

import json
from typing import Any

import pytest
from django.contrib.auth.models import Group, User
from django.db import connection
from django.test import Client
from pytest_django import Settings

from appointments import audit, lifecycle, roles
from appointments.models import Event, Message
from services.models import Term
from tests.builders import a_message, a_request, staff
from tests.html import parse
from tests.staff_client import ACCOUNTS, CLOSED, DECISIONS, MESSAGES, QUEUE, TRAIL, as_, change, text

pytestmark = pytest.mark.django_db

LOG_IN = "/staff/login/"
LIST = "appointments_appointmentrequest_changelist"
ONE = "appointments_appointmentrequest_change"


def entries() -> list[tuple[str, int | None, dict[str, Any]]]:
    """What was written, in order: action, request, codes."""
    return list(Event.objects.order_by("pk").values_list("action", "request_id", "codes"))


def last() -> Event:
    event = Event.objects.order_by("pk").last()
    assert event
    return event


class TestLooks:
    def test_every_look_at_a_request_is_an_entry_a_prefetch_and_a_head_too(self) -> None:
        stored, person = a_request(), staff(roles.FRONT_DESK)
        client = Client()
        client.force_login(person)
        client.get(change(stored))
        client.get(change(stored), headers={"Sec-Purpose": "prefetch"})
        client.head(change(stored))
        assert entries() == [("view", stored.pk, {"view": ONE})] * 3
        assert set(Event.objects.values_list("actor_kind", "actor_id")) == {("staff", person.pk)}

    def test_a_list_tells_which_requests_it_showed_and_by_which_filters(self) -> None:
        shown, _closed = [a_request().pk, a_request().pk], a_request(**CLOSED)
        client = as_(roles.FRONT_DESK)
        client.get(f"{QUEUE}?status=new&with=nobody")
        [(action, request, codes)] = entries()
        assert (action, request, sorted(codes.pop("requests"))) == ("view_list", None, shown)
        assert codes == {"view": LIST, "filters": {"status": "new", "with": "nobody"}}

    def test_what_is_typed_into_an_address_is_no_code(self) -> None:
        client = as_(roles.FRONT_DESK)
        client.get(f"{QUEUE}?status=Zoe+OHara&with=2165550123")
        client.get(f"{QUEUE}?patient_name=Zoe")
        assert entries()[0][2]["filters"] == {"status": "?", "with": "?"}
        assert "Zoe" not in json.dumps(entries()) and "216555" not in json.dumps(entries())

    def test_a_message_is_a_look_at_its_request(self) -> None:
        message = a_message()
        client = as_(roles.FRONT_DESK)
        client.get(f"{MESSAGES}{message.pk}/change/")
        client.get(f"{MESSAGES}{message.pk}/html/")
        assert entries() == [
            ("view", message.request_id, {"view": "appointments_message_change", "object": message.pk}),
            ("view", message.request_id, {"view": "appointments_message_html", "object": message.pk}),
        ]

    @pytest.mark.parametrize("path", [path for path, _form in DECISIONS])
    def test_a_page_that_asks_is_a_look_and_so_is_a_form_shown_again(self, path: str) -> None:
        stored = a_request()
        address = f"{QUEUE}{stored.pk}/{path}"
        client = as_(roles.CLINICIAN)
        client.get(address)
        assert (last().action, last().request_id) == ("view", stored.pk)
        client.post(address, {"seen_version": "nonsense"})
        if path != "note/":
            assert last().codes["method"] == "POST"
        assert (last().action, last().request_id) == ("view", stored.pk)

    def test_what_is_not_there_or_leads_elsewhere_was_not_seen(self) -> None:
        client = as_(roles.FRONT_DESK)
        for address in (f"{QUEUE}99999999/change/", f"{QUEUE}99999999/", "/staff/nothing/here/"):
            assert client.get(address).status_code in (302, 404)
        assert entries() == []

    def test_who_reads_the_trail_stands_in_it(self) -> None:
        submitted = audit.record(actor=audit.SYSTEM, action="submit", request_id=7)
        as_(roles.AUDITOR).get(f"{TRAIL}?action=submit&request=7")
        assert last().action == "view_list"
        assert last().codes == {
            "view": "appointments_event_changelist",
            "filters": {"action": "submit", "request": "7"},
            "entries": [submitted.pk, submitted.pk],
        }

    def test_what_cannot_be_noted_is_not_shown(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(**_options: Any) -> None:
            raise OSError("no room")

        client = as_(roles.FRONT_DESK)
        client.raise_request_exception = False
        stored = a_request(patient_name="Zoë Hidden")
        monkeypatch.setattr(audit, "record", fail)
        for address in (QUEUE, change(stored)):
            response = client.get(address)
            assert response.status_code == 500 and "Zoë Hidden" not in text(response)

    def test_looks_make_nobodys_screen_outdated(self) -> None:
        stored, person = a_request(), staff(roles.CLINICIAN)
        lifecycle.take_step(
            actor=audit.staff(person.pk), request_id=stored.pk, action="take_up", seen_version=1
        )
        client = as_(roles.CLINICIAN)
        client.get(change(stored))
        response = client.post(f"{QUEUE}{stored.pk}/step/contact/", {"seen_version": 1, "reason": ""})
        assert response.status_code == 409
        assert "Take up" in parse(response.content).one("section", css="meanwhile").text

    def test_the_timeline_folds_looks_away(self) -> None:
        stored, person = a_request(), staff(roles.FRONT_DESK)
        client = Client()
        client.force_login(person)
        assert "Who looked at this request" not in text(client.get(change(stored)))
        client.get(change(stored))
        page = text(client.get(change(stored)))
        assert "Who looked at this request</summary>" in page.replace(" (1)", "")
        assert f"<li>{person.username}, 2 times, last " in page
        assert page.count("<strong>Looked at</strong>") == 0


class TestComingAndGoing:
    def test_a_log_in_and_a_log_out_are_entries(self) -> None:
        person = staff(roles.FRONT_DESK, password="a long password")
        client = Client()
        client.post(LOG_IN, {"username": person.username, "password": "a long password"})
        client.post("/staff/logout/")
        assert entries() == [("log_in", None, {}), ("log_out", None, {})]
        assert set(Event.objects.values_list("actor_id", flat=True)) == {person.pk}

    def test_a_failed_one_tells_the_name_as_a_keyed_hash_alone(self, settings: Settings) -> None:
        Client().post(LOG_IN, {"username": "Anna.Smith ", "password": "secret guess"})
        event = Event.objects.get()
        assert (event.action, event.actor_kind, event.actor_id) == ("log_in_failed", "stranger", None)
        assert event.codes["name"] == audit.keyed_hash("anna.smith")
        for typed in ("anna", "secret", "127.0.0.1"):
            assert typed not in json.dumps(event.codes).lower()
        settings.SECRET_KEY = "another"
        assert event.codes["name"] != audit.keyed_hash("anna.smith")

    def test_a_person_who_may_not_come_in_is_a_failed_log_in(self) -> None:
        User.objects.create_user("patient", password="a long password")
        Client().post(LOG_IN, {"username": "patient", "password": "a long password"})
        assert [action for action, _request, _codes in entries()] == ["log_in_failed"]

    def test_a_changed_password_is_an_entry(self) -> None:
        person = staff(roles.FRONT_DESK, password="a long password")
        client = Client()
        client.force_login(person)
        new = {"new_password1": "another long one", "new_password2": "another long one"}
        client.post("/staff/password_change/", {"old_password": "a long password", **new})
        assert (last().action, last().actor_id) == ("change_password", person.pk)


class TestRefusals:
    def test_who_may_not_is_noted_with_the_screen_and_the_method(self) -> None:
        stored = a_request()
        client = as_(roles.CONTENT_EDITOR)
        client.get(QUEUE)
        client.post(f"{QUEUE}{stored.pk}/step/close/", {"reason": "typed"})
        assert entries() == [
            ("refused", None, {"view": LIST, "method": "GET", "status": 403}),
            ("refused", stored.pk, {
                "view": "appointments_appointmentrequest_step", "method": "POST", "status": 403
            }),
        ]  # fmt: skip

    def test_so_is_a_form_without_its_token(self) -> None:
        stored = a_request()
        client = as_(roles.FRONT_DESK, strict=True)
        assert client.post(f"{QUEUE}{stored.pk}/note/", {"text": "typed"}).status_code == 403
        assert client.post(f"{MESSAGES}send-again/").status_code == 403
        assert [(action, request) for action, request, _codes in entries()] == [
            ("refused", stored.pk), ("view", stored.pk), ("refused", None),
        ]  # fmt: skip

    def test_so_is_somebody_not_logged_in(self) -> None:
        stored = a_request()
        Client().get(change(stored))
        Client().post(f"{QUEUE}{stored.pk}/note/", {"text": "typed"})
        for event in Event.objects.all():
            assert (event.action, event.actor_kind, event.request_id) == ("refused", "stranger", stored.pk)
            assert event.codes["origin"] == audit.keyed_hash("127.0.0.1")

    def test_the_door_itself_refuses_nobody(self) -> None:
        for address in ("/staff/", LOG_IN, "/", "/request/"):
            Client().get(address)
        assert entries() == []

    def test_a_flood_of_strangers_is_one_entry_more_and_no_patients_trail_is_flooded(
        self, settings: Settings
    ) -> None:
        settings.LIMITS = {**settings.LIMITS, "noted_refusal_by_address": (3, 3600)}
        client = Client()
        for _try in range(6):
            client.get(QUEUE)
        client.post(LOG_IN, {"username": "x", "password": "y"})
        assert len(entries()) == 4 and last().codes["more"] is True
        assert last().codes.keys() == {"more", "origin"}


class TestChanges:
    def test_an_account_changed_names_its_fields_and_none_of_their_values(self) -> None:
        person = staff(roles.FRONT_DESK, first_name="Before")
        clinician = Group.objects.get(name=roles.CLINICIAN)
        form = {
            "username": person.username, "first_name": "Marker", "is_active": "on", "is_staff": "on",
            "groups": [clinician.pk], "date_joined_0": "2026-01-01", "date_joined_1": "10:00",
        }  # fmt: skip
        assert as_(roles.ADMINISTRATOR).post(f"{ACCOUNTS}{person.pk}/change/", form).status_code == 302
        assert (last().action, last().codes) == (
            "admin_change",
            {"model": "auth.user", "object": person.pk, "fields": ["first_name", "groups"]},
        )

    def test_so_do_an_account_added_and_its_password(self) -> None:
        client = as_(roles.ADMINISTRATOR)
        form = {"username": "new", "usable_password": "true"}
        words = {"password1": "a long one indeed", "password2": "a long one indeed"}
        assert client.post(f"{ACCOUNTS}add/", {**form, **words}).status_code == 302
        made = User.objects.get(username="new")
        assert last().action == "admin_add" and last().codes["object"] == made.pk
        client.post(f"{ACCOUNTS}{made.pk}/password/", {**words, "usable_password": "true"})
        assert (last().action, last().codes["model"]) == ("admin_change", "auth.user")

    def test_deleted_content_is_an_entry_for_each(self) -> None:
        terms = [Term.objects.create(key=f"marker-{n}") for n in range(2)]
        client = as_(roles.CONTENT_EDITOR)
        form = {"action": "delete_selected", "_selected_action": [term.pk for term in terms], "post": "yes"}
        client.post("/staff/services/term/", form)
        deleted = Event.objects.filter(action="admin_delete")
        assert [event.codes for event in deleted] == [
            {"model": "services.term", "object": term.pk} for term in terms
        ]

    def test_a_change_that_cannot_be_noted_is_not_made(self, monkeypatch: pytest.MonkeyPatch) -> None:
        client = as_(roles.CONTENT_EDITOR)
        term = Term.objects.create(key="marker")

        def fail(**_options: Any) -> None:
            raise OSError("no room")

        monkeypatch.setattr(audit, "record", fail)
        client.raise_request_exception = False
        assert client.post(f"/staff/services/term/{term.pk}/delete/", {"post": "yes"}).status_code == 500
        assert Term.objects.filter(pk=term.pk).exists()


MARKER = "zqxmarker"


def test_nothing_that_staff_type_anywhere_enters_the_trail() -> None:
    """Every form and address of the staff, with a marker in all that can be typed."""
    stored = a_request(patient_name=f"{MARKER} Patient", tried=MARKER)
    message = a_message(stored, recipient=f"{MARKER}@example.org", state="failed")
    person = staff(roles.ADMINISTRATOR, is_superuser=True, first_name=MARKER)
    client = Client()
    client.force_login(person)
    typed = {
        "reason": MARKER, "text": MARKER, "username": MARKER, "first_name": MARKER, "password": MARKER,
        "reference": MARKER, "q": MARKER, "outcome": MARKER, "level": MARKER, "name": MARKER, "slug": MARKER,
        "title": MARKER, "action": MARKER, "_selected_action": MARKER, "search": MARKER, "words": MARKER,
    }  # fmt: skip
    addresses = [
        QUEUE, change(stored), MESSAGES, f"{MESSAGES}{message.pk}/change/", TRAIL, f"{TRAIL}find/",
        ACCOUNTS, f"{ACCOUNTS}add/", f"{ACCOUNTS}{person.pk}/change/", "/staff/services/term/add/",
        "/staff/services/page/", f"/staff/{MARKER}/", f"{QUEUE}{MARKER}/change/", LOG_IN,
        *(f"{QUEUE}{stored.pk}/{path}" for path, _form in DECISIONS),
    ]  # fmt: skip
    before = Event.objects.count()
    for address in addresses:
        client.get(address)
        client.get(f"{address}?q={MARKER}&status={MARKER}&{MARKER}=1")
        client.post(address, typed)
    for path, form in DECISIONS:
        version = type(stored).objects.get(pk=stored.pk).version
        acting = {"seen_version": version, **form, "reason": MARKER, "text": MARKER}
        client.post(f"{QUEUE}{stored.pk}/{path}", acting)
    Client().post(LOG_IN, {"username": MARKER, "password": MARKER})
    Client().get(f"/staff/{MARKER}/")
    assert Event.objects.count() > before + 40 and Message.objects.count() == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(e::text, ' ') FROM appointments_event e")
        trail = cursor.fetchone()[0]
    assert MARKER not in trail.lower() and "Columbus" not in trail and stored.reference not in trail
