"""The second factor: set up with what is shown, replaced with what was there, reset by an administrator."""

import base64
import re
import time
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_static.models import StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from appointments import roles
from appointments.models import Event, StaffSession
from appointments.security import second_factor
from tests.html import parse
from tests.log_in_client import (
    CODE,
    CODES,
    LOG_INS,
    QUICK_HASHER,
    SET_UP,
    a_person,
    code_of,
    first_step,
    is_in,
    logged_in,
    with_app,
)  # fmt: skip
from tests.staff_client import ACCOUNTS, text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def production(settings: Settings) -> Settings:
    settings.PASSWORD_HASHERS = QUICK_HASHER
    settings.DEMONSTRATION = False
    return settings


def key_on(page: str) -> bytes:
    """The secret that a person would type into their app."""
    found = re.search(r'class="typed-key"><code>([A-Z2-7-]+)</code>', page)
    assert found
    return base64.b32decode(found[1].replace("-", ""))


def shown_by(page: str, step: int = 0) -> str:
    return f"{totp(key_on(page), t0=-30 * step):06}"


def set_up(client: Client, **more: str) -> Any:
    page = text(client.get(SET_UP))
    return client.post(SET_UP, {"code": shown_by(page), **more})


def actions() -> list[str]:
    return list(Event.objects.order_by("pk").values_list("action", flat=True))


class TestSettingUp:
    def test_the_first_log_in_sets_it_up_and_shows_ten_codes(self) -> None:
        client, user = Client(), a_person(roles.FRONT_DESK)
        first_step(client, user)
        answer = set_up(client, next=LOG_INS)
        assert answer["Location"] == f"{CODES}?next=%2Fstaff%2Flog-ins%2F"
        page = client.get(answer["Location"])
        assert re.findall(r"<code>([^<]+)</code>", text(page)) == second_factor.recovery_codes(user)
        assert len(second_factor.recovery_codes(user)) == 10
        assert f'href="{LOG_INS}"' in text(page) and "no-store" in page["Cache-Control"]
        assert "<code>" in text(client.get(CODES)), "a reload loses none"
        assert is_in(client)
        assert [action for action in actions() if action not in ("log_in", "view")] == [
            "second_factor_set_up"
        ]

    def test_the_codes_are_shown_for_ten_minutes_and_not_at_the_next_log_in(self) -> None:
        client, user = Client(), a_person()
        first_step(client, user)
        set_up(client)
        device = TOTPDevice.objects.get()
        TOTPDevice.objects.update(last_t=-1)
        page = text(logged_in(user, device).get(CODES))
        assert "<code>" not in page and "10 recovery codes left" in page

    def test_a_superuser_made_at_the_command_line_is_led_into_it(self) -> None:
        user = a_person(is_superuser=True)
        client = Client()
        assert first_step(client, user)["Location"].startswith(SET_UP)
        set_up(client)
        assert client.get("/staff/").status_code == 200

    def test_the_square_is_drawn_here_and_holds_the_same_secret_without_style(self) -> None:
        client, user = Client(), a_person()
        first_step(client, user)
        answer = client.get(SET_UP)
        page = parse(text(answer))
        (square,) = [each for each in page.all("svg") if each.attributes.get("class") == "qr"]
        assert not [each for each in square.all() if "style" in each.attributes]
        key = key_on(text(answer)).hex()
        assert str(second_factor.qr_code(user, key)) in text(answer)
        read = TOTPDevice(user=user, key=key).config_url
        assert f"secret={base64.b32encode(bytes.fromhex(key)).decode()}" in read
        assert "no-store" in answer["Cache-Control"]

    def test_a_reload_keeps_the_secret_and_another_browser_gets_its_own(self) -> None:
        user = a_person()
        one, two = Client(), Client()
        for client in (one, two):
            first_step(client, user)
        assert key_on(text(one.get(SET_UP))) == key_on(text(one.get(SET_UP)))
        assert key_on(text(one.get(SET_UP))) != key_on(text(two.get(SET_UP)))

    def test_a_wrong_code_sets_nothing_up_and_keeps_the_square(self) -> None:
        client, user = Client(), a_person()
        first_step(client, user)
        key = key_on(text(client.get(SET_UP)))
        answer = client.post(SET_UP, {"code": "000000"})
        assert answer.status_code == 422 and "This code is not right" in text(answer)
        assert key_on(text(answer)) == key
        assert not TOTPDevice.objects.exists() and not StaticToken.objects.exists()
        assert not is_in(client)

    def test_who_has_one_cannot_set_up_another_with_the_password_alone(self) -> None:
        client, user = Client(), a_person()
        device = with_app(user)
        first_step(client, user)
        assert client.get(SET_UP)["Location"] == CODE
        assert client.post(SET_UP, {"code": "123456"})["Location"] == CODE
        assert TOTPDevice.objects.get() == device

    def test_without_a_password_there_is_nothing_to_see(self) -> None:
        for client in (Client(), Client()):
            assert client.get(SET_UP)["Location"] == "/staff/login/"
            assert client.post(SET_UP, {"code": "123456"})["Location"] == "/staff/login/"

    def test_setting_it_up_in_the_demonstration_ends_what_was_proven_by_less(
        self, production: Settings
    ) -> None:
        production.DEMONSTRATION = True
        user = a_person()
        mine, other = logged_in(user), logged_in(user)
        set_up(mine)
        assert (is_in(mine), is_in(other)) == (True, False)

    def test_a_log_in_by_password_from_the_demonstration_opens_nothing_outside_it(
        self, production: Settings
    ) -> None:
        production.DEMONSTRATION = True
        client = logged_in(a_person(roles.ADMINISTRATOR))
        production.DEMONSTRATION = False
        assert not is_in(client)


