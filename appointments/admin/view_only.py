"""Screens where nothing can be added, changed or deleted."""

from __future__ import annotations

from typing import Any

from django.forms import Media
from django.http import HttpRequest

from clinic_site.own_filters import OwnFiltersOnly


class ViewOnly(OwnFiltersOnly):
    @property
    def media(self) -> Media:
        """What ticks the rows of a list. Django's has, for fields to be filled in, seven scripts more."""
        return Media(js=["admin/js/actions.js"])

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
