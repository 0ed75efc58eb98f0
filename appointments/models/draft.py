"""A request being written: kept two hours, unreadable without the patient's own cookie."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class RequestDraft(models.Model):
    """Answers given so far, encrypted; ``appointments.drafts`` reads and writes them.

    Once submitted the answers are gone and ``request`` says what became of them, so that a resent form is
    answered with the same reference.
    """

    token_digest = models.BinaryField(max_length=32, unique=True)
    submission_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sealed_answers = models.BinaryField()
    expires_at = models.DateTimeField(db_index=True)
    request = models.ForeignKey(
        "AppointmentRequest", null=True, on_delete=models.CASCADE, related_name="drafts"
    )

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")

    def __str__(self) -> str:
        return f"draft {self.pk}"


class EmergencyStop(models.Model):
    """How many drafts a day ended at an emergency sign; all that is kept of them."""

    day = models.DateField(_("day"), unique=True)
    count = models.PositiveIntegerField(_("count"), default=0)

    class Meta:
        verbose_name = _("emergency stop")
        verbose_name_plural = _("emergency stops")

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}: {self.count}"
