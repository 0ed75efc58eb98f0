"""A new private link, made by staff for a patient who is reached by text message or phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils import translation
from django.utils.translation import gettext

from appointments import audit, follow_up, private_link
from appointments.admin import presentation
from appointments.admin.decisions import DecisionView
from appointments.fields import phone_as_written
from appointments.models import AppointmentRequest
from services.models import Clinic


class NewLinkView(DecisionView):
    """A GET asks, a POST makes the link and shows it, this once: no other screen of the staff has it."""

    template = "admin/appointments/new_link.html"

    def permission(self, action: str) -> str:
        return "contact_request"

    def title(self, action: str) -> str:
        return gettext("New private link")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> forms.Form:
        return forms.Form(data)

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        actor = audit.staff(int(request.user.pk or 0))
        follow_up.renew_link(actor=actor, request_id=stored.pk, tell_patient=False)

    def done(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> HttpResponse:
        stored.refresh_from_db()
        context = {
            **self.site.each_context(request),
            "opts": AppointmentRequest._meta,
            "title": gettext("The new private link"),
            "stored": stored,
            "due": presentation.due(stored),
            "text": text_message(stored),
            "send_to": phone_as_written(stored.phone) or stored.email,
            "send_by": f"sms:{stored.phone}" if stored.phone else f"mailto:{stored.email}",
        }
        return TemplateResponse(request, self.template, context)


def text_message(request: AppointmentRequest) -> str:
    """What to send by text, in the language the request was written in: nothing of what it is about."""
    clinic = Clinic.objects.first()
    with translation.override(request.site_language):
        lines = [
            gettext("This is your new private link. It shows where your request stands:"),
            private_link.address_of(request),
            gettext("Your reference: %(reference)s") % {"reference": request.reference},
        ]
        if clinic is not None:
            lines.append(gettext("Questions? Phone %(phone)s.") % {"phone": clinic.phone})
    return "\n".join(lines)
