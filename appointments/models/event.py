"""The trail: what happened, when, to which request, by whom. Ids and codes only."""

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One row of the trail; ``appointments.audit`` is the only writer.

    The database refuses to change, delete or truncate rows, and the application's own role has no right to.
    Requests and accounts are named by id without a foreign key, so that the trail outlives what it names.
    """

    class ActorKind(models.TextChoices):
        PATIENT = "patient", _("patient")
        STAFF = "staff", _("staff")
        SYSTEM = "system", _("system")
        STRANGER = "stranger", _("somebody not logged in")

    at = models.DateTimeField(_("time"), auto_now_add=True)
    request_id = models.BigIntegerField(_("request"), null=True)
    actor_kind = models.CharField(_("by"), max_length=8, choices=ActorKind)
    actor_id = models.BigIntegerField(_("account"), null=True)
    action = models.CharField(_("action"), max_length=32)
    codes = models.JSONField(_("details"), default=dict)

    class Meta:
        verbose_name = _("trail entry")
        verbose_name_plural = _("trail")
        ordering = ["pk"]
        default_permissions = ["view"]
        # The trail is read from its latest entry back, whole or by who or by what, each within any period.
        # Of a request what happened is read by its action: looks, which are many, are not read on the way.
        indexes = [
            models.Index(fields=["request_id", "action", "id"], name="event_by_request_idx"),
            models.Index(fields=["-at", "-id"], name="event_by_time_idx"),
            models.Index(fields=["actor_kind", "actor_id", "-at", "-id"], name="event_by_actor_idx"),
            models.Index(fields=["action", "-at", "-id"], name="event_by_what_idx"),
            GinIndex(
                OpClass(KeyTransform("requests", "codes"), name="jsonb_path_ops"),
                condition=models.Q(codes__has_key="requests"),
                name="event_lists_idx",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(actor_kind="staff", actor_id__isnull=False)
                | ~models.Q(actor_kind="staff") & models.Q(actor_id=None),
                name="event_staff_has_an_account",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"
