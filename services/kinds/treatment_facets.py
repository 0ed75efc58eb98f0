"""What treatments are filtered by, wherever they are."""

from django.utils.translation import gettext_lazy as _

from services.facets import Facet
from services.models import Goal, OnsetWindow, Treatment

GOAL: Facet[Treatment] = Facet("goal", _("What you want"), Goal.choices, lambda treatment: treatment.goals)
BEGAN: Facet[Treatment] = Facet(
    "began", _("When it began"), OnsetWindow.choices, lambda treatment: treatment.windows
)
KIND: Facet[Treatment] = Facet(
    "kind",
    _("Kind of treatment"),
    Treatment.TreatmentKind.choices,
    lambda treatment: [treatment.treatment_kind],
)
