"""Staff at the log-in, without a browser: names, passwords and codes that are right at this moment."""

from typing import Any

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.test import Client
from django_otp.oath import totp
from django_otp.plugins.otp_totp.models import TOTPDevice

from appointments.security import second_factor
from tests.builders import staff

PASSWORD = "correct horse battery"
LOG_IN, CODE, SET_UP = "/staff/login/", "/staff/login/code/", "/staff/login/second-factor/"
CODES, LEFT, LOG_INS = "/staff/log-ins/codes/", "/staff/log-ins/left/", "/staff/log-ins/"
QUICK_HASHER = ["django.contrib.auth.hashers.MD5PasswordHasher"]
"""For tests that log in often: the usual one takes half a second, as it should."""


def a_person(*role_names: str, **fields: Any) -> User:
    """A member of staff with a password."""
    user = staff(*role_names, **fields)
    User.objects.filter(pk=user.pk).update(password=make_password(PASSWORD))
    user.refresh_from_db()
    return user


def with_app(user: User) -> TOTPDevice:
    """Their second factor, set up long ago, with recovery codes."""
    device = TOTPDevice.objects.create(user=user, name="app")
    second_factor.make_recovery_codes(account=user)
    return device


def code_of(device: TOTPDevice) -> str:
    """What the app shows now."""
    return f"{totp(bytes.fromhex(device.key)):06}"


def first_step(client: Client, user: User, password: str = PASSWORD, **headers: Any) -> Any:
    return client.post(LOG_IN, {"username": user.username, "password": password}, **headers)


def logged_in(user: User, device: TOTPDevice | None = None) -> Client:
    """A browser after the whole log-in."""
    client = Client()
    answer = first_step(client, user)
    if device is not None:
        answer = client.post(CODE, {"code": code_of(device)})
    assert answer.status_code == 302, answer.content.decode()
    assert "sessionid" in answer.cookies
    return client


def is_in(client: Client) -> bool:
    """Whether the staff's pages open."""
    return client.get(LOG_INS).status_code == 200
