"""The request being written: kept in PostgreSQL, sealed with a key that only the patient's cookie completes.

The cookie holds a random token and nothing else. The table holds the token's digest; the key of the answers
is derived from the token and the site's secret, so neither a copy of the database nor the secret alone opens
them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, transaction
from django.utils import timezone

from appointments.models import RequestDraft
from clinic_site.postgresql.prepared import Prepared

Posted = dict[str, list[str]]

COLUMNS = [field.attname for field in RequestDraft._meta.concrete_fields]
FIND = Prepared(
    f"""
SELECT {", ".join(COLUMNS)} FROM appointments_requestdraft
WHERE token_digest = %(token_digest)s AND expires_at > %(now)s
""",  # noqa: S608 - no word of anybody's is in it
    {"token_digest": "bytea", "now": "timestamptz"},
)
"""Every page of the way begins with it."""

MOST_REFUSED_BYTES = 30_000
"""How much of what was refused a draft keeps, of all its pages together, as it is stored."""


@dataclass
class Draft:
    """Answers so far, which steps are done, and of which advice the patient has been told.

    ``refused`` is what was posted to a page and not accepted, as it came, by the name of the page;
    ``opened`` is the signed time at which the form was opened.
    """

    token: str
    row: RequestDraft
    answers: dict[str, Any] = field(default_factory=dict)
    done: list[str] = field(default_factory=list)
    advised: list[str] = field(default_factory=list)
    refused: dict[str, Posted] = field(default_factory=dict)
    opened: str = ""

    @property
    def submitted(self) -> bool:
        return self.row.request_id is not None


def has_room(draft: Draft | None, page: str, posted: Posted) -> bool:
    """Whether all that was refused, this in place of the page's own before, is little enough to keep."""
    refused = {**(draft.refused if draft else {}), page: posted}
    return len(json.dumps(refused)) <= MOST_REFUSED_BYTES


def begin() -> Draft:
    """A new, empty draft."""
    token = secrets.token_urlsafe(32)
    draft = Draft(token, RequestDraft(token_digest=_digest(token)))
    _store(draft)
    return draft


def find(token: str) -> Draft | None:
    """The draft of this cookie, while it lasts; None for an unknown, expired or unreadable one."""
    if not token or len(token) > 100:
        return None
    found = FIND.one({"token_digest": _digest(token), "now": timezone.now()})
    return _opened(token, RequestDraft.from_db(DEFAULT_DB_ALIAS, COLUMNS, found)) if found else None


def change(draft: Draft, step: Callable[[Draft], None]) -> Draft:
    """Apply a change to the draft as it now is in the database: two tabs lose nothing of each other's.

    A draft that was submitted meanwhile is returned as it is; one that was deleted begins anew.
    """
    with transaction.atomic():
        row = RequestDraft.objects.select_for_update().filter(pk=draft.row.pk).first()
        current = (row and _opened(draft.token, row)) or begin()
        if not current.submitted:
            step(current)
            _store(current)
    return current


def discard(draft: Draft) -> None:
    """Delete the draft and all its answers."""
    RequestDraft.objects.filter(pk=draft.row.pk, request=None).delete()


def delete_expired() -> int:
    """Delete what has outlived its two hours; returns how many."""
    return RequestDraft.objects.filter(expires_at__lte=timezone.now()).delete()[0]


def _store(draft: Draft) -> None:
    content = {name: getattr(draft, name) for name in ("answers", "done", "advised", "refused", "opened")}
    draft.row.sealed_answers = _lock(draft.token).encrypt(json.dumps(content).encode())
    draft.row.expires_at = timezone.now() + timedelta(seconds=settings.DRAFT_LIFETIME_SECONDS)
    draft.row.save()


def _opened(token: str, row: RequestDraft) -> Draft | None:
    if row.request_id is not None:
        return Draft(token, row)
    try:
        content = json.loads(_lock(token).decrypt(bytes(row.sealed_answers)))
    except InvalidToken:
        return None
    return Draft(token, row, **content)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _lock(token: str) -> Fernet:
    derive = HKDF(SHA256(), length=32, salt=_digest(token), info=b"appointments.drafts")
    return Fernet(base64.urlsafe_b64encode(derive.derive(settings.SECRET_KEY.encode() + token.encode())))
