"""Every page of the site, as the tree it is."""

from __future__ import annotations

from typing import Any

from clinic_site.postgresql.one_statement import OneStatement
from services.context import LANGUAGE, NOW
from services.models import Page
from services.showing import Showing

EVERY_PAGE = OneStatement(lambda: {"pages": Page.objects.published(NOW).tree_in(LANGUAGE)})
Row = tuple[int, int | None, str, str]


def context(showing: Showing) -> dict[str, Any]:
    pages: list[Row] = showing.ask(EVERY_PAGE)["pages"]
    known = {pk for pk, _above, _path, _title in pages}
    below: dict[int | None, list[Row]] = {}
    for page in pages:
        below.setdefault(page[1] if page[1] in known else None, []).append(page)
    return {"tree": _branches(None, below)}


def _branches(above: int | None, below: dict[int | None, list[Row]]) -> list[dict[str, Any]]:
    return [
        {"path": path, "title": title, "branches": _branches(pk, below)}
        for pk, _above, path, title in below.get(above, [])
    ]
