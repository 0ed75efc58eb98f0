"""The last question, beside the send button."""

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.forms.base import StepForm

CONSENT_VERSION = "2026-11-22"
"""Kept with each request: which words were agreed to. Give every change of the words a new one."""


class ConsentForm(StepForm):
    heading = _("Check your answers")

    consent = forms.BooleanField(
        label=_("I agree that the clinic keeps these answers and uses them to answer this request."),
        error_messages={"required": _("Tick the box if you agree. Without it we cannot take your request.")},
    )

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        if self.answers.get("for_whom") == "helped":
            self.fields["consent"].label = _(
                "I agree, for the patient, that the clinic keeps these answers and uses them "
                "to answer this request."
            )
