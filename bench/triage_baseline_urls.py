"""The site's addresses, and beside them a plain admin."""

from django.urls import path
from triage_baseline import site

from clinic_site.urls import handler400, handler403, handler404, handler500
from clinic_site.urls import urlpatterns as ours

__all__ = ["handler400", "handler403", "handler404", "handler500", "urlpatterns"]

urlpatterns = [path("plain/", site.urls), *ours]
