"""Giving a request to a colleague or back, and correcting how its patient is reached."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from appointments import audit, colleagues, follow_up, lifecycle
from appointments.admin.decisions import DecisionView
from appointments.admin.forms import AssignForm, CorrectContactForm
from appointments.models import AppointmentRequest


class AssignView(DecisionView):
    """Who has it from now on. It is not a status: nothing else changes."""

    def permission(self, action: str) -> str:
        return "assign_request"

    def title(self, action: str) -> str:
        return gettext("Give to a colleague")

    def possible(self, stored: AppointmentRequest, action: str) -> bool:
        return stored.is_open

    def beside(self, stored: AppointmentRequest, action: str) -> list[tuple[str, list[str]]]:
        holder = colleagues.name_of(stored.assigned_to) if stored.assigned_to else gettext("Nobody yet")
        return [(gettext("Now with"), [holder])]

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> forms.Form:
        able = {int(account.pk): colleagues.name_of(account) for account in colleagues.may_hold()}
        initial = {"seen_version": stored.version, "account": stored.assigned_to_id or ""}
        return AssignForm(data, colleagues=able, initial=initial)

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        """An account may be closed between the check of the form and this moment: then the form says so."""
        try:
            lifecycle.assign(
                actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, **form.cleaned_data
            )
        except lifecycle.NoColleague:
            form.add_error("account", gettext("They can no longer look after requests. Choose again."))

    def done(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> HttpResponse:
        stored.refresh_from_db()
        holder = stored.assigned_to
        to = {"name": colleagues.name_of(holder)} if holder else {}
        said = gettext("Now with %(name)s.") % to if holder else gettext("With nobody now.")
        messages.success(request, said)
        return redirect("admin:appointments_appointmentrequest_change", stored.pk)


class CorrectContactView(DecisionView):
    """A mistyped address or number, corrected as the patient told it; the former address is told too."""

    def permission(self, action: str) -> str:
        return "contact_request"

    def title(self, action: str) -> str:
        return gettext("Correct how to reach them")

    def possible(self, stored: AppointmentRequest, action: str) -> bool:
        return stored.is_open

    def tells(self, stored: AppointmentRequest, action: str) -> str:
        return gettext(
            "An e-mail about the change goes to the new address, and to the one before where it changes."
        )

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> forms.Form:
        now = {name: getattr(stored, name) for name in follow_up.CONTACT}
        return CorrectContactForm(data, initial={"seen_version": stored.version, **now})

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        given = form.cleaned_data
        follow_up.change_contact(
            actor=audit.staff(int(request.user.pk or 0)),
            request_id=stored.pk,
            seen_version=given["seen_version"],
            contact=given,
            reason=given["reason"],
        )
