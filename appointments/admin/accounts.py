"""Staff accounts: Django's own screens, without a search box whose words would stand in the address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.http import HttpRequest

from clinic_site.own_filters import OwnFiltersOnly

admin.site.unregister([Group, User])


@admin.register(Group)
class RoleAdmin(OwnFiltersOnly, GroupAdmin):
    search_fields = ()


@admin.register(User)
class StaffAdmin(OwnFiltersOnly, UserAdmin):
    """Who is no superuser makes none, touches none, and gives permissions by role only."""

    search_fields = ()
    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "groups")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = (*super().get_readonly_fields(request, obj), "last_login", "date_joined")
        return own if request.user.is_superuser else (*own, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not beyond
