"""Exports: a GET asks for the purpose, a POST begins one, another POST downloads it, once."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
    StreamingHttpResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments import audit, export_stream, exports
from appointments.admin import chosen, export_choice
from appointments.admin.decisions import may
from appointments.admin.export_choice import Choice
from appointments.admin.ids import is_id
from appointments.admin.view_only import ViewOnly
from appointments.models import Export

PAGE = "admin:appointments_export_change"


@admin.register(Export)
class ExportAdmin(ViewOnly):
    list_display = ["begun_at", "account", "shape", "purpose", "state_shown"]
    list_filter = ["shape", "purpose", "state"]
    list_select_related = ["account"]
    list_per_page = 50
    sortable_by = ()
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    change_form_template = "admin/appointments/export.html"

    def get_urls(self) -> list[URLPattern]:
        name, wrap = "appointments_export", self.admin_site.admin_view
        own = [
            path("new/", wrap(self.new), name=f"{name}_new"),
            path("<int:pk>/download/", wrap(require_POST(self.download)), name=f"{name}_download"),
            path("<int:pk>/progress/", wrap(self.progress), name=f"{name}_progress"),
        ]
        return own + super().get_urls()

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(request, {"title": _("Exports"), **(extra_context or {})})

    def new(self, request: HttpRequest) -> HttpResponse:
        """Asks for shape and purpose; a POST begins the export. Raises PermissionDenied, Http404."""
        shapes = [shape.value for shape in export_stream.WRITERS if may(request, exports.PERMISSIONS[shape])]
        if not (may(request, "view_appointmentrequest") and shapes):
            raise PermissionDenied
        try:
            choice = export_choice.from_address(request)
        except chosen.NotOffered:
            return self._not_offered(request)
        form = choice.form(request.POST if request.method == "POST" else None, shapes)
        if request.method != "POST":
            return self._ask(request, choice, form)
        if request.POST.get("shape") in export_stream.WRITERS and request.POST["shape"] not in shapes:
            raise PermissionDenied
        if form.is_valid() and (export := self._begun(request, choice, form)):
            return redirect(PAGE, export.pk)
        return self._ask(request, choice, form, status=422)

    def _begun(self, request: HttpRequest, choice: Choice, form: forms.Form) -> Export | None:
        """The export; None where the form now says why there is none."""
        given = form.cleaned_data
        period = choice.period(given)
        try:
            return exports.begin(
                actor=audit.staff(int(request.user.pk or 0)),
                shape=given["shape"],
                purpose=given["purpose"],
                purpose_note=given["purpose_note"],
                chosen={**choice.codes, **period},
                requests=export_choice.requests(request, {**choice.codes, **period}),
            )
        except exports.TooMany:
            form.add_error(
                "first_day" if "first_day" in form.fields else None,
                gettext(
                    "These are more than %(limit)s requests, the most that one export holds. "
                    "Choose a shorter period here, or go back to the queue and filter more."
                )
                % {"limit": f"{settings.EXPORT_LIMIT:,}"},
            )
        except exports.Nothing:
            form.add_error(
                None, gettext("No request fits. Choose another period, or other filters in the queue.")
            )
        return None

    def _ask(
        self, request: HttpRequest, choice: Choice, form: forms.Form, *, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": choice.title,
            "choice": choice,
            "form": form,
            "limit": f"{settings.EXPORT_LIMIT:,}",
        }
        return TemplateResponse(request, "admin/appointments/export_new.html", context, status=status)

    def _not_offered(self, request: HttpRequest) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Export requests"),
        }
        return TemplateResponse(request, "admin/appointments/export_new.html", context, status=400)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """One export: how far it is, and its download for whoever began it. Raises Http404."""
        if object_id is None or not is_id(object_id):
            raise Http404
        export = self._seen(request, int(object_id))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Export %(number)s") % {"number": export.pk},
            "export": export,
            "lists": self.has_view_permission(request),
            "filters": export_choice.in_words(request, export.chosen),
            "may_download": self._downloads(request, export)
            and exports.downloadable(timezone.now()).filter(pk=export.pk).exists(),
            **self._told(export),
        }
        return TemplateResponse(request, self.change_form_template, context)

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """How far an export is, for the page that shows it."""
        return JsonResponse(self._told(self._seen(request, pk)))

    def download(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """The bytes, once, to whoever began it. Raises PermissionDenied, Http404."""
        export = get_object_or_404(Export, pk=pk)
        if not self._downloads(request, export):
            raise PermissionDenied
        try:
            requests = export_choice.requests(request, export.chosen)
        except chosen.NotOffered:
            messages.warning(request, gettext("The queue's filters have changed. Begin a new export."))
            return redirect(PAGE, pk)
        actor = audit.staff(int(request.user.pk or 0))
        writer = export_stream.writer(export.shape)
        if not exports.claim(actor=actor, export_id=pk):
            once = gettext("An export can be downloaded once, within 15 minutes. Begin a new one if need be.")
            messages.warning(request, once)
            return redirect(PAGE, pk)
        # Compression would hold back what was written, and with it that nobody reads any more.
        request.META.pop("HTTP_ACCEPT_ENCODING", None)
        content = export_stream.stream(actor=actor, export=export, requests=requests, writer=writer)
        return StreamingHttpResponse(
            content,
            content_type=writer.content_type,
            headers={
                "Content-Disposition": f'attachment; filename="requests-export-{pk}.{writer.ending}"',
                "Cache-Control": "no-store",
                "X-Accel-Buffering": "no",  # nginx would hold back what has not filled its buffers
            },
        )

    def _seen(self, request: HttpRequest, pk: int) -> Export:
        """For whoever began it, and whoever reviews exports. Raises PermissionDenied, Http404."""
        export = get_object_or_404(Export.objects.select_related("account"), pk=pk)
        if export.account_id != request.user.pk and not self.has_view_permission(request):
            raise PermissionDenied
        return export

    def _downloads(self, request: HttpRequest, export: Export) -> bool:
        """Whether the person began it and still may export this shape."""
        return (
            export.shape in export_stream.WRITERS
            and export.account_id == request.user.pk
            and may(request, "view_appointmentrequest")
            and may(request, exports.PERMISSIONS[export.shape])
        )

    def _told(self, export: Export) -> dict[str, Any]:
        return {
            "state": export.state,
            "written": export.written,
            "total": export.total,
            "words": self.state_shown(export),
        }

    @admin.display(description=_("state"))
    def state_shown(self, export: Export) -> str:
        """Where it stands, in words; also where the worker has not noted yet that it will not go on."""
        now, numbers = timezone.now(), {"written": f"{export.written:,}", "total": f"{export.total:,}"}
        if export.state == Export.State.COMPLETE:
            return gettext("Complete: %(written)s of %(total)s") % numbers
        silent = export.noted_at is not None and export.noted_at <= now - exports.SILENT_FOR
        if export.state == Export.State.CUT_OFF or (export.state == Export.State.BEGUN and silent):
            return gettext("Cut off: at most %(written)s of %(total)s left the site") % numbers
        if export.started_at:
            return gettext("Being written: %(written)s of %(total)s") % numbers
        if export.state == Export.State.UNUSED or export.begun_at <= now - exports.DOWNLOAD_WITHIN:
            return gettext("Never downloaded")
        return gettext("Ready to download: %(total)s") % numbers
