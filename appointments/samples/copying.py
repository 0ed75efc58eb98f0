"""Values as PostgreSQL's COPY reads them. Only made-up values come here, none with a tab or a backslash."""

from __future__ import annotations

from datetime import datetime

NULL = r"\N"


def field(value: object) -> str:
    """One value; a list becomes an array."""
    if value is None:
        return NULL
    if value is True or value is False:
        return "t" if value else "f"
    if isinstance(value, list):
        return "{" + ",".join(value) + "}"
    return str(value)


def moment(value: datetime | None) -> str:
    return NULL if value is None else value.isoformat(" ", "seconds")
