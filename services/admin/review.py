"""Pages whose medical review is due."""

from __future__ import annotations

import datetime
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from services import publication
from services.admin.kinds import may, specific
from services.models import Page

SOON = datetime.timedelta(days=30)
OVERDUE, WITHIN, NEVER = "overdue", "soon", "never"
STATES = [
    (OVERDUE, _("overdue")),
    (WITHIN, _("due within 30 days")),
    (NEVER, _("never reviewed")),
]


def due(pages: Any, state: str) -> Any:
    """The pages of that state of review; what is archived needs none."""
    today = timezone.localdate()
    wanted = {
        OVERDUE: Q(reviewed_on__isnull=False, review_due_on__lt=today),
        WITHIN: Q(reviewed_on__isnull=False, review_due_on__range=(today, today + SOON)),
        NEVER: Q(reviewed_on=None),
    }
    return pages.filter(wanted[state]).exclude(status=Page.Status.ARCHIVED)


def any_due(pages: Any) -> list[Page]:
    """Everything of the three states, what is overdue longest first, each with its ``state``."""
    found: list[Page] = []
    for state, label in STATES:
        of_it = due(pages, state).prefetch_related("texts").order_by(F("review_due_on").asc(), "path")
        for page in of_it:
            page.review_state, page.review_label = state, label
            found.append(page)
    return found


class ReviewFilter(admin.SimpleListFilter):
    title = _("review")
    parameter_name = "review"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return STATES

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        state = self.value() or ""
        return due(queryset, state) if state in dict(STATES) else queryset


def review(screen: admin.ModelAdmin[Page], request: HttpRequest) -> HttpResponse:
    """All that is due, of every kind; a POST marks what is ticked as reviewed today.

    Raises PermissionDenied.
    """
    if not screen.has_view_permission(request):
        raise PermissionDenied
    may_change = screen.has_change_permission(request)
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        ticked = {key for key in request.POST.getlist("page") if key.isdecimal()}
        pages = [page for page in any_due(Page.objects.all()) if str(page.pk) in ticked]
        if not all(may(request, "change", page) for page in pages):
            raise PermissionDenied
        for page in pages:
            publication.mark_reviewed(page=page, actor=request.user.get_username())
            screen.log_change(request, specific(page), gettext("Marked as reviewed."))
        told = ngettext(
            "%(count)s page marked as reviewed.", "%(count)s pages marked as reviewed.", len(pages)
        )
        messages.success(request, told % {"count": len(pages)})
        return redirect("admin:services_page_review")
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "title": gettext("Review due"),
        "pages": any_due(Page.objects.select_related("reviewer").prefetch_related("reviewer__texts")),
        "may_change": may_change,
    }
    return TemplateResponse(request, "admin/services/review.html", context)
