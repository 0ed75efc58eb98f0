"""What the public sees of a page: its status as it comes to now, and the list's actions that change it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from services import publication
from services.admin.page_preview import Previewed
from services.models import Page
from services.models.location import ZONE_NAMES


def zone() -> str:
    """The clinic's time zone, as people call it."""
    return str(ZONE_NAMES.get(settings.TIME_ZONE, settings.TIME_ZONE.replace("_", " ")))


class PublicationFilter(admin.SimpleListFilter):
    """By what the status comes to at this moment, as ``Page.publication`` says it of one page."""

    title = _("status")
    parameter_name = "publication"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(status.value, status.label) for status in Page.Status]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        status = self.value()
        if status == Page.Status.PUBLISHED:
            return queryset.published()
        if status == Page.Status.DRAFT:
            return queryset.filter(status=Page.Status.DRAFT)
        if status == Page.Status.ARCHIVED:
            return queryset.taken_down()
        if status == Page.Status.SCHEDULED:
            return queryset.scheduled()
        return queryset


class Published(Previewed):
    """A page's screen that says whether the public sees the page, and changes that for many at once."""

    actions = ["publish", "archive", "mark_reviewed"]

    @admin.display(description=_("status"), ordering="status")
    def publication(self, page: Page) -> str:
        """With the moment at which it changes by itself."""
        now, state = timezone.now(), page.publication
        moment = page.publish_at if state == Page.Status.SCHEDULED else page.archive_at
        if moment is None or moment <= now or state in (Page.Status.DRAFT, Page.Status.ARCHIVED):
            return str(state.label)
        when = localtime(moment)
        coming = state == Page.Status.SCHEDULED
        told = gettext("%(status)s, from %(when)s") if coming else gettext("%(status)s, until %(when)s")
        return told % {
            "status": state.label,
            "when": date_format(when, "N j, Y, g:i a") + when.strftime(" %Z"),
        }

    @admin.action(description=_("Publish the chosen pages now"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, publication.publish, gettext("Published."))

    @admin.action(description=_("Archive the chosen pages now"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, publication.archive, gettext("Archived."))

    @admin.action(description=_("Mark the chosen pages as reviewed today"), permissions=["change"])
    def mark_reviewed(self, request: HttpRequest, queryset: Any) -> None:
        self._each(request, queryset, publication.mark_reviewed, gettext("Marked as reviewed."))

    def _each(self, request: HttpRequest, pages: Any, act: Callable[..., None], told: str) -> None:
        """Each page by itself, with its version and its entry in the history. Raises PermissionDenied."""
        count = 0
        for page in pages:
            if not self.has_change_permission(request, page):
                raise PermissionDenied
            act(page=page, actor=request.user.get_username())
            self.log_change(request, page, told)
            count += 1
        done = ngettext("%(count)s page: %(what)s", "%(count)s pages: %(what)s", count)
        messages.success(request, done % {"count": count, "what": told})


def publication_fields() -> tuple[Any, dict[str, Any]]:
    """The form's part about publication."""
    told = format_html("{}", gettext("Times are in the clinic's time zone: %(zone)s.") % {"zone": zone()})
    return (
        _("Publication"),
        {"fields": ["status", "publish_at", "archive_at"], "description": told},
    )
