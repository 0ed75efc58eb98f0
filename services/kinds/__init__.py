"""What each kind of page adds to its template's context, one module for each kind that adds something."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from services.kinds import (
    comparison,
    device_check,
    explorer,
    glossary,
    guide,
    home,
    lists,
    location,
    nerve,
    person,
    site_map,
    treatment,
    updates,
)
from services.models import Page
from services.showing import Showing

BUILDERS: dict[str, Callable[[Showing], dict[str, Any]]] = {
    Page.Kind.COMPARISON: comparison.context,
    Page.Kind.DEVICE_CHECK: device_check.context,
    Page.Kind.EXPLORER: explorer.context,
    Page.Kind.GLOSSARY: glossary.context,
    Page.Kind.GUIDE: guide.context,
    Page.Kind.HOME: home.context,
    Page.Kind.LIST: lists.context,
    Page.Kind.LOCATION: location.context,
    Page.Kind.NERVE: nerve.context,
    Page.Kind.PERSON: person.context,
    Page.Kind.PROCEDURE: treatment.context,
    Page.Kind.SERVICE: lists.context,
    Page.Kind.SITE_MAP: site_map.context,
    Page.Kind.TREATMENT: treatment.context,
    Page.Kind.UPDATES: updates.context,
}
HEADERS: dict[str, dict[str, str]] = {Page.Kind.DEVICE_CHECK: device_check.HEADERS}


def context(showing: Showing) -> dict[str, Any]:
    """What the page's kind adds; nothing for a page of text."""
    build = BUILDERS.get(showing.page.kind)
    return build(showing) if build else {}


def headers(kind: str) -> dict[str, str]:
    """Response headers that pages of this kind need."""
    return HEADERS.get(kind, {})
