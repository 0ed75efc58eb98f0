"""Log-ins: over after 15 idle minutes and 12 hours, listed, ended by their owner or a new password."""

import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.test import Client
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import roles
from appointments.models import Event, Note, StaffSession
from appointments.security import browsers, sessions
from tests.builders import NOW, a_request
from tests.log_in_client import (
    LEFT,
    LOG_IN,
    LOG_INS,
    PASSWORD,
    QUICK_HASHER,
    a_person,
    first_step,
    is_in,
    logged_in,
)  # fmt: skip
from tests.staff_client import ACCOUNTS, QUEUE, change, state, step, text

pytestmark = pytest.mark.django_db
BACKGROUND: dict[str, Any] = {"headers": {sessions.BACKGROUND: "1"}}
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:141.0) Gecko/20100101 Firefox/141.0"
Later = Callable[..., None]


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = QUICK_HASHER


@pytest.fixture
def later(time_machine: TimeMachineFixture) -> Later:
    """Move to so long after eleven in the morning."""

    def move(**after: float) -> None:
        time_machine.move_to(NOW + timedelta(**after), tick=False)

    move()
    return move


def left(client: Client) -> Any:
    return json.loads(client.get(LEFT, **BACKGROUND).content)


def ended() -> QuerySet[Event]:
    """What the trail says of log-ins that ended."""
    return Event.objects.filter(action__in=["session_ended", "session_expired"])


class TestHowLong:
    def test_fifteen_idle_minutes_log_off(self, later: Later) -> None:
        client = logged_in(a_person(roles.FRONT_DESK))
        later(minutes=14, seconds=59)
        assert left(client)["seconds"] == 1
        later(minutes=15)
        assert left(client) == {"seconds": 0, "may_stay": False, "account": None}
        assert client.get(QUEUE)["Location"] == f"{LOG_IN}?next={QUEUE}"

    def test_doing_something_begins_them_anew(self, later: Later) -> None:
        client = logged_in(a_person(roles.FRONT_DESK))
        for minutes in (14, 28, 42):
            later(minutes=minutes)
            assert client.get(QUEUE).status_code == 200
        assert left(client)["seconds"] == 15 * 60

    def test_what_pages_ask_by_themselves_is_nothing_done(self, later: Later) -> None:
        client = logged_in(a_person(roles.FRONT_DESK))
        for minutes in (5, 10, 14):
            later(minutes=minutes)
            assert client.get(QUEUE, **BACKGROUND).status_code == 200
            left(client)
        later(minutes=15)
        assert not is_in(client)

    def test_staying_is_something_done(self, later: Later) -> None:
        user = a_person()
        client = logged_in(user)
        later(minutes=14)
        assert left(client) == {"seconds": 60, "may_stay": True, "account": user.pk}
        told = json.loads(client.post(LEFT, **BACKGROUND).content)
        assert told == {"seconds": 900, "may_stay": True, "account": user.pk}

    def test_twelve_hours_end_it_whatever_happens(self, later: Later) -> None:
        client = logged_in(a_person(roles.FRONT_DESK))
        for quarter in range(1, 60):
            later(minutes=12 * quarter)
            assert client.post(LEFT).status_code == 200
        later(hours=11, minutes=59)
        assert json.loads(client.post(LEFT).content)["seconds"] == 60
        assert left(client)["may_stay"] is False
        later(hours=12)
        assert not is_in(client)

    def test_a_changed_password_does_not_lengthen_them(self, later: Later) -> None:
        client = logged_in(a_person())
        later(minutes=10)
        new = "a much longer password"
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        assert client.post("/staff/password_change/", form).status_code == 302
        assert StaffSession.objects.get(account__isnull=False).begun_at == NOW

    def test_the_time_is_written_at_most_every_fifteen_seconds(self, later: Later) -> None:
        client = logged_in(a_person())
        row = StaffSession.objects.get(account__isnull=False)
        for seconds, written in ((14, 0), (16, 16), (30, 16), (32, 32)):
            later(seconds=seconds)
            assert is_in(client)
            row.refresh_from_db()
            assert row.acted_at == NOW + timedelta(seconds=written)

    def test_what_is_over_is_deleted_and_noted(self, later: Later) -> None:
        user = a_person()
        logged_in(user)
        later(minutes=10)
        second = logged_in(user)
        later(minutes=15)
        assert sessions.delete_expired() == 1
        assert sessions.delete_expired() == 0
        assert is_in(second)
        assert list(ended().values_list("actor_kind", "action", "codes")) == [
            ("system", "session_expired", {"account": user.pk})
        ]


