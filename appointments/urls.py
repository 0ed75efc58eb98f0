"""Addresses of the patient's way. None of them carries an answer, a reference or a name.

A private link is the one secret that stands in an address: its pages are told to nobody (views.following)."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from appointments import steps, views
from appointments.views import following, new_link

app_name = "appointments"


class StepConverter:
    regex = "|".join(steps.NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


class LinkConverter(StringConverter):
    """The token of a private link; anything else is no address of ours."""

    regex = "[A-Za-z0-9_-]{32}"


register_converter(StepConverter, "step")
register_converter(LinkConverter, "link")

urlpatterns = [
    path("", views.start, name="start"),
    path("emergency/", views.emergency, name="emergency"),
    path("today/", views.today, name="today"),
    path("check/", views.check, name="check"),
    path("received/", views.received, name="received"),
    path("follow/", new_link.new_link, name="new_link"),
    path("follow/asked/", new_link.new_link_asked, name="new_link_asked"),
    path("follow/<link:token>/", following.follow, name="follow"),
    path("follow/<link:token>/contact/", following.change_contact, name="follow_contact"),
    path("follow/<link:token>/times/", following.change_times, name="follow_times"),
    path("follow/<link:token>/withdraw/", following.withdraw, name="follow_withdraw"),
    path("follow/<link:token>/link/", following.renew_link, name="follow_link"),
    path("follow/<link:token>/visit.ics", following.visit, name="follow_visit"),
    path("follow/<path:rest>/", following.broken_link),
    path("follow/<path:rest>", following.without_slash),
    path("<step:name>/", views.step, name="step"),
]