class TestReplacing:
    def test_another_phone_needs_a_code_of_the_present_one(self) -> None:
        user = a_person()
        device = with_app(user)
        client = logged_in(user, device)
        for present, status in (("", 422), ("000000", 422), (second_factor.recovery_codes(user)[0], 302)):
            assert set_up(client, present_code=present).status_code == status
        new = TOTPDevice.objects.get()
        assert new.key != device.key
        assert is_in(client)
        assert len(second_factor.recovery_codes(user)) == 10

    def test_new_recovery_codes_need_a_code_and_end_those_before(self) -> None:
        user = a_person()
        device = with_app(user)
        client = logged_in(user, device)
        before = second_factor.recovery_codes(user)
        assert client.post(CODES, {"code": "000000"}).status_code == 422
        assert second_factor.recovery_codes(user) == before
        assert client.post(CODES, {"code": before[0]})["Location"] == CODES
        assert not set(before) & set(second_factor.recovery_codes(user))
        assert "recovery_codes_made" in actions()

    def test_guesses_there_are_counted_as_at_the_log_in(self) -> None:
        user = a_person()
        client = logged_in(user, with_app(user))
        codes = [client.post(CODES, {"code": "000000"}).status_code for _ in range(11)]
        assert codes == [422] * 10 + [429]
        assert client.post(SET_UP, {"code": "1", "present_code": "2"}).status_code == 429


class TestReset:
    def as_boss(self, *role_names: str, **fields: Any) -> tuple[Client, User]:
        boss = a_person(*role_names, **fields)
        return logged_in(boss, with_app(boss)), boss

    def test_an_administrator_resets_a_colleague_with_a_trail(self) -> None:
        user = a_person(roles.FRONT_DESK)
        theirs = logged_in(user, with_app(user))
        client, boss = self.as_boss(roles.ADMINISTRATOR)
        address = f"{ACCOUNTS}{user.pk}/second-factor/"
        assert address in text(client.get(f"{ACCOUNTS}{user.pk}/change/"))
        assert "Do this only when you are sure" in text(client.get(address))
        assert is_in(theirs)
        assert client.post(address)["Location"] == f"{ACCOUNTS}{user.pk}/change/"
        assert not is_in(theirs)
        assert not StaffSession.objects.filter(account=user).exists()
        assert not TOTPDevice.objects.filter(user=user).exists()
        assert second_factor.recovery_codes(user) == []
        done = Event.objects.order_by("pk").filter(actor_id=boss.pk).values_list("action", "codes")
        assert list(done)[-2:] == [
            ("second_factor_reset", {"account": user.pk}),
            ("session_ended", {"account": user.pk, "number": 1}),
        ]
        assert first_step(Client(), user)["Location"].startswith(SET_UP)

    def test_nobody_resets_their_own_and_nobody_below_a_superuser_resets_one(self) -> None:
        above = a_person(is_superuser=True)
        with_app(above)
        client, boss = self.as_boss(roles.ADMINISTRATOR)
        for account in (above, boss):
            for ask in (client.get, client.post):
                assert ask(f"{ACCOUNTS}{account.pk}/second-factor/").status_code == 403
        assert TOTPDevice.objects.count() == 2
        assert "second_factor_reset" not in actions()
        assert client.post(f"{ACCOUNTS}99999999/second-factor/").status_code == 404

    def test_a_superuser_resets_another(self) -> None:
        above = a_person(is_superuser=True)
        with_app(above)
        client, _boss = self.as_boss(is_superuser=True)
        assert client.post(f"{ACCOUNTS}{above.pk}/second-factor/").status_code == 302
        assert not TOTPDevice.objects.filter(user=above).exists()

    def test_the_last_one_is_reset_at_the_command_line(self) -> None:
        user = a_person(is_superuser=True)
        with_app(user)
        call_command("reset_second_factor", user.username)
        assert not TOTPDevice.objects.exists()
        assert Event.objects.get(action="second_factor_reset").actor_kind == "system"
        with pytest.raises(CommandError):
            call_command("reset_second_factor", "nobody")


def test_no_screen_of_the_admin_shows_a_secret() -> None:
    boss = a_person(is_superuser=True)
    client = logged_in(boss, with_app(boss))
    for path in ("otp_totp/totpdevice/", "otp_static/staticdevice/"):
        assert client.get(f"/staff/{path}").status_code == 404


def test_a_code_of_the_time_before_still_works_and_one_of_long_ago_does_not() -> None:
    user = a_person()
    device = with_app(user)
    step = int(time.time()) // 30
    old = f"{totp(bytes.fromhex(device.key), t0=30 * 3):06}"
    assert second_factor.verify(account=user, code=old) is None
    assert second_factor.verify(account=user, code=code_of(device)) == device
    device.refresh_from_db()
    assert device.last_t in (step, step + 1)
