"""A new private link, made by staff for a patient who is reached by text message or phone."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from appointments import audit, follow_up, letters
from appointments.admin import presentation
from appointments.admin.decisions import DecisionView
from appointments.fields import phone_as_written
from appointments.models import AppointmentRequest

MADE = "made"


class NewLinkView(DecisionView):
    """A GET asks, a POST makes the link and leads to it: shown to whoever made it, for some minutes.

    So a reload makes no other. No other screen of the staff has it.
    """

    template = "admin/appointments/new_link.html"

    def answer(self, request: HttpRequest, pk: int, action: str = "") -> HttpResponse:
        if request.method == "POST" or MADE not in request.GET:
            return super().answer(request, pk, action)
        stored = self._guarded(request, pk, action)
        if not follow_up.made_link_lately(account=int(request.user.pk or 0), request_id=pk):
            return redirect(request.path)
        return self._made(request, stored)

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
        return redirect(f"{request.path}?{MADE}")

    def _made(self, request: HttpRequest, stored: AppointmentRequest) -> HttpResponse:
        context = {
            **self.site.each_context(request),
            "opts": AppointmentRequest._meta,
            "title": gettext("The new private link"),
            "stored": stored,
            "due": presentation.due(stored),
            "text": letters.new_link_by_text(stored),
            "send_to": phone_as_written(stored.phone) or stored.email,
            "send_by": f"sms:{stored.phone}" if stored.phone else presentation.mail_link(stored.email),
        }
        return TemplateResponse(request, self.template, context)
