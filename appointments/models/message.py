"""Messages waiting to be sent, and what became of them."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _


class Message(models.Model):
    """One message about one event; its words are made anew at each attempt, are not kept, and hold no
    health detail.

    Written in the transaction of what it announces, by ``appointments.notifications`` only.
    """

    class Kind(models.TextChoices):
        RECEIVED = "received", _("to the patient: received")
        SCHEDULED = "scheduled", _("to the patient: scheduled")
        UNSCHEDULED = "unscheduled", _("to the patient: date cancelled")
        CLOSED = "closed", _("to the patient: closed")
        REOPENED = "reopened", _("to the patient: open again")
        LINK = "link", _("to the patient: a new private link")
        CONTACT = "contact", _("to the patient: contact changed")
        CONTACT_OLD = "contact_old", _("to the former address: contact changed")
        URGENT = "urgent", _("to staff: an urgent request")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        SENT = "sent", _("sent")
        FAILED = "failed", _("failed")

    request = models.ForeignKey("AppointmentRequest", on_delete=models.CASCADE, related_name="messages")
    event_id = models.BigIntegerField(_("trail entry"))
    kind = models.CharField(_("kind"), max_length=12, choices=Kind)
    recipient = models.EmailField(_("to"), max_length=254)
    language = models.CharField(_("language"), max_length=12)
    state = models.CharField(_("state"), max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("next attempt"))
    sent_at = models.DateTimeField(_("sent"), null=True)
    message_key = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-pk"]
        default_permissions = ["view"]
        permissions = [("resend_message", _("Can send a failed message again"))]
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(state="waiting"), name="message_waiting_idx"),
            models.Index(fields=["id"], condition=models.Q(state="failed"), name="message_failed_idx"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event_id", "kind"], name="one_event_one_message"),
            models.CheckConstraint(
                condition=models.Q(state="sent", sent_at__isnull=False)
                | ~models.Q(state="sent") & models.Q(sent_at=None),
                name="message_sent_has_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} ({self.get_state_display()})"
