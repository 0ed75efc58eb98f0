"""What staff write about a request: their only free text, so that it can be erased with the request."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Note(models.Model):
    """An internal note, or the reason given for a step; a reason names its trail entry."""

    request = models.ForeignKey("AppointmentRequest", on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), null=True, on_delete=models.SET_NULL
    )
    written_at = models.DateTimeField(_("written"), auto_now_add=True)
    event_id = models.BigIntegerField(_("trail entry"), unique=True)
    text = models.TextField(_("note"), max_length=2000)

    class Meta:
        verbose_name = _("note")
        verbose_name_plural = _("notes")
        ordering = ["pk"]
        constraints = [models.CheckConstraint(condition=~models.Q(text=""), name="note_says_something")]

    def __str__(self) -> str:
        return self.text[:60]
