"""Somebody asked for a new private link."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class LinkWish(models.Model):
    """The contact that was typed, until the worker has answered it, a few seconds later.

    Stored for a known and an unknown contact alike: who asks cannot tell by the answer, or by how long it
    took, whether there is a request.
    """

    contact = models.CharField(_("contact"), max_length=254)
    asked_at = models.DateTimeField(_("asked"), auto_now_add=True)

    class Meta:
        verbose_name = _("wish for a link")
        verbose_name_plural = _("wishes for a link")
        default_permissions = ()

    def __str__(self) -> str:
        return f"wish {self.pk}"
