"""The queue and one request on one screen. Reads here; what changes anything goes through the lifecycle."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from appointments import looking
from appointments.admin import presence, screen, unseen
from appointments.admin.claiming import claim_view, refused_selection, take_up_selected
from appointments.admin.decisions import NoteView, SeenView, StepView, UrgencyView, may
from appointments.admin.filters import FILTERS, StatusFilter
from appointments.admin.frame import frame
from appointments.admin.giving import AssignView, CorrectContactView
from appointments.admin.holds import HoldView, ReleaseView
from appointments.admin.ids import is_id
from appointments.admin.paging import SIZE
from appointments.admin.presence import looking_view, news_view
from appointments.admin.private_links import NewLinkView
from appointments.admin.queue import Queue
from appointments.admin.searching import search_view
from appointments.admin.sheet import SheetView
from appointments.admin.view_only import ViewOnly
from appointments.models import AppointmentRequest


@admin.register(AppointmentRequest)
class RequestAdmin(ViewOnly):
    list_filter = FILTERS
    list_per_page = SIZE
    sortable_by = ()
    preserve_filters = False  # no screen of a request leads back by them
    actions = ["take_up_selected"]
    show_facets = admin.ShowFacets.ALWAYS
    show_full_result_count = False
    change_list_template = "admin/appointments/queue.html"
    change_form_template = "admin/appointments/request.html"

    def get_urls(self) -> list[URLPattern]:
        name = "appointments_appointmentrequest"
        own = [
            path("<int:pk>/step/<slug:action>/", StepView.for_site(self.admin_site), name=f"{name}_step"),
            path("<int:pk>/urgency/", UrgencyView.for_site(self.admin_site), name=f"{name}_urgency"),
            path("<int:pk>/link/", NewLinkView.for_site(self.admin_site), name=f"{name}_link"),
            path("<int:pk>/seen/", SeenView.for_site(self.admin_site), name=f"{name}_seen"),
            path("<int:pk>/hold/<slug:action>/", HoldView.for_site(self.admin_site), name=f"{name}_hold"),
            path(
                "<int:pk>/release/<slug:action>/",
                ReleaseView.for_site(self.admin_site),
                name=f"{name}_release",
            ),
            path("<int:pk>/note/", NoteView.for_site(self.admin_site), name=f"{name}_note"),
            path("<int:pk>/sheet/", SheetView.for_site(self.admin_site), name=f"{name}_sheet"),
            path("<int:pk>/assign/", AssignView.for_site(self.admin_site), name=f"{name}_assign"),
            path("<int:pk>/contact/", CorrectContactView.for_site(self.admin_site), name=f"{name}_contact"),
            path("<int:pk>/claim/", self.admin_site.admin_view(claim_view), name=f"{name}_claim"),
            path("<int:pk>/looking/", self.admin_site.admin_view(looking_view), name=f"{name}_looking"),
            path("news/", self.admin_site.admin_view(news_view), name=f"{name}_news"),
            path("search/", self.admin_site.admin_view(search_view), name=f"{name}_search"),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": _("The queue"),
            "withdrawn": frame(request).withdrawn,
            "withdrawn_filter": f"?{StatusFilter.parameter_name}={StatusFilter.WITHDRAWN}",
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[Queue]:
        return Queue

    def has_contact_permission(self, request: HttpRequest) -> bool:
        """Django asks by this name whether to offer the action below."""
        return may(request, "contact_request")

    @admin.action(permissions=["contact"], description=_("Take up the selected requests"))
    def take_up_selected(self, request: HttpRequest, requests: QuerySet[AppointmentRequest]) -> None:
        take_up_selected(request, requests)

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
        """What was selected on this page, whatever the filters say of it by now; nothing beyond the page."""
        if why := refused_selection(request):
            self.message_user(request, why, messages.WARNING)
            return None
        return super().response_action(request, AppointmentRequest.objects.order_by("pk"))

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One request on one screen. Raises PermissionDenied, Http404 as Django's own view does."""
        if object_id is None or not self.has_view_permission(request):
            raise PermissionDenied
        marked = unseen.marked(self.get_queryset(request))
        stored = marked.filter(pk=object_id).first() if is_id(object_id) else None
        if stored is None:
            raise Http404
        account = int(request.user.pk or 0)
        looking.note(request_id=stored.pk, account=account)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{stored.patient_name}, {stored.reference}",
            **screen.context(request, stored),
            "lookers": presence.words(looking.others(request_id=stored.pk, account=account)),
        }
        return TemplateResponse(request, self.change_form_template, context)
