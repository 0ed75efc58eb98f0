"""Where a piece of content came from, and who has touched it since."""

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
