"""A plain admin's addresses, and beside them the site's: the middleware around both names some of them."""

from django.urls import path
from triage_baseline import site

from clinic_site.urls import urlpatterns as ours

urlpatterns = [path("plain/", site.urls), *ours]
