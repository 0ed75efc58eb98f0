"""What left the site: who took it, why, and how much of it."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Export(models.Model):
    """One export, begun by a POST that states its purpose; ``appointments.exports`` writes it.

    ``chosen`` holds the filters as codes. What the person wrote about the purpose stands here and not in the
    trail, so that it can be erased. ``noted_at`` moves with every part written: a download that is silent for
    long was cut off together with whatever would have said so.
    """

    class Shape(models.TextChoices):
        CSV = "csv", _("CSV file")
        TEXT = "text", _("Text for spreadsheets")
        FHIR = "fhir", _("FHIR R4 bundle")
        SHEET = "sheet", _("Printed sheet")

    class Purpose(models.TextChoices):
        TREATMENT = "treatment", _("Care of the patient")
        PATIENT = "patient", _("The patient asked for it")
        REFERRAL = "referral", _("Referral to another clinic")
        BILLING = "billing", _("Billing or insurance")
        QUALITY = "quality", _("Planning and quality of our work")
        LEGAL = "legal", _("Required by law")

    class State(models.TextChoices):
        BEGUN = "begun", _("begun")
        COMPLETE = "complete", _("complete")
        CUT_OFF = "cut_off", _("cut off")
        UNUSED = "unused", _("never downloaded")

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("by"), null=True, on_delete=models.SET_NULL, related_name="+"
    )
    shape = models.CharField(_("shape"), max_length=8, choices=Shape)
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    purpose_note = models.CharField(_("more about the purpose"), max_length=300, blank=True)
    chosen = models.JSONField(_("chosen by"), default=dict)
    total = models.PositiveIntegerField(_("requests"))
    written = models.PositiveIntegerField(_("written so far"), default=0)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.BEGUN)
    begun_at = models.DateTimeField(_("begun"), auto_now_add=True)
    started_at = models.DateTimeField(_("download started"), null=True)
    noted_at = models.DateTimeField(_("last heard of"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    class Meta:
        verbose_name = _("export")
        verbose_name_plural = _("exports")
        ordering = ["-pk"]
        default_permissions = ["view"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="begun", ended_at=None)
                | ~models.Q(state="begun") & models.Q(ended_at__isnull=False),
                name="export_ended_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_shape_display()}, {self.begun_at:%Y-%m-%d %H:%M}"
