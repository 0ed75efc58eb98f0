"""The forms of the patient's way, one a step, in the order they are asked."""

from appointments.forms.about import ContactForm, HelperForm, PatientForm, WhoForm
from appointments.forms.base import StepForm
from appointments.forms.condition import EyeForm, FaceForm, OnsetForm, SafetyForm, SignsForm
from appointments.forms.consent import CONSENT_VERSION, ConsentForm
from appointments.forms.wishes import TimesForm, WishesForm

__all__ = [
    "CONSENT_VERSION",
    "ConsentForm",
    "ContactForm",
    "EyeForm",
    "FaceForm",
    "HelperForm",
    "OnsetForm",
    "PatientForm",
    "SafetyForm",
    "SignsForm",
    "StepForm",
    "TimesForm",
    "WhoForm",
    "WishesForm",
]
