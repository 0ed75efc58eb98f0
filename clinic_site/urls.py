"""All addresses. The default language has no prefix; others begin with theirs."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from clinic_site import health
from services import discovery
from services.views import media

handler400 = "clinic_site.errors.bad_request"
handler403 = "clinic_site.errors.permission_denied"
handler404 = "clinic_site.errors.not_found"
handler500 = "clinic_site.errors.server_error"

urlpatterns = [
    path("healthz", health.healthy, name="health"),
    path("robots.txt", discovery.robots, name="robots"),
    path("sitemap.xml", discovery.sitemap, name="sitemap"),
    path("staff/", admin.site.urls),
    path("media/<path:path>", media, name="media"),
    *i18n_patterns(
        path("request/", include("appointments.urls")),
        path("", include("services.urls")),
        prefix_default_language=False,
    ),
]
