"""What the trail says of account safety, in the words of the staff."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

EVENT_LABELS = {
    "log_in_limited": _("Too many wrong tries to log in"),
    "second_factor_set_up": _("Second factor set up"),
    "second_factor_used": _("Logged in with the second factor"),
    "second_factor_failed": _("Wrong code for the second factor"),
    "second_factor_reset": _("Second factor reset"),
    "recovery_code_used": _("Recovery code used"),
    "recovery_codes_made": _("New recovery codes made"),
    "session_ended": _("Log-in ended by a person"),
    "session_expired": _("Log-in over by itself"),
}
