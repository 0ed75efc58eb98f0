"""The last question, beside the send button."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments.answers import ForWhom
from appointments.forms.base import StepForm

CONSENT_VERSION = "2026-11-22.2"
"""Kept with each request: which words were agreed to. Give every change of the words a new one."""


class ConsentForm(StepForm):
    """In the name of whoever agrees; a helper agrees for the patient, and both are named."""

    heading = _("Check your answers")

    consent = forms.BooleanField(
        error_messages={"required": _("Tick the box if you agree. Without it we cannot take your request.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = {name: self.answers.get(f"{name}_name", "") for name in ("patient", "helper")}
        if self.answers.get("for_whom") == ForWhom.HELPED:
            words = _(
                "I, %(helper)s, agree for %(patient)s that the clinic keeps and uses these answers for "
                "this request."
            )
        else:
            words = _("I, %(patient)s, agree that the clinic keeps and uses these answers for this request.")
        self.fields["consent"].label = words % names
