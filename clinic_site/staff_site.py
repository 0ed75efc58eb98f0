"""The staff's site: Django's admin, with what holds on each of its screens."""

from __future__ import annotations

from typing import Any

from django.contrib import admin

from appointments.noting import noted


class StaffSite(admin.AdminSite):
    """Whatever a screen of the staff must go through stands here, so that none can leave it out."""

    enable_nav_sidebar = False  # the queue needs the width

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Each screen such that what is changed on it stands in the trail."""
        super().register(model_or_iterable, noted(admin_class or admin.ModelAdmin), **options)
