"""The clinic's own data: one row, changed and never added or deleted."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from services import search_index
from services.admin.editing import EditorInline, StaffEdited
from services.models import Clinic, ClinicText


class ClinicTextInline(EditorInline):
    model = ClinicText
    min_num = 1
    fields = ["language", "phone_hours"]


@admin.register(Clinic)
class ClinicAdmin(StaffEdited):
    inlines = [ClinicTextInline]
    list_display = ["name", "phone", "is_sample"]

    def index(self, obj: Any) -> None:
        """Names and numbers of the clinic stand in the texts of many pages."""
        search_index.index_all()

    def has_add_permission(self, request: HttpRequest) -> bool:
        return super().has_add_permission(request) and not Clinic.objects.exists()

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
