"""The wiring as a Django app: its commands and its go-live checks."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self) -> None:
        """Register the checks, once the models are there."""
        from clinic_site import checks  # noqa: F401


class StaffAdminConfig(admin_apps.AdminConfig):
    """Django's admin on a site of our own."""

    default = False
    default_site = "clinic_site.staff_site.StaffSite"
