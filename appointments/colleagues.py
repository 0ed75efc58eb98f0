"""The staff as their colleagues know them: who may look after requests, and by which name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import QuerySet

HOLDS_REQUESTS = "appointments.contact_request"
"""Who may contact patients may be given their requests."""


def may_hold() -> QuerySet[Any]:
    """The accounts a request can be given to, by name."""
    accounts: Any = get_user_model().objects
    able = accounts.with_perm(HOLDS_REQUESTS, backend="django.contrib.auth.backends.ModelBackend")
    return able.filter(is_staff=True).order_by("first_name", "last_name", "username")


def name_of(account: Any) -> str:
    """The full name, or the log-in name where none is kept."""
    return str(account.get_full_name() or account.get_username())


def names_of(accounts: Iterable[Any]) -> dict[int, str]:
    """The names of these accounts, by id, in one query; accounts that are gone are left out."""
    ids = {account for account in accounts if account}
    found = get_user_model()._default_manager.filter(pk__in=ids) if ids else ()
    return {int(account.pk): name_of(account) for account in found}
