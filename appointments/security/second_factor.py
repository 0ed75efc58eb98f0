"""The second factor: codes from an app on one's phone (TOTP, RFC 6238), and ten recovery codes.

django-otp keeps the devices and checks the codes, each once only, with the device's row locked. Its own
throttle is off (``OTP_TOTP_THROTTLE_FACTOR``): it would let a stranger keep the owner out; ``guessing``
counts instead. No writer here trusts a form: each is told whose device it is about and who acts.
"""

from __future__ import annotations

import re
from base64 import b32encode
from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction
from django.utils.safestring import SafeString, mark_safe
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice, default_key

from appointments import audit
from appointments.security import sessions

RECOVERY_CODES = 10
_APP_CODE = re.compile(r"[0-9]{6}")


def is_set_up(account: User) -> bool:
    return TOTPDevice.objects.devices_for_user(account, confirmed=True).exists()


def is_asked_of(account: User) -> bool:
    """Whether the password alone is not enough."""
    return not settings.DEMONSTRATION or is_set_up(account)


def accounts_without() -> int:
    """How many of the active staff have none yet."""
    staff = get_user_model().objects.filter(is_active=True, is_staff=True)
    return staff.exclude(pk__in=TOTPDevice.objects.filter(confirmed=True).values("user")).count()


def new_key() -> str:
    """A secret for an app, not stored with the account before a code has proven that the app has it."""
    return str(default_key())


def qr_code(account: User, key: str) -> SafeString:
    """The secret as an app reads it with the camera, drawn here: as SVG without any style of its own."""
    address = TOTPDevice(user=account, key=key).config_url
    drawn = segno.make(address, micro=False, error="m").svg_inline(
        border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None
    )
    return mark_safe(drawn)  # noqa: S308 - paths and numbers only; the address is in the squares


def typed_secret(key: str) -> str:
    """The secret for who cannot use the camera, in groups of four."""
    return _grouped(b32encode(bytes.fromhex(key)).decode())


def set_up(*, account: User, key: str, code: str, keep: str | None) -> TOTPDevice | None:
    """Take this secret in place of any before, where the code is its own; else nothing, and None.

    Every log-in of the account but the one with the key ``keep`` ends: none may outlast it unproven.
    """
    with transaction.atomic():
        get_user_model().objects.select_for_update().get(pk=account.pk)
        device = TOTPDevice.objects.create(user=account, key=key, name="app")
        if not device.verify_token(normal(code)):
            transaction.set_rollback(True)
            return None
        TOTPDevice.objects.filter(user=account).exclude(pk=device.pk).delete()
        _make_codes(account)
        actor = audit.staff(account.pk)
        audit.record(actor=actor, action="second_factor_set_up", account=account.pk)
        sessions.end_all(actor=actor, account=account.pk, but=keep)
    return device


@transaction.atomic
def verify(*, account: User, code: str) -> Any:
    """The device whose code this is, used up by it; None where it is nobody's."""
    code = normal(code)
    by_app = bool(_APP_CODE.fullmatch(code))
    kind, action = (
        (TOTPDevice, "second_factor_used") if by_app else (StaticDevice, "recovery_code_used")
    )  # a recovery code has eight characters
    for device in kind.objects.devices_for_user(account, confirmed=True).select_for_update():
        if device.verify_token(code):
            audit.record(actor=audit.staff(account.pk), action=action, account=account.pk)
            return device
    audit.record(actor=audit.STRANGER, action="second_factor_failed", account=account.pk)
    return None


@transaction.atomic
def make_recovery_codes(*, account: User) -> None:
    """Ten new ones; those before no longer work. Two at once take turns."""
    get_user_model().objects.select_for_update().get(pk=account.pk)
    _make_codes(account)
    audit.record(actor=audit.staff(account.pk), action="recovery_codes_made", account=account.pk)


def recovery_codes(account: User) -> list[str]:
    """Those not used yet, as they are shown."""
    tokens = StaticToken.objects.filter(device__user=account).order_by("pk")
    return [_grouped(token) for token in tokens.values_list("token", flat=True)]


@transaction.atomic
def reset(*, actor: audit.Actor, account: User) -> None:
    """Forget the phone and the recovery codes, and end every log-in: the next begins with setting it up."""
    TOTPDevice.objects.filter(user=account).delete()
    StaticDevice.objects.filter(user=account).delete()
    audit.record(actor=actor, action="second_factor_reset", account=account.pk)
    sessions.end_all(actor=actor, account=account.pk)


def normal(code: str) -> str:
    """A code as it is checked, however it was typed."""
    return re.sub(r"[\s-]", "", code).lower()


def _make_codes(account: User) -> None:
    device, _made = StaticDevice.objects.get_or_create(user=account, defaults={"name": "recovery"})
    device.token_set.all().delete()
    StaticToken.objects.bulk_create(
        StaticToken(device=device, token=StaticToken.random_token()) for _ in range(RECOVERY_CODES)
    )


def _grouped(text: str) -> str:
    return "-".join(text[at : at + 4] for at in range(0, len(text), 4))
