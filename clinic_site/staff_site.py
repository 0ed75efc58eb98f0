"""The staff's site: Django's admin, with what holds on each of its screens."""

from __future__ import annotations

from django.contrib import admin


class StaffSite(admin.AdminSite):
    """Whatever a screen of the staff must go through stands here, so that none can leave it out."""

    enable_nav_sidebar = False  # the queue needs the width
