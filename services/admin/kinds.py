"""Which screen a page belongs to, and what somebody may do there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from services.models import Page
from services.starter_pages import MODELS


def screen_of(page: Page) -> str:
    """The name of the screen that edits pages of this kind."""
    return str(MODELS.get(page.kind, Page)._meta.model_name)


def change_url(page: Page) -> str:
    return reverse(f"admin:services_{screen_of(page)}_change", args=[page.pk])


def specific(thing: Any) -> Any:
    """A page as its own kind, so that the history of its own screen tells of it; anything else as it is."""
    name = screen_of(thing) if isinstance(thing, Page) else ""
    return thing if name in ("", thing._meta.model_name) else getattr(thing, name)


def may(request: HttpRequest, action: str, thing: Any) -> bool:
    """Whether the signed-in person may ``view``, ``change`` or ``delete`` it."""
    name = screen_of(thing) if isinstance(thing, Page) else thing._meta.model_name
    return bool(request.user.has_perm(f"services.{action}_{name}"))
