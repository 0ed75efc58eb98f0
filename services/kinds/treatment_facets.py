"""What treatments are filtered by, wherever they are."""

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from clinic_site.postgresql.one_statement import Given
from services.context import LANGUAGE, NOW
from services.facets import Facet
from services.models import Goal, OnsetWindow, Treatment
from services.querysets import Told, TreatmentQuerySet

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

BELOW = Given("below")


def offered_below(path: Told) -> TreatmentQuerySet:
    """The treatments that everybody sees below this address, with the words of a list."""
    return Treatment.objects.published(NOW).under(path).listed_in(LANGUAGE)


def closest_first(treatments: Iterable[Treatment], goal: str) -> list[Treatment]:
    """Those first that are more about this goal: editors put the main goal of a treatment first.

    Support accompanies every treatment and stands after them. Otherwise the editors' order is kept.
    """

    def farness(treatment: Treatment) -> tuple[bool, int]:
        goals = treatment.goals
        is_support = treatment.treatment_kind == Treatment.TreatmentKind.SUPPORT
        return is_support, goals.index(goal) if goal in goals else len(goals)

    return sorted(treatments, key=farness) if goal in Goal.values else list(treatments)


def advice(codes: Mapping[str, str]) -> dict[str, bool]:
    """What must be said before any treatment is named, by what was chosen (``clinical.md``, Urgency)."""
    began, goal = codes.get(BEGAN.name), codes.get(GOAL.name)
    return {
        "first_days": began == OnsetWindow.DAYS,
        "eye_today": goal == Goal.CLOSE_EYE,
        "time_counts": began == OnsetWindow.MONTHS,
    }
