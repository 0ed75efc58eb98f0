"""What became of a message, in the words of the staff."""

from __future__ import annotations

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.models import Message

EVENT_LABELS = {
    "overdue": _("Nobody took it up in time"),
    "mail_refused": _("Message not sent: the address was refused"),
    "mail_given_up": _("Message not sent: given up after many tries"),
    "mail_set_aside": _("Told another way, without the message"),
    "resend": _("Message to be sent again"),
}
"""Trail entries that the delivery and the care for failed messages write."""


def fate(message: Message, *, demonstration: bool) -> str:
    """Where a message stands. Expects ``notifications.with_fate``."""
    if message.state == Message.State.SENT and message.sent_at:
        when = date_format(localtime(message.sent_at), "M j, Y, g:i a")
        shown = gettext("Kept here, %(when)s") if demonstration else gettext("Sent, %(when)s")
        return shown % {"when": when}
    if message.state == Message.State.FAILED:
        failed = {
            "mail_refused": gettext("Not sent: the address was refused"),
            "mail_set_aside": gettext("Not sent; told another way"),
        }
        return failed.get(message.fate, gettext("Not sent: given up after many tries"))  # type: ignore[attr-defined]
    if not message.attempts:
        return gettext("Waiting to be sent")
    return gettext("Waiting for the next try, %(when)s") % {
        "when": date_format(localtime(message.due_at), "M j, g:i a")
    }
