"""What Django's admin does with the same table, as it is shipped: the baseline of ``bench/triage.py``."""

from typing import Any

from django.contrib import admin
from django.contrib.admin.sites import AdminSite

from appointments.models import AppointmentRequest


class PlainRequests(admin.ModelAdmin):
    """The same columns to show, filter and search by, without a line of ours."""

    list_display: Any = [
        *("respond_by", "urgency", "patient_name", "reference", "reach", "status", "assigned_to"),
        *("visit_type", "place"),
    ]
    list_filter = ("status", "urgency", "visit_type", "language")
    list_select_related = ("assigned_to",)
    list_per_page = 50
    search_fields = ("patient_name", "email", "phone", "reference", "date_of_birth")
    ordering = ("respond_by", "pk")


site = AdminSite(name="plain")
site.register(AppointmentRequest, PlainRequests)
