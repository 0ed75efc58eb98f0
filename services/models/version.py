"""Every saved version of a page: what it said, when, and who saved it."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from services.models.page import PATH_LENGTH, Page


class PageVersion(models.Model):
    """A page as it was saved once. Written by ``services.versions`` alone, and never changed.

    The database refuses change and deletion. So nothing points from here by a constraint: a version outlives
    its page (``page_id`` and ``path`` stay) and the account that saved it (``saved_by`` is its name).
    """

    class Action(models.TextChoices):
        LOADED = "loaded", _("loaded by the set-up")
        FOUND = "found", _("found as it stood before")
        SAVED = "saved", _("saved")
        RESTORED = "restored", _("restored from an older version")
        PUBLISHED = "published", _("published from the list")
        ARCHIVED = "archived", _("archived from the list")
        REVIEWED = "reviewed", _("marked as reviewed")
        KEPT = "kept", _("kept as the clinic's own")

    page = models.ForeignKey(Page, on_delete=models.DO_NOTHING, db_constraint=False, related_name="versions")
    path = models.CharField(_("address"), max_length=PATH_LENGTH)
    number = models.PositiveIntegerField(_("version"))
    saved_at = models.DateTimeField(_("saved"), default=timezone.now)
    saved_by = models.CharField(_("by"), max_length=150, blank=True)
    action = models.CharField(_("what was done"), max_length=12, choices=Action)
    document = models.JSONField()

    class Meta:
        verbose_name = _("version of a page")
        verbose_name_plural = _("versions of pages")
        ordering = ["-number"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["page", "number"], name="page_version_number_once")]

    def __str__(self) -> str:
        return f"{self.path}, {self.number}"
