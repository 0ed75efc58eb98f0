"""Messages to patients and staff, as they are sent."""

from __future__ import annotations

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from appointments import notifications
from appointments.admin.view_only import ViewOnly
from appointments.models import Message


@admin.register(Message)
class MessageAdmin(ViewOnly):
    list_display = ["kind", "request", "state", "attempts", "due_at", "sent_at"]
    list_filter = ["state", "kind"]
    list_select_related = ["request"]
    fields = ["request", "kind", "recipient", "language", "state", "attempts", "due_at", "sent_at", "words"]

    @admin.display(description=_("words"))
    def words(self, message: Message) -> SafeString:
        email = notifications.as_email(message)
        return format_html("<strong>{}</strong><pre>{}</pre>", email.subject, email.body)