class TestWhatWasSentTooLate:
    def test_a_note_comes_back_and_is_written_by_the_second_press(self, later: Later) -> None:
        user, stored = a_person(roles.FRONT_DESK), a_request(patient_name="patient hidden")
        client = logged_in(user)
        later(minutes=15)
        before = state(stored)
        answer = client.post(f"{QUEUE}{stored.pk}/note/", {"text": "Her sister phoned."})
        page = text(answer)
        assert answer.status_code == 401 and "no-store" in answer["Cache-Control"]
        assert "You were logged off" in page and "Log in in a new tab" in page
        assert page.count("Her sister phoned.") == 2
        assert "patient hidden" not in page and stored.reference not in page
        assert state(stored) == before
        first_step(client, user)
        assert client.post(f"{QUEUE}{stored.pk}/note/", {"text": "Her sister phoned."}).status_code == 302
        assert Note.objects.get().text == "Her sister phoned."

    def test_its_token_is_renewed_by_the_first_press_after_the_log_in(self, later: Later) -> None:
        user, stored = a_person(roles.FRONT_DESK), a_request()
        client = Client(enforce_csrf_checks=True, headers={"origin": "http://testserver"})
        token = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')

        def send(path: str, **form: Any) -> Any:
            return client.post(path, {"csrfmiddlewaretoken": self.token, **form})

        def read(answer: Any) -> Any:
            self.token = token.findall(text(answer))[-1]
            return answer

        read(client.get(LOG_IN))
        send(LOG_IN, username=user.username, password=PASSWORD)
        close = step(stored, "close")
        read(client.get(close))
        later(minutes=15)
        typed = {"seen_version": "1", "outcome": "referred", "reason": "To Columbus, at once."}
        kept = read(send(close, **typed))
        assert kept.status_code == 401 and "To Columbus, at once." in text(kept)
        stale = self.token
        read(client.get(LOG_IN))
        send(LOG_IN, username=user.username, password=PASSWORD)
        self.token = stale
        again = read(send(close, **typed))
        assert again.status_code == 403 and "To Columbus, at once." in text(again)
        assert send(close, **typed).status_code == 302
        stored.refresh_from_db()
        assert stored.status == "closed"

    def test_any_other_form_comes_back_too_but_no_password(self, later: Later) -> None:
        client = logged_in(a_person(roles.ADMINISTRATOR))
        later(minutes=15)
        sent = {"username": "new person", "password1": "secret one", "csrfmiddlewaretoken": "t0ken"}
        page = text(client.post(f"{ACCOUNTS}add/", sent))
        assert "new person" in page and "secret one" not in page and "t0ken" not in page

    def test_words_of_another_site_are_not_given_back(self) -> None:
        client = Client(enforce_csrf_checks=True, headers={"origin": "https://evil.example"})
        for path in (f"{ACCOUNTS}add/", f"{QUEUE}{a_request().pk}/note/"):
            assert "words of a stranger" not in text(client.post(path, {"text": "words of a stranger"}))

    def test_pressing_log_out_twice_leads_to_the_log_in(self) -> None:
        client = logged_in(a_person())
        page = client.post("/staff/logout/")
        assert page.status_code == 200 and "Nobody can see patients" in text(page)
        assert client.post("/staff/logout/", follow=True).redirect_chain[-1][0].startswith(LOG_IN)


