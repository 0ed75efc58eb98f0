"""Log-ins of the staff: sessions that know whose they are, so that each can be listed and ended."""

from django.conf import settings
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.utils.translation import gettext_lazy as _


class StaffSession(AbstractBaseSession):
    """A session of Django's with its account and its times; ``appointments.security.sessions`` stores it.

    ``acted_at`` moves with what a person does, never with what a page asks by itself.
    """

    account = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+"
    )
    begun_at = models.DateTimeField(_("logged in"), auto_now_add=True)
    acted_at = models.DateTimeField(_("last used"), auto_now_add=True)
    browser = models.CharField(_("browser"), max_length=60, blank=True)

    class Meta(AbstractBaseSession.Meta):  # type: ignore[name-defined]  # the stubs lack it
        verbose_name = _("log-in")
        verbose_name_plural = _("log-ins")
        default_permissions = ()
        indexes = [models.Index(fields=["account", "-acted_at"], name="session_by_account_idx")]
