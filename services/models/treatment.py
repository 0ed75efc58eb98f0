"""Treatments and surgical procedures, and what patients hope for from them."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.page import Page


class Goal(models.TextChoices):
    """What a patient wants; the one vocabulary for pages and for requests."""

    CLOSE_EYE = "close_eye", _("Close my eye")
    SMILE = "smile", _("Smile")
    EAT_DRINK = "eat_drink", _("Eat and drink")
    DROOLING = "drooling", _("Stop drooling")
    SPEAK = "speak", _("Speak clearly")
    COMFORT = "comfort", _("Less pain and discomfort")
    TIGHTNESS = "tightness", _("Less tightness and unwanted movement")
    BREATHE = "breathe", _("Breathe through my nose")
    EVEN = "even", _("Look more even")


class Treatment(Page):
    """A treatment (kind ``treatment``) or a surgical option (kind ``procedure``)."""

    class TreatmentKind(models.TextChoices):
        MEDICINE = "medicine", _("Medicine")
        RETRAINING = "retraining", _("Retraining")
        SURGERY = "surgery", _("Surgery")
        SUPPORT = "support", _("Support")

    treatment_kind = models.CharField(_("kind of treatment"), max_length=12, choices=TreatmentKind)
    goals = ArrayField(
        models.CharField(max_length=16, choices=Goal), verbose_name=_("helps with"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments and procedures")

    @property
    def goal_labels(self) -> list[str]:
        return [str(Goal(code).label) for code in self.goals if code in Goal.values]
