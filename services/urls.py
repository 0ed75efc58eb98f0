"""Addresses of the content: whatever paths the pages have."""

from django.urls import path, re_path

from services import discovery, search_views, views

app_name = "services"
urlpatterns = [
    path("search/", search_views.search, name="search"),
    re_path(
        r"^share/(?P<path>(?:[a-z0-9-]+/)*)(?P<digest>[0-9a-f]{24})\.png$",
        discovery.share_picture,
        name="share_picture",
    ),
    re_path(r"^(?P<path>(?:[a-z0-9-]+/)*)$", views.page, name="page"),
]
