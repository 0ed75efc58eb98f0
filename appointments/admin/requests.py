"""The queue and one request on one screen. Reads here; what changes anything goes through the lifecycle."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from appointments.admin import presentation, screen, unseen
from appointments.admin.decisions import NoteView, SeenView, StepView, UrgencyView
from appointments.admin.filters import HolderFilter, PlaceFilter, StatusFilter
from appointments.admin.giving import AssignView, CorrectContactView
from appointments.admin.holds import HoldView, ReleaseView
from appointments.admin.private_links import NewLinkView
from appointments.admin.sheet import SheetView
from appointments.admin.view_only import ViewOnly
from appointments.models import AppointmentRequest
from appointments.querysets import MOST_PRESSING_FIRST


@admin.register(AppointmentRequest)
class RequestAdmin(ViewOnly):
    list_display = [
        "due",
        "urgency_shown",
        "patient",
        "why",
        "reach_by",
        "status",
        "holder",
        "place_or_visit",
    ]
    list_display_links = ["patient"]
    list_filter = [StatusFilter, HolderFilter, "urgency", PlaceFilter, "visit_type", "language"]
    list_select_related = ["assigned_to"]
    list_per_page = 50
    sortable_by = ()
    ordering = MOST_PRESSING_FIRST
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
        ]
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[AppointmentRequest]:
        return unseen.marked(super().get_queryset(request))

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": _("The queue"),
            "withdrawn": unseen.withdrawn(AppointmentRequest.objects.all()).count(),
            "withdrawn_filter": f"?{StatusFilter.parameter_name}={StatusFilter.WITHDRAWN}",
            **(extra_context or {}),
        }
        return super().changelist_view(request, context)

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
        stored: AppointmentRequest | None = self.get_object(request, object_id)
        if stored is None:
            raise Http404
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"{stored.patient_name}, {stored.reference}",
            **screen.context(request, stored),
        }
        return TemplateResponse(request, self.change_form_template, context)

    @admin.display(description=_("answer due"))
    def due(self, stored: AppointmentRequest) -> SafeString:
        code, text = presentation.due(stored)
        return format_html('<span class="due due-{}">{}</span>', code, text)

    @admin.display(description=_("urgency"))
    def urgency_shown(self, stored: AppointmentRequest) -> SafeString:
        return format_html(
            '<span class="urgency urgency-{}">{}</span>', stored.urgency, stored.get_urgency_display()
        )

    @admin.display(description=_("patient"))
    def patient(self, stored: AppointmentRequest) -> SafeString:
        lines = ((text,) for text in unseen.told(stored))
        said = format_html_join("", '<br><strong class="warn">{}</strong>', lines)
        return format_html(
            '{}<br><span class="quiet">{}</span>{}', stored.patient_name, stored.reference, said
        )

    @admin.display(description=_("why"))
    def why(self, stored: AppointmentRequest) -> SafeString:
        return format_html_join("", "<div>{}</div>", ((text,) for text in presentation.reasons(stored)[:3]))

    @admin.display(description=_("reach by"))
    def reach_by(self, stored: AppointmentRequest) -> SafeString:
        text = presentation.contact_way(stored)
        if not stored.speaking_hard:
            return format_html("{}", text)
        return format_html('{}<br><strong class="warn">{}</strong>', text, _("Speaking is hard"))

    @admin.display(description=_("with"))
    def holder(self, stored: AppointmentRequest) -> str:
        return stored.assigned_to.get_username() if stored.assigned_to else "–"

    @admin.display(description=_("visit"))
    def place_or_visit(self, stored: AppointmentRequest) -> str:
        place = f" · {stored.place}" if stored.place else ""
        return f"{stored.get_visit_type_display()}{place}"