class TestMyLogIns:
    def named(self, page: str) -> list[str]:
        return re.findall(r'name="named" value="(\w+)"', page)

    def test_they_are_listed_in_plain_words_with_this_one_marked(self) -> None:
        user = a_person()
        client = Client(headers={"user-agent": FIREFOX})
        first_step(client, user)
        logged_in(user)
        logged_in(a_person())
        page = text(client.get(LOG_INS))
        assert "Firefox on Windows" in page and "Unknown browser" in page
        assert (page.count(">this one<"), len(self.named(page))) == (1, 1)
        assert client.cookies["sessionid"].value not in page

    def test_one_is_ended_and_the_others_stay(self) -> None:
        user = a_person()
        mine, second, third = (logged_in(user) for _ in range(3))
        named = sessions.handle(StaffSession.objects.get(pk=second.cookies["sessionid"].value))
        mine.post(f"{LOG_INS}end/", {"named": named})
        assert [is_in(each) for each in (mine, second, third)] == [True, False, True]
        mine.post(f"{LOG_INS}end/", {"named": named})
        assert "had ended already" in text(mine.get(LOG_INS))
        assert list(ended().values_list("actor_id", "action", "codes")) == [
            (user.pk, "session_ended", {"account": user.pk, "number": 1})
        ]

    def test_nobody_ends_anothers(self) -> None:
        other = logged_in(a_person())
        row = StaffSession.objects.get(pk=other.cookies["sessionid"].value)
        mine = logged_in(a_person())
        for form in ({"named": sessions.handle(row)}, {"others": "1"}):
            mine.post(f"{LOG_INS}end/", form)
        assert is_in(other) and is_in(mine)

    def test_all_others_are_ended(self) -> None:
        user = a_person()
        mine, second, third = (logged_in(user) for _ in range(3))
        mine.post(f"{LOG_INS}end/", {"others": "1"})
        assert [is_in(each) for each in (mine, second, third)] == [True, False, False]
        assert ended().get().codes == {"account": user.pk, "number": 2}

    def test_who_is_let_in_no_more_is_logged_off_for_good(self) -> None:
        user, boss = a_person(), logged_in(a_person(roles.ADMINISTRATOR))
        mine = logged_in(user)
        form = {"username": user.username, "is_staff": "on", "groups": []}
        assert boss.post(f"/staff/auth/user/{user.pk}/change/", form).status_code == 302
        user.refresh_from_db()
        assert not user.is_active
        User.objects.filter(pk=user.pk).update(is_active=True)
        assert not is_in(mine)

    def test_a_changed_password_ends_the_others(self) -> None:
        user = a_person()
        mine, second = logged_in(user), logged_in(user)
        new = "a much longer password"
        form = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
        mine.post("/staff/password_change/", form)
        assert (is_in(mine), is_in(second)) == (True, False)
        assert StaffSession.objects.filter(account=user).count() == 1

    def test_a_password_changed_by_an_administrator_ends_them_all(self) -> None:
        user = a_person()
        theirs, boss = logged_in(user), logged_in(a_person(roles.ADMINISTRATOR))
        new = "a much longer password"
        form = {"password1": new, "password2": new, "usable_password": "true"}
        assert boss.post(f"{ACCOUNTS}{user.pk}/password/", form).status_code == 302
        assert not is_in(theirs)
        assert not StaffSession.objects.filter(account=user).exists()

    def test_an_account_that_is_no_longer_active_is_out_at_once(self) -> None:
        user = a_person()
        client = logged_in(user)
        User.objects.filter(pk=user.pk).update(is_active=False)
        assert not is_in(client)

    def test_a_session_ended_while_its_request_ran_is_not_brought_back(self) -> None:
        client = logged_in(a_person())
        store = sessions.SessionStore(client.cookies["sessionid"].value)
        store["seen"] = 1
        StaffSession.objects.all().delete()
        with pytest.raises(sessions.UpdateError):
            store.save()
        assert not StaffSession.objects.exists()


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) Version/18 Safari/604",
            "Safari on iPhone",
        ),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/138.0 Safari/537.36 Edg/138.0", "Edge on Linux"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/138.0 Mobile Safari/537.36", "Chrome on Android"),
        ("curl/8.14", ""),
        ("", ""),
    ],
)
def test_a_browser_is_named_in_plain_words(agent: str, words: str) -> None:
    assert browsers.named(agent) == words


def test_a_page_of_staff_warns_and_one_of_strangers_does_not() -> None:
    client = logged_in(a_person(roles.FRONT_DESK))
    assert 'role="alertdialog"' in text(client.get(change(a_request())))
    assert "alertdialog" not in text(Client().get(LOG_IN))
