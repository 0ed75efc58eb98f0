"""Who is logged in, as every request reads it anew: the account with what it may do and its second factors.

One statement, and nothing kept for the next request: an account that is deactivated, a role that is taken
away and a second factor that is reset hold at once.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.backends import ModelBackend
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, Concat
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import SimpleLazyObject
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice

from clinic_site.postgresql.one_statement import Given, OneStatement

PERMITTED = """
ARRAY(
    SELECT kind.app_label || '.' || permission.codename
    FROM auth_permission permission JOIN django_content_type kind ON kind.id = permission.content_type_id
    WHERE permission.id IN (
        SELECT permission_id FROM auth_user_user_permissions WHERE user_id = auth_user.id
        UNION ALL
        SELECT permission_id FROM auth_user_groups JOIN auth_group_permissions USING (group_id)
        WHERE user_id = auth_user.id
    )
)
"""
"""What the account itself and its roles permit. Django's own joins take twice as long, most of it to plan."""


class Accounts(ModelBackend):
    """Django's accounts; what a role or the account itself permits is read along with the account."""

    def get_user(self, user_id: Any) -> Any:
        found = ACCOUNT.ask(pk=get_user_model()._meta.pk.to_python(user_id))["account"]
        return found[0] if found and self.user_can_authenticate(found[0]) else None

    def get_all_permissions(self, user_obj: Any, obj: Any = None) -> set[str]:
        """Django's for a superuser, and for an account that was read elsewhere."""
        permitted = getattr(user_obj, "permitted", None)
        if permitted is None or obj is not None or user_obj.is_superuser or not user_obj.is_active:
            return super().get_all_permissions(user_obj, obj)
        return set(permitted)


def _account() -> dict[str, QuerySet[Any]]:
    accounts = get_user_model()._default_manager.annotate(
        permitted=RawSQL(PERMITTED, (), ArrayField(CharField())),  # noqa: S611 - a fixed text
        proofs_by_app=_proofs(TOTPDevice),
        proofs_by_code=_proofs(StaticDevice),
    )
    return {"account": accounts.filter(pk=Given("pk"))}


ACCOUNT = OneStatement(_account)


def _proofs(kind: Any) -> ArraySubquery:
    """The confirmed devices of one kind, as a log-in that was proven by one of them names it."""
    devices = kind.objects.filter(user=OuterRef("pk"), confirmed=True)
    named = Concat(Value(f"{kind.model_label()}/"), Cast("pk", CharField()))
    return ArraySubquery(devices.values_list(named))


@dataclass(frozen=True, slots=True)
class Proof:
    """The device by which a log-in was proven, as far as django-otp's own log-in asks for it."""

    persistent_id: str
    user_id: int


class SecondFactor:
    """As django-otp's middleware: ``request.user`` knows whether this log-in was proven by a second factor.

    The device must still be there, be confirmed, and belong to this account.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.user = SimpleLazyObject(partial(_with_proof, request, request.user))  # type: ignore[assignment]
        return self.get_response(request)


def _with_proof(request: HttpRequest, account: Any) -> Any:
    account.otp_device = None
    account.is_verified = lambda: account.otp_device is not None
    if account.is_authenticated:
        named = request.session.get(DEVICE_ID_SESSION_KEY)
        if isinstance(named, str) and named in (*account.proofs_by_app, *account.proofs_by_code):
            account.otp_device = Proof(named, account.pk)
        elif named is not None:
            del request.session[DEVICE_ID_SESSION_KEY]
    return account
