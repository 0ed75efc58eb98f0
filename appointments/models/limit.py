"""How often something was asked for: counters that name nobody."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Attempt(models.Model):
    """How often, in one stretch of time, one address or one contact asked for one thing.

    ``key`` is a keyed hash of all three; ``appointments.limits`` counts, and deletes what is over.
    """

    key = models.BinaryField(max_length=32)
    window_start = models.DateTimeField()
    count = models.PositiveIntegerField()
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        verbose_name = _("attempt")
        verbose_name_plural = _("attempts")
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["key", "window_start"], name="attempts_are_counted_once")
        ]

    def __str__(self) -> str:
        return f"{self.count} since {self.window_start:%Y-%m-%d %H:%M}"
