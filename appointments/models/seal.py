"""The seals on the trail: a chain of keyed hashes, one link for each entry, in rows of their own."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Seal(models.Model):
    """One link of the chain; ``appointments.seals`` makes and checks it.

    ``pk`` is its place in the chain, without gaps. Made by the worker after the entry was committed, so that
    nobody who writes to the trail waits for anybody else. Append-only, as the trail is.
    """

    id = models.BigIntegerField(_("place in the chain"), primary_key=True)
    event_id = models.BigIntegerField(_("trail entry"), unique=True)
    digest = models.BinaryField(_("digest"), max_length=32)

    class Meta:
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        default_permissions = ()

    def __str__(self) -> str:
        return f"seal {self.pk} on {self.event_id}"
