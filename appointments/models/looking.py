"""Who is looking at a request at this moment."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Looking(models.Model):
    """That a member of staff has a request open, renewed while they do; ``appointments.looking`` reads it."""

    request = models.ForeignKey("AppointmentRequest", on_delete=models.CASCADE, related_name="lookers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    seen_at = models.DateTimeField(_("last seen"), db_index=True)

    class Meta:
        verbose_name = _("look at a request")
        verbose_name_plural = _("looks at requests")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["request", "account"], name="each_looks_once"),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} at {self.request_id}"
