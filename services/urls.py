"""Addresses of the content: whatever paths the pages have."""

from django.urls import re_path

from services import views

app_name = "services"
urlpatterns = [
    re_path(r"^(?P<path>(?:[a-z0-9-]+/)*)$", views.page, name="page"),
]
