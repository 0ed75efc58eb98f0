"""Every page of the site, as the tree it is."""

from __future__ import annotations

from typing import Any

from services.models import Page
from services.showing import Showing


def context(showing: Showing) -> dict[str, Any]:
    pages = list(Page.objects.published().in_language(showing.language).order_by("position", "path"))
    known = {page.pk for page in pages}
    below: dict[int | None, list[Page]] = {}
    for page in pages:
        below.setdefault(page.parent_id if page.parent_id in known else None, []).append(page)
    return {"tree": _branches(None, below)}


def _branches(above: int | None, below: dict[int | None, list[Page]]) -> list[dict[str, Any]]:
    return [{"page": page, "branches": _branches(page.pk, below)} for page in below.get(above, [])]
