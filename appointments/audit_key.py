"""The secret of the trail: it seals entries, and makes codes of words that must not stand there.

``AUDIT_KEY`` where the operator gives one, else the site's ``SECRET_KEY``; each use has a key of its own.
"""

from __future__ import annotations

import hashlib
import hmac

from django.conf import settings

SEALING = b"appointments.seals"
HASHING = b"appointments.audit.keyed_hash"


def sealing_key() -> bytes:
    """What new seals are made with."""
    return _derived(settings.AUDIT_KEY or settings.SECRET_KEY, SEALING)


def former_sealing_keys() -> list[bytes]:
    """What older seals may have been made with: a secret that was replaced does not break the past."""
    secrets = [*settings.AUDIT_KEY_FALLBACKS, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    now = sealing_key()
    return [key for key in dict.fromkeys(_derived(secret, SEALING) for secret in secrets) if key != now]


def keyed_hash(words: str) -> str:
    """A code for words: the same for the same words however spaced and capitalized, and no way back.

    Where somebody guesses the words they need the secret to try.
    """
    told = " ".join(words.split()).casefold()
    key = _derived(settings.AUDIT_KEY or settings.SECRET_KEY, HASHING)
    return hmac.digest(key, told.encode("utf-8", "replace"), hashlib.sha256)[:16].hex()


def _derived(secret: str, use: bytes) -> bytes:
    return hmac.digest(secret.encode(), use, hashlib.sha256)
