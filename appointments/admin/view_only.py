"""Screens where nothing can be added, changed or deleted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from clinic_site.own_filters import OwnFiltersOnly


class ViewOnly(OwnFiltersOnly):
    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
