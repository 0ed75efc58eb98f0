"""Which pages lead to addresses that are no longer there."""

from __future__ import annotations

from collections.abc import Collection

from services import writing
from services.models import Fact, Page, PageText, Point

TEXTS = ((PageText, "body"), (PageText, "summary"), (Point, "body"), (Point, "link"), (Fact, "value"))
"""Where a page's own words can hold a link."""


def pages_leading_to(paths: Collection[str]) -> list[Page]:
    """The pages with a link to one of these paths, in the order of their addresses."""
    found = set()
    for model, field in TEXTS if paths else ():
        for page, text in model._default_manager.values_list("page", field):
            if any(path in text for path in paths) and _leads_to(text, paths, alone=field == "link"):
                found.add(page)
    return list(Page.objects.filter(pk__in=found).prefetch_related("texts").order_by("path"))


def _leads_to(text: str, paths: Collection[str], *, alone: bool) -> bool:
    links = [text] if alone else writing.inside_links(text)
    return any(writing.path_of(link) in paths for link in links)
