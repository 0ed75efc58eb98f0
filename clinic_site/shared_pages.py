"""Finished pages that all processes and nodes share, in PostgreSQL: made once, by whoever claims it first."""

from django.db import connection

from clinic_site.ready_page import ReadyPage

CLAIM_SECONDS = 5
"""After so long without a page, whoever claimed it is taken for dead."""

FETCH = "SELECT page FROM services_readypage WHERE address = %s AND edition = %s AND page IS NOT NULL"
CLAIM = """
INSERT INTO services_readypage AS kept (address, edition, claimed_at) VALUES (%s, %s, now())
ON CONFLICT (address) DO UPDATE SET edition = excluded.edition, claimed_at = excluded.claimed_at, page = NULL
WHERE kept.edition <> excluded.edition
    OR (kept.page IS NULL AND kept.claimed_at < excluded.claimed_at - make_interval(secs => %s))
"""
KEEP = "UPDATE services_readypage SET page = %s WHERE address = %s AND edition = %s"
GIVE_UP = "DELETE FROM services_readypage WHERE address = %s AND edition = %s AND page IS NULL"


def fetch(address: str, edition: str) -> ReadyPage | None:
    """The page, if somebody has made it for this edition."""
    with connection.cursor() as cursor:
        cursor.execute(FETCH, [address, edition])
        row = cursor.fetchone()
    return ReadyPage.unpacked(bytes(row[0])) if row else None


def claim(address: str, edition: str) -> bool:
    """Whether it is ours to make. Otherwise somebody is making it, or has made it."""
    return _changed(CLAIM, [address, edition, CLAIM_SECONDS]) == 1


def keep(address: str, edition: str, page: ReadyPage) -> None:
    _changed(KEEP, [page.packed(), address, edition])


def give_up(address: str, edition: str) -> None:
    """Let others try: it was ours, and did not become a page to keep."""
    _changed(GIVE_UP, [address, edition])


def _changed(statement: str, values: list[str | int | bytes]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return int(cursor.rowcount)
