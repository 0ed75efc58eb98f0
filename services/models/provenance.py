"""Where a piece of content came from, and who has touched it since."""

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Provenance(models.Model):
    """Content that the set-up may load and staff may edit; once staff did, the set-up leaves it alone."""

    is_sample = models.BooleanField(
        _("sample"),
        default=False,
        help_text=_("Invented for the demonstration. The site cannot go live while any content is a sample."),
    )
    staff_edited_at = models.DateTimeField(_("last edited by staff"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True


def language_field() -> "models.CharField[Any, Any]":
    """Which language a text is in; which languages there are is a setting, not a migration."""
    return models.CharField(_("language"), max_length=12, default="en")
