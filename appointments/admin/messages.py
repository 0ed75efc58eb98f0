"""Messages to patients and staff: where each stands, how it reads now, and care for those that failed."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib import messages as told
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.text import capfirst
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments import audit, letters, notifications
from appointments.admin import fates
from appointments.admin.decisions import may
from appointments.admin.view_only import ViewOnly
from appointments.models import Message

STYLE = re.compile(r"<style>(.*?)</style>", re.DOTALL)
LIST = "admin:appointments_message_changelist"
PAGE = "admin:appointments_message_change"


@admin.register(Message)
class MessageAdmin(ViewOnly):
    list_display = ["kind", "request", "recipient", "fate_shown", "attempts", "next_attempt"]
    list_filter = ["state", "kind"]
    list_select_related = ["request"]
    list_per_page = 50
    sortable_by = ()
    show_full_result_count = False
    change_list_template = "admin/appointments/messages.html"
    change_form_template = "admin/appointments/message.html"

    def get_urls(self) -> list[URLPattern]:
        name, wrap = "appointments_message", self.admin_site.admin_view
        own = [
            path("send-again/", wrap(require_POST(self.send_all_again)), name=f"{name}_all"),
            path("<int:pk>/send-again/", wrap(require_POST(self.send_again)), name=f"{name}_again"),
            path("<int:pk>/told/", wrap(require_POST(self.set_aside)), name=f"{name}_told"),
            path("<int:pk>/html/", wrap(self.as_html), name=f"{name}_html"),
        ]
        return own + super().get_urls()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        return notifications.with_fate(super().get_queryset(request))

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """The addresses only for those who may see the requests they belong to."""
        return [name for name in self.list_display if name != "recipient" or _sees_requests(request)]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": _("Messages"),
            "failed": notifications.undelivered().count() if may(request, "resend_message") else 0,
            "demonstration": settings.DEMONSTRATION,
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
        """One message as it would read now; what was sent is not kept. Raises PermissionDenied, Http404."""
        message = self._shown(request, object_id)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": capfirst(message.get_kind_display()),
            "message": message,
            "email": letters.as_email(message, hide_link=_hides_link(request)),
            "fate": self.fate_shown(message),
            "next_attempt": self.next_attempt(message),
            "sees_requests": _sees_requests(request),
            "may_act": may(request, "resend_message") and message.state == Message.State.FAILED,
            "demonstration": settings.DEMONSTRATION,
        }
        return TemplateResponse(request, self.change_form_template, context)

    def as_html(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The HTML part alone, as it would read now.

        Its style, and nothing else, is let in by the style's own digest.
        """
        email = letters.as_email(self._shown(request, str(pk)), hide_link=_hides_link(request))
        html = str(email.alternatives[0][0])
        found = STYLE.search(html)
        style = base64.b64encode(hashlib.sha256(found[1].encode() if found else b"").digest()).decode()
        response = HttpResponse(html)
        response._csp_replace = {"style-src": [f"'sha256-{style}'"]}  # type: ignore[attr-defined]
        return response

    def send_again(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """Let one failed message be tried anew."""
        self._acts(request)
        if notifications.send_again(actor=audit.staff(int(request.user.pk or 0)), message_id=pk):
            told.success(request, gettext("The message is sent again in a few seconds."))
        else:
            told.warning(
                request,
                gettext("Nothing was sent: someone was quicker, or there is no e-mail address any more."),
            )
        return redirect(PAGE, pk)

    def send_all_again(self, request: HttpRequest) -> HttpResponseBase:
        """Let every failed message be tried anew."""
        self._acts(request)
        count = notifications.send_all_again(actor=audit.staff(int(request.user.pk or 0)))
        said = ngettext("%(count)s message is sent again.", "%(count)s messages are sent again.", count)
        told.success(request, said % {"count": count})
        return redirect(LIST)

    def set_aside(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        """End the alarm of a message whose words were told another way."""
        self._acts(request)
        if notifications.set_aside(actor=audit.staff(int(request.user.pk or 0)), message_id=pk):
            told.success(request, gettext("Noted: told another way."))
        return redirect(PAGE, pk)

    def _shown(self, request: HttpRequest, pk: str | None) -> Message:
        if pk is None or not self.has_view_permission(request):
            raise PermissionDenied
        message: Message | None = self.get_object(request, pk)
        if message is None:
            raise Http404
        return message

    def _acts(self, request: HttpRequest) -> None:
        if not (self.has_view_permission(request) and may(request, "resend_message")):
            raise PermissionDenied

    @admin.display(description=_("state"))
    def fate_shown(self, message: Message) -> str:
        return fates.fate(message, demonstration=settings.DEMONSTRATION)

    @admin.display(description=_("next attempt"))
    def next_attempt(self, message: Message) -> Any:
        return message.due_at if message.state == Message.State.WAITING else None


def _sees_requests(request: HttpRequest) -> bool:
    return may(request, "view_appointmentrequest")


def _hides_link(request: HttpRequest) -> bool:
    """The patient's own link is for the patient; in the demonstration, where no mail is sent, it is shown."""
    return not (settings.DEMONSTRATION and _sees_requests(request))
