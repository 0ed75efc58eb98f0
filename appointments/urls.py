"""Addresses of the patient's way. None of them carries an answer, a reference or a name."""

from django.urls import path, register_converter

from appointments import steps, views

app_name = "appointments"


class StepConverter:
    regex = "|".join(steps.NAMES)

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(StepConverter, "step")

urlpatterns = [
    path("", views.start, name="start"),
    path("emergency/", views.emergency, name="emergency"),
    path("today/", views.today, name="today"),
    path("check/", views.check, name="check"),
    path("received/", views.received, name="received"),
    path("<step:name>/", views.step, name="step"),
]
