"""The trail, for auditors: view-only."""

from __future__ import annotations

from django.contrib import admin

from appointments.admin.view_only import ViewOnly
from appointments.models import Event


@admin.register(Event)
class EventAdmin(ViewOnly):
    list_display = ["at", "action", "request_id", "actor_kind", "actor_id", "codes"]
    list_filter = ["actor_kind", "action"]
    ordering = ["-pk"]
    show_full_result_count = False
