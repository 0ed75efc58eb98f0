"""The wiring as a Django app: its commands and its go-live checks."""

from django.apps import AppConfig


class ClinicSiteConfig(AppConfig):
    name = "clinic_site"

    def ready(self) -> None:
        """Register the checks, once the models are there."""
        from clinic_site import checks  # noqa: F401
