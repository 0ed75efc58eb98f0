"""The page: what every page of the site has, whatever its kind.

A page is language-neutral; its words are rows with a language. A second language is more rows.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from services.models.icon import Icon
from services.models.provenance import Provenance
from services.models.words import Worded
from services.querysets import PageQuerySet

RESERVED = {"request", "staff", "static", "media", "healthz", "search", "share"}
PATH_LENGTH = 250
SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")


def validate_in_our_time(moment: datetime) -> None:
    """Raise ValidationError for a year that is a typing error, or "for ever" (which cannot be read back)."""
    if not 2000 <= moment.year < 2100:
        raise ValidationError(_("Choose a date from 2000 to 2099."))


class Page(Provenance, Worded):
    """A page at a path of its own. Publishing, moving and reviewing work the same for every kind."""

    class Kind(models.TextChoices):
        HOME = "home", _("home page")
        SERVICE = "service", _("service overview")
        ARTICLE = "article", _("page of text")
        LIST = "list", _("list of the pages below it")
        COMPARISON = "comparison", _("comparison of the procedures below it")
        TREATMENT = "treatment", _("treatment")
        PROCEDURE = "procedure", _("surgical procedure")
        PERSON = "person", _("team member")
        LOCATION = "location", _("location")
        UPDATES = "updates", _("list of updates")
        EXPLORER = "explorer", _("treatment explorer of the service above it")
        GUIDE = "guide", _("guide to the right part of the team")
        NERVE = "nerve", _("facial nerve, to be explored")
        DEVICE_CHECK = "device_check", _("camera and microphone check")
        GLOSSARY = "glossary", _("glossary")
        SITE_MAP = "site_map", _("site map")

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        SCHEDULED = "scheduled", _("scheduled")
        PUBLISHED = "published", pgettext_lazy("of a page", "published")
        ARCHIVED = "archived", _("archived")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ARTICLE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    publish_at = models.DateTimeField(
        _("publish on"),
        null=True,
        blank=True,
        validators=[validate_in_our_time],
        help_text=_("For a scheduled page: from then on everybody sees it."),
    )
    archive_at = models.DateTimeField(
        _("take down on"),
        null=True,
        blank=True,
        validators=[validate_in_our_time],
        help_text=_("From then on nobody but staff sees it. Leave it empty where no end is known."),
    )
    changed_at = models.DateTimeField(_("last changed"), auto_now=True)
    parent = models.ForeignKey(
        "self",
        verbose_name=_("page above"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="children",
    )
    slug = models.CharField(
        _("address part"),
        max_length=80,
        blank=True,
        help_text=_("Lower-case words with hyphens; the last part of the page's address."),
    )
    path = models.CharField(_("address"), max_length=PATH_LENGTH, unique=True, editable=False)
    position = models.PositiveSmallIntegerField(_("order"), default=100)
    in_menu = models.BooleanField(_("in the main menu"), default=False)
    in_footer = models.BooleanField(_("in the list at the foot of each page"), default=False)
    icon = models.CharField(_("icon"), max_length=16, choices=Icon, blank=True)
    reviewer = models.ForeignKey(
        "Person",
        verbose_name=_("reviewed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_pages",
    )
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True)
    review_due_on = models.DateField(_("review due on"), null=True, blank=True)

    objects = PageQuerySet.as_manager()

    class Meta:
        verbose_name = _("page")
        verbose_name_plural = _("pages")
        ordering = ["position", "path"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(path="/", parent=None, slug="") | ~models.Q(path="/") & ~models.Q(slug=""),
                name="page_slug_empty_only_at_home",
            ),
            models.CheckConstraint(
                condition=~models.Q(status="scheduled") | models.Q(publish_at__isnull=False),
                name="scheduled_page_says_when",
                violation_error_message=_("Say from when a scheduled page is public."),
            ),
            models.CheckConstraint(
                condition=models.Q(archive_at=None)
                | models.Q(publish_at=None)
                | models.Q(archive_at__gt=models.F("publish_at")),
                name="page_is_taken_down_after_it_is_published",
                violation_error_message=_("“Take down on” has to be after “Publish on”."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.any_text.title} ({self.path})" if self.any_text else self.path

    def clean(self) -> None:
        """Raise ValidationError where the address is malformed, circular, or taken."""
        if self.kind == self.Kind.HOME:
            self.slug, self.parent = "", None
        else:
            self._check_slug()
        above = self.parent
        while above is not None:
            if above.pk == self.pk and self.pk is not None:
                raise ValidationError({"parent": _("A page cannot stand below itself.")})
            above = above.parent
        self._check_path()

    def _check_slug(self) -> None:
        if not self.slug:
            raise ValidationError({"slug": _("Give the page an address, such as first-visit.")})
        if not SLUG.fullmatch(self.slug):
            raise ValidationError(
                {"slug": _("Use lower-case letters and digits, with hyphens between words.")}
            )
        at_top = self.parent is None or self.parent.path == "/"
        languages = {code for code, _name in settings.LANGUAGES}
        if at_top and (
            self.slug in RESERVED or self.slug in languages or re.fullmatch("[a-z]{2}", self.slug)
        ):
            raise ValidationError({"slug": _("This address is used by the site itself. Choose another.")})

    def _check_path(self) -> None:
        path, others = self._derived_path(), Page.objects.exclude(pk=self.pk)
        if others.filter(path=path).exists():
            raise ValidationError({"slug": _("There is a page at this address already.")})
        if OldAddress.objects.exclude(page=self.pk).filter(path=path).exists():
            raise ValidationError(
                {"slug": _("This address still leads visitors to a page that has moved. Choose another.")}
            )
        below = others.filter(path__startswith=self.path) if self.pk and self.slug else Page.objects.none()
        longest = max(map(len, below.values_list("path", flat=True)), default=len(self.path))
        if longest - len(self.path) + len(path) > PATH_LENGTH:
            raise ValidationError({"slug": _("The whole address is too long. Use a shorter word.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, keep the addresses of everything below in step, and remember the address it leaves."""
        before = Page.objects.filter(pk=self.pk).values_list("path", flat=True).first() if self.pk else None
        self.path = self._derived_path()
        super().save(*args, **kwargs)
        if before and before != self.path:
            OldAddress.objects.filter(path=self.path).delete()
            OldAddress.objects.update_or_create(path=before, defaults={"page_id": self.pk})
        for child in Page.objects.filter(parent_id=self.pk):
            child.parent = self
            if child.path != child._derived_path():
                child.save(update_fields=["path", "changed_at"])

    @property
    def address(self) -> str:
        """Where the page stands, or will once it is saved."""
        return self._derived_path()

    def _derived_path(self) -> str:
        if not self.slug:
            return "/"
        return f"{self.parent.path if self.parent else '/'}{self.slug}/"

    @property
    def publication(self) -> Page.Status:
        """What the status comes to at this moment: a scheduled page is published once its time has come."""
        now = timezone.now()
        status = self.Status(self.status)
        if status in (self.Status.DRAFT, self.Status.ARCHIVED):
            return status
        if self.archive_at is not None and self.archive_at <= now:
            return self.Status.ARCHIVED
        if status == self.Status.SCHEDULED and self.publish_at is not None and self.publish_at <= now:
            return self.Status.PUBLISHED
        return status

    @cached_property
    def written_in(self) -> list[str]:
        """The languages of the site that it has words in."""
        written = {text.language for text in self.texts.all()}
        return [code for code, _name in settings.LANGUAGES if code in written]

    @property
    def is_public(self) -> bool:
        """Whether everybody sees it now; the same rule as ``PageQuerySet.published``."""
        return self.publication == self.Status.PUBLISHED


class OldAddress(models.Model):
    """Where a page has been: visitors who still come there are led on, for ever."""

    path = models.CharField(max_length=PATH_LENGTH, unique=True)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="old_addresses")

    def __str__(self) -> str:
        return self.path
