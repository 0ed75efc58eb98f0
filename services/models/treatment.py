"""Treatments and surgical procedures."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.goal import Goal, OnsetWindow
from services.models.page import Page
from services.models.person import Person
from services.models.words import label_of
from services.querysets import TreatmentQuerySet

GOAL_LABELS = dict(Goal.choices)


class Treatment(Page):
    """A treatment (kind ``treatment``) or a surgical option (kind ``procedure``)."""

    class TreatmentKind(models.TextChoices):
        MEDICINE = "medicine", _("Medicine")
        RETRAINING = "retraining", _("Retraining")
        SURGERY = "surgery", _("Surgery")
        SUPPORT = "support", _("Support")

    treatment_kind = models.CharField(_("kind of treatment"), max_length=12, choices=TreatmentKind)
    get_treatment_kind_display = label_of("treatment_kind", TreatmentKind.choices)
    goals = ArrayField(
        models.CharField(max_length=16, choices=Goal),
        verbose_name=_("helps with"),
        default=list,
        blank=True,
        help_text=_("The first is what it is for above all. Ticks keep their order: a new one comes last."),
    )
    windows = ArrayField(
        models.CharField(max_length=16, choices=OnsetWindow),
        verbose_name=_("can help when it began"),
        default=list,
        blank=True,
    )
    provided_by = ArrayField(
        models.CharField(max_length=16, choices=Person.Role),
        verbose_name=_("given by"),
        default=list,
        blank=True,
        help_text=_(
            "The first leads, and is whom the guide tells patients to start with. "
            "Ticks keep their order: a new one comes last."
        ),
    )

    objects = TreatmentQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        verbose_name = _("treatment")
        verbose_name_plural = _("treatments and procedures")

    @property
    def goal_labels(self) -> list[str]:
        return [str(GOAL_LABELS[code]) for code in self.goals if code in GOAL_LABELS]

    @property
    def goals_in_words(self) -> str:
        """For a line that says what it helps with; empty where nothing is known."""
        return ", ".join(self.goal_labels)
