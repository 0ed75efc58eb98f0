"""One normal form of a contact: an e-mail address, or a phone number as E.164."""

from __future__ import annotations

import unicodedata

DOTS_MEAN_NOTHING = {"gmail.com": "gmail.com", "googlemail.com": "gmail.com"}
"""Mail domains that ignore dots before the @, by the name under which they are one."""


def normal(contact: str) -> str:
    """The form in which contacts are compared, counted and looked up."""
    contact = unicodedata.normalize("NFKC", contact).strip().casefold()
    local, at, domain = contact.rpartition("@")
    return f"{local}@{_as_ascii(domain)}" if at else contact


def mailbox(contact: str) -> str:
    """What limits count: all spellings that one mailbox may have. Nothing is ever sent to it."""
    local, at, domain = normal(contact).rpartition("@")
    if not at:
        return domain
    local = local.split("+", 1)[0] or local
    if domain in DOTS_MEAN_NOTHING:
        local, domain = local.replace(".", ""), DOTS_MEAN_NOTHING[domain]
    return f"{local}@{domain}"


def with_ascii_domain(address: str) -> str:
    """The address as written, its domain as mail servers know it (IDNA) where it has other letters."""
    local, at, domain = address.rpartition("@")
    return address if domain.isascii() else f"{local}{at}{_as_ascii(domain)}"


def _as_ascii(domain: str) -> str:
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
