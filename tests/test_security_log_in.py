"""The log-in: two steps, limits to guessing that lock nobody's colleagues out, equal words for all."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.contrib.auth.models import User
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import roles
from appointments.models import Event, StaffSession
from tests.builders import NOW
from tests.log_in_client import (
    CODE,
    LOG_IN,
    LOG_INS,
    PASSWORD,
    QUICK_HASHER,
    SET_UP,
    a_person,
    code_of,
    first_step,
    is_in,
    logged_in,
    with_app,
)  # fmt: skip
from tests.staff_client import text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = QUICK_HASHER


@pytest.fixture
def production(settings: Settings) -> Settings:
    """Outside the demonstration, but for https, which the test client does not speak."""
    settings.DEMONSTRATION = False
    return settings


def trail() -> list[tuple[str, dict[str, Any]]]:
    return list(Event.objects.order_by("pk").values_list("action", "codes"))


class TestTwoSteps:
    def test_in_the_demonstration_a_password_is_enough_until_an_app_is_set_up(self) -> None:
        user = a_person(roles.FRONT_DESK)
        assert is_in(logged_in(user))
        with_app(user)
        client = Client()
        assert first_step(client, user)["Location"] == f"{CODE}?next=%2Fstaff%2F"
        assert not is_in(client)

    def test_outside_it_the_password_leads_to_setting_up_and_to_nothing_else(
        self, production: Settings
    ) -> None:
        client, user = Client(), a_person(roles.ADMINISTRATOR)
        assert first_step(client, user)["Location"] == f"{SET_UP}?next=%2Fstaff%2F"
        assert not is_in(client)
        assert client.get(SET_UP).status_code == 200
        assert not StaffSession.objects.filter(account=user).exists()

    def test_the_code_of_the_app_completes_it_and_leads_on(self, production: Settings) -> None:
        client, user = Client(), a_person(roles.FRONT_DESK)
        device = with_app(user)
        first = client.post(f"{LOG_IN}?next={LOG_INS}", {"username": user.username, "password": PASSWORD})
        answer = client.post(first["Location"], {"code": code_of(device), "next": LOG_INS})
        assert answer["Location"] == LOG_INS
        assert is_in(client)
        assert ("second_factor_used", {"account": user.pk}) in trail()

    def test_it_leads_nowhere_outside_the_site(self) -> None:
        client, user = Client(), a_person()
        device = with_app(user)
        first_step(client, user)
        answer = client.post(CODE, {"code": code_of(device), "next": "https://evil.example/"})
        assert answer["Location"] == "/staff/"

    def test_a_code_works_once(self) -> None:
        user = a_person()
        device = with_app(user)
        code = code_of(device)
        logged_in(user, device)
        second = Client()
        first_step(second, user)
        answer = second.post(CODE, {"code": code})
        assert answer.status_code == 422 and "used already" in text(answer)
        assert code not in text(answer)
        assert trail()[-1] == ("second_factor_failed", {"account": user.pk})

    def test_a_recovery_code_works_once_however_it_is_typed(self) -> None:
        from appointments.security import second_factor

        user = a_person()
        with_app(user)
        code = second_factor.recovery_codes(user)[3]
        for expected in (302, 422):
            client = Client()
            first_step(client, user)
            typed = f" {code.upper().replace('-', ' ')} "
            assert client.post(CODE, {"code": typed}).status_code == expected
        assert len(second_factor.recovery_codes(user)) == 9
        noted = [action for action, _codes in trail() if action.endswith(("used", "failed"))]
        assert noted == ["recovery_code_used", "second_factor_failed"]

    @pytest.mark.parametrize("code", ["", "12345", "١٢٣٤٥٦", "x" * 400, "\x00", "'; --", "1e5", "-12345"])
    def test_a_nonsense_code_is_told_and_lets_nobody_in(self, code: str) -> None:
        client, user = Client(), a_person()
        with_app(user)
        first_step(client, user)
        assert client.post(CODE, {"code": code}).status_code in (200, 422)
        assert not is_in(client)

    def test_the_second_step_waits_ten_minutes(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        client, user = Client(), a_person()
        device = with_app(user)
        first_step(client, user)
        time_machine.move_to(NOW + timedelta(minutes=10, seconds=1), tick=False)
        answer = client.post(CODE, {"code": code_of(device)})
        assert answer["Location"] == LOG_IN
        assert "took too long" in text(client.get(LOG_IN))
        assert not is_in(client)

    def test_a_password_changed_between_the_steps_ends_it(self) -> None:
        client, user = Client(), a_person()
        device = with_app(user)
        first_step(client, user)
        user.set_password("another long password")
        user.save()
        assert client.post(CODE, {"code": code_of(device)})["Location"] == LOG_IN
        assert not is_in(client)

    def test_a_log_in_begins_a_session_of_its_own(self) -> None:
        client, user = Client(), a_person()
        device = with_app(user)
        first_step(client, user)
        before = client.cookies["sessionid"].value
        client.post(CODE, {"code": code_of(device)})
        assert client.cookies["sessionid"].value != before
        assert not StaffSession.objects.filter(session_key=before).exists()

    def test_a_device_that_was_never_confirmed_lets_nobody_in(self, production: Settings) -> None:
        client, user = Client(), a_person()
        device = TOTPDevice.objects.create(user=user, name="app", confirmed=False)
        assert first_step(client, user)["Location"].startswith(SET_UP)
        assert client.post(CODE, {"code": code_of(device)}).status_code == 422
        assert not is_in(client)


class TestGuessing:
    def test_of_thirty_in_a_row_ten_are_looked_at(self) -> None:
        user = a_person()
        codes = [first_step(Client(), user, f"guess {number}").status_code for number in range(30)]
        assert codes == [200] * 10 + [429] * 20
        assert [row for row in trail() if row[0] == "log_in_limited"] == [
            ("log_in_limited", {"limit": "log_in_by_account"}),
            ("log_in_limited", {"limit": "log_in_by_address"}),
        ]

    def test_one_address_is_stopped_whatever_names_it_guesses_at(self) -> None:
        names = [User(username=f"name{number}") for number in range(30)]
        codes = [first_step(Client(), name, "guess").status_code for name in names]
        assert codes == [200] * 20 + [429] * 10
        elsewhere = first_step(Client(), names[0], "guess", REMOTE_ADDR="192.0.2.7")
        assert elsewhere.status_code == 200

    def test_the_right_password_comes_too_late(self) -> None:
        user = a_person()
        for _ in range(10):
            first_step(Client(), user, "guess")
        client = Client()
        answer = first_step(client, user)
        assert answer.status_code == 429 and not is_in(client)

    def test_who_is_limited_is_told_when_and_whom_and_keeps_the_name(
        self, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW + timedelta(minutes=3), tick=False)
        user = a_person()
        for _ in range(11):
            answer = first_step(Client(), user, "a guess of mine")
        page = text(answer)
        assert answer.status_code == 429 and answer["Retry-After"] == str(12 * 60)
        assert "wait until 11:15 a.m., then" in page and "ask an administrator" in page
        assert f'value="{user.username}"' in page and "a guess of mine" not in page
        time_machine.move_to(NOW + timedelta(minutes=15), tick=False)
        assert is_in(logged_in(user))

    def test_known_and_unknown_accounts_are_told_alike(self) -> None:
        def answers(place: int, name: str) -> list[tuple[int, str]]:
            got = []
            for _ in range(11):
                answer = first_step(Client(), User(username=name), "guess", REMOTE_ADDR=f"192.0.2.{place}")
                page = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", text(answer))
                got.append((answer.status_code, page.replace(name, "name")))
            return got

        away, gone = a_person(is_active=False), a_person()
        User.objects.filter(pk=gone.pk).update(is_staff=False)
        known = answers(1, a_person().username)
        assert known == answers(2, "nobody") == answers(3, away.username) == answers(4, gone.username)

    def test_a_name_that_nobody_has_costs_as_much_work_as_one_that_somebody_has(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        hashed: list[str] = []
        encode = MD5PasswordHasher.encode

        def counted(self: Any, password: str, salt: str) -> str:
            hashed.append(password)
            return encode(self, password, salt)

        user = a_person()
        monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
        for number, name in enumerate((user.username, "nobody")):
            first_step(Client(), User(username=name), f"guess {number}")
        assert hashed == ["guess 0", "guess 1"]

    def test_a_stranger_at_the_same_address_does_not_lock_the_owner_out(self) -> None:
        user = a_person()
        own = logged_in(user)
        own.post("/staff/logout/")
        for _ in range(60):
            first_step(Client(), user, "guess")
        assert first_step(own, user)["Location"] == "/staff/"
        assert is_in(own)

    def test_a_known_browser_has_a_limit_of_its_own(self) -> None:
        own = logged_in(user := a_person())
        own.post("/staff/logout/")
        codes = [first_step(own, user, "guess").status_code for _ in range(12)]
        assert codes == [200] * 10 + [429] * 2
        assert first_step(Client(), user)["Location"] == "/staff/"

    def test_a_browser_is_known_for_the_account_that_logged_in_there_and_no_other(self) -> None:
        mine, other = a_person(), a_person()
        client = logged_in(mine)
        client.post("/staff/logout/")
        (name,) = [name for name in client.cookies if name.startswith("known_")]
        cookie = client.cookies[name]
        assert (cookie["httponly"], cookie["path"], cookie["samesite"]) == (True, "/staff/", "Lax")
        assert mine.username not in name + cookie.value
        for _ in range(10):
            first_step(client, other, "guess")
        assert first_step(client, other).status_code == 429
        forged = Client()
        forged.cookies[name] = cookie.value[:-1] + ("A" if cookie.value[-1] != "A" else "B")
        for _ in range(10):
            first_step(forged, mine, "guess")
        assert first_step(forged, mine).status_code == 429

    def test_colleagues_who_log_in_use_up_nobodys_tries(self) -> None:
        for _ in range(25):
            logged_in(a_person())
        assert is_in(logged_in(a_person()))

    def test_a_success_gives_back_its_own_try_and_nobody_elses(self) -> None:
        user = a_person()
        for _ in range(9):
            first_step(Client(), user, "guess")
        logged_in(user)
        codes = [first_step(Client(), user, "guess").status_code for _ in range(2)]
        assert codes == [200, 429]

    def test_codes_are_counted_too_after_the_right_password(self) -> None:
        user = a_person()
        device = with_app(user)
        client = Client()
        first_step(client, user)
        codes = [client.post(CODE, {"code": "000000"}).status_code for _ in range(12)]
        assert codes == [422] * 10 + [429] * 2
        late = client.post(CODE, {"code": code_of(device)})
        assert late.status_code == 429 and "too many wrong tries" in text(late)
        assert ("log_in_limited", {"limit": "code_by_account", "account": user.pk}) in trail()
