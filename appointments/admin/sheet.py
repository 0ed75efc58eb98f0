"""One request as a sheet to print: a GET asks for what, a POST notes it and shows the sheet."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext

from appointments import audit, exports
from appointments.admin import presentation
from appointments.admin.decisions import DecisionView
from appointments.admin.export_forms import SheetForm
from appointments.models import AppointmentRequest


class SheetView(DecisionView):
    """Printing takes health data out of the site, so it says why like every export."""

    template = "admin/appointments/sheet_ask.html"

    def permission(self, action: str) -> str:
        return "print_request"

    def title(self, action: str) -> str:
        return gettext("Sheet to print")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> SheetForm:
        return SheetForm(data)

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: Any) -> None:
        actor = audit.staff(int(request.user.pk or 0))
        exports.print_sheet(actor=actor, request_id=stored.pk, **form.cleaned_data)

    def done(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> HttpResponse:
        """The sheet itself: an answer to a POST, so that no address leads to it again."""
        notes = stored.notes.select_related("author") if request.POST.get("with_notes") else None
        context = {
            **self.site.each_context(request),
            "title": stored.reference,
            "stored": stored,
            "reasons": presentation.reasons(stored),
            "contact_links": presentation.contact_links(stored),
            "contact_warnings": presentation.contact_warnings(stored),
            "groups": presentation.groups(stored),
            "notes": notes,
            "printed_at": timezone.now(),
        }
        return TemplateResponse(request, "admin/appointments/sheet.html", context)
