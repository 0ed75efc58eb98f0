"""How often a password or a code may be wrong.

A try is counted before anything is checked, by a statement that counts one at a time: of sixty at once no
more than the limit are looked at. One that was right is given back, so that colleagues behind one address do
not use up each other's tries; nobody else's are.
"""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest

from appointments import audit, limits
from appointments.security import known_browsers

Counted = list[tuple[str, str, datetime]]


def count_password(request: HttpRequest, *, address: str, username: str) -> Counted:
    """Count a try to log in. Raises Limited; its first refusal is noted in the trail."""
    if browser := known_browsers.of(request, username):
        return _count(log_in_by_known_browser=browser)
    return _count(log_in_by_address=address, log_in_by_account=known_browsers.normal(username))


def count_code(request: HttpRequest, *, account: int, username: str) -> Counted:
    """Count a try at the second factor, whose password was right. Raises Limited as above."""
    if browser := known_browsers.of(request, username):
        return _count(account, code_by_known_browser=browser)
    return _count(account, code_by_account=str(account))


def give_back(counted: Counted) -> None:
    """It was right."""
    for name, value, begun in counted:
        limits.give_back(name, value, begun)


def _count(account: int | None = None, **by: str) -> Counted:
    counted = []
    for name, value in by.items():
        try:
            counted.append((name, value, limits.count(name, value)))
        except limits.Limited as limited:
            if limited.first:
                audit.record(actor=audit.STRANGER, action="log_in_limited", limit=name, account=account)
            raise
    return counted
