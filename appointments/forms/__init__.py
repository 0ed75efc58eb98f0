"""The forms of the patient's way, one a step, in the order they are asked."""

from appointments.forms.about import HelperForm, PatientForm
from appointments.forms.base import StepForm
from appointments.forms.condition import CourseForm, EyeForm, SafetyForm, SignsForm
from appointments.forms.consent import CONSENT_VERSION, ConsentForm
from appointments.forms.contact import ContactForm
from appointments.forms.wishes import WishesForm

__all__ = [
    "CONSENT_VERSION",
    "ConsentForm",
    "ContactForm",
    "CourseForm",
    "EyeForm",
    "HelperForm",
    "PatientForm",
    "SafetyForm",
    "SignsForm",
    "StepForm",
    "WishesForm",
]
