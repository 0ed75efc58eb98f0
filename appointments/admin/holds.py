"""What keeps a request from deletion: set and released on a page of its own, with a reason."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import Http404, HttpRequest
from django.utils.translation import gettext

from appointments import audit, retention
from appointments.admin.decisions import DecisionView
from appointments.admin.forms import HoldForm
from appointments.models import AppointmentRequest
from appointments.retention import Hold


class HoldView(DecisionView):
    """Keep the request, whatever its age."""

    write = staticmethod(retention.hold)

    def permission(self, action: str) -> str:
        _kind(action)
        return "hold_request"

    def title(self, action: str) -> str:
        if _kind(action) is Hold.LEGAL:
            return gettext("Put under a legal hold")
        return gettext("Mark as part of the medical record")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> forms.Form:
        return HoldForm(data)

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        self.write(
            actor=audit.staff(int(request.user.pk or 0)),
            request_id=stored.pk,
            kind=_kind(action),
            reason=form.cleaned_data["reason"],
        )


class ReleaseView(HoldView):
    """Let the clinic's period count again."""

    write = staticmethod(retention.release)

    def title(self, action: str) -> str:
        if _kind(action) is Hold.LEGAL:
            return gettext("Release the legal hold")
        return gettext("No longer part of the medical record")


def _kind(action: str) -> Hold:
    """Raises Http404 for what is no hold."""
    try:
        return Hold(action)
    except ValueError as error:
        raise Http404 from error
