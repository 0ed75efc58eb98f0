"""Mail addresses that look mistyped: zoe@gmial.com, zoe@gmail.con, zoe@gmailcom.

A suggestion is a question to the person who typed, never a refusal: any of these domains may exist.
"""

from __future__ import annotations

COMMON = (
    "gmail.com", "yahoo.com", "hotmail.com", "outlook.com", "aol.com", "icloud.com", "live.com", "msn.com",
    "comcast.net", "sbcglobal.net", "att.net", "verizon.net", "bellsouth.net", "charter.net", "cox.net",
    "earthlink.net", "optonline.net", "windstream.net", "frontier.com", "roadrunner.com", "rocketmail.com",
    "protonmail.com", "ymail.com", "mac.com", "me.com", "juno.com",
)  # fmt: skip
"""The mail domains that most people in the US have. The first of two equally near ones is suggested."""

REAL = frozenset(
    "mail.com email.com fastmail.com gmx.com gmx.net proton.me pm.me aim.com zoho.com hey.com tutanota.com "
    "googlemail.com hotmail.co.uk hotmail.es outlook.es live.com.mx yahoo.com.mx yahoo.co.uk yahoo.es "
    "yahoo.ca live.ca rr.com q.com cs.com usa.com hushmail.com".split()
)
"""Real ones that look like a slip of a common one, and are not asked about."""

SHORT_NAME = 5
LONG_NAME = 6


def suggestion(address: str) -> str | None:
    """The address that was probably meant; None where nothing looks wrong."""
    local, at, typed = address.strip().rpartition("@")
    domain = typed.strip().lower()
    if not at or not local or domain in COMMON or domain in REAL:
        return None
    meant = next((known for known in COMMON if _is_slip(domain, known)), None)
    return f"{local}@{meant}" if meant else None


def _is_slip(domain: str, known: str) -> bool:
    """One slip in the name (two in a long one) and at most one in the ending; or a dot that is no dot."""
    plain = domain.replace(",", ".").replace(" ", "").strip(".")
    if plain.replace(".", "") == known.replace(".", ""):
        return True
    name, _dot, ending = plain.partition(".")
    known_name, _dot, known_ending = known.partition(".")
    if distance(ending, known_ending) > 1:
        return False
    return distance(name, known_name) <= _slips_allowed(known_name)


def _slips_allowed(name: str) -> int:
    """None in a very short name: another short name is as likely another company."""
    return 0 if len(name) < SHORT_NAME else 1 if len(name) < LONG_NAME else 2


def distance(one: str, other: str) -> int:
    """How many letters are missing, too many, wrong or swapped (optimal string alignment)."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        longer = [i]
        for j, wanted in enumerate(other, start=1):
            best = min(row[j] + 1, longer[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                best = min(best, before[j - 2] + 1)
            longer.append(best)
        before, row = row, longer
    return row[-1]
