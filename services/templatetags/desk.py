"""What editors find on the staff front page."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils import timezone

from services import samples
from services.admin import kinds
from services.admin.review import any_due
from services.models import Page

register = template.Library()
MOST = 8
"""Rows of a list on the front page; the whole list is a screen of its own."""


@register.simple_tag(takes_context=True)
def editors_desk(context: dict[str, Any]) -> dict[str, Any] | None:
    """What waits for the editors; None for those who see no pages."""
    if not context["request"].user.has_perm("services.view_page"):
        return None
    due = any_due(Page.objects.all())
    pages = Page.objects.prefetch_related("texts")
    coming = pages.filter(status=Page.Status.SCHEDULED, publish_at__gt=timezone.now())
    return {
        "due": due[:MOST],
        "due_count": len(due),
        "scheduled": list(coming.order_by("publish_at", "path")),
        "drafts": list(pages.filter(status=Page.Status.DRAFT).order_by("path")),
        "samples": samples.count(),
    }


@register.filter
def change_url(page: Page) -> str:
    """The address of the screen that edits this page."""
    return kinds.change_url(page)


@register.filter
def only_app(app_list: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [app for app in app_list if app["app_label"] == label]


@register.filter
def without_app(app_list: list[dict[str, Any]], label: str) -> list[dict[str, Any]]:
    return [app for app in app_list if app["app_label"] != label]
