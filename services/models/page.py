"""The page: what every page of the site has, whatever its kind.

A page is language-neutral; its words are rows with a language. A second language is more rows.
"""

from __future__ import annotations

import re
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from services.models.icon import Icon
from services.models.provenance import Provenance, language_field
from services.querysets import PageQuerySet

RESERVED = {"request", "staff", "static", "media", "healthz"}
PATH_LENGTH = 250
SLUG = re.compile("[a-z0-9]+(-[a-z0-9]+)*")
SAFE_LINK = re.compile("(/(?!/)|#|https://|mailto:|tel:)")


class Page(Provenance):
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

    class Status(models.TextChoices):
        DRAFT = "draft", _("draft")
        PUBLISHED = "published", pgettext_lazy("of a page", "published")

    kind = models.CharField(_("kind"), max_length=12, choices=Kind, default=Kind.ARTICLE)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
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
        ]

    def __str__(self) -> str:
        return self.path

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
        below = others.filter(path__startswith=self.path) if self.pk and self.slug else Page.objects.none()
        longest = max(map(len, below.values_list("path", flat=True)), default=len(self.path))
        if longest - len(self.path) + len(path) > PATH_LENGTH:
            raise ValidationError({"slug": _("The whole address is too long. Use a shorter word.")})

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save, and keep the addresses of everything below in step."""
        self.path = self._derived_path()
        super().save(*args, **kwargs)
        for child in Page.objects.filter(parent_id=self.pk):
            child.parent = self
            if child.path != child._derived_path():
                child.save(update_fields=["path"])

    def _derived_path(self) -> str:
        if not self.slug:
            return "/"
        return f"{self.parent.path if self.parent else '/'}{self.slug}/"

    @property
    def text(self) -> PageText:
        """The words in the language being shown; loaded by ``in_language``.

        Raises PageText.DoesNotExist where the page has none in that language.
        """
        loaded: list[PageText] | None = getattr(self, "loaded_texts", None)
        if loaded:
            return loaded[0]
        return self.texts.get(language=get_language() or settings.LANGUAGE_CODE)


class PageText(models.Model):
    """A page's words in one language. ``body`` is Markdown."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="texts")
    language = language_field()
    title = models.CharField(_("title"), max_length=120)
    menu_title = models.CharField(_("short title"), max_length=40, blank=True)
    summary = models.TextField(_("summary"), max_length=400, blank=True)
    description = models.CharField(_("description for search engines"), max_length=200, blank=True)
    body = models.TextField(_("text (Markdown)"), blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["page", "language"], name="page_text_once_a_language")]

    def __str__(self) -> str:
        return self.title

    @property
    def short_title(self) -> str:
        """The title for menus and breadcrumbs."""
        return self.menu_title or self.title


class Point(models.Model):
    """One of a page's points: an icon, a heading, a few words, perhaps a link."""

    class ShownIf(models.TextChoices):
        ALWAYS = "", _("always")
        SURGEONS_DOUBLE_CERTIFIED = (
            "surgeons_double_certified",
            _("only while every surgeon has two board certifications"),
        )

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="points")
    language = language_field()
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    icon = models.CharField(_("icon"), max_length=16, choices=Icon, blank=True)
    heading = models.CharField(_("heading"), max_length=120)
    body = models.TextField(_("text (Markdown)"), blank=True)
    link = models.CharField(_("link"), max_length=250, blank=True)
    shown_if = models.CharField(
        _("shown"), max_length=40, choices=ShownIf, default=ShownIf.ALWAYS, blank=True
    )

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        """Raise ValidationError for a link that is no address: it goes into the page as it is."""
        if self.link and not SAFE_LINK.match(self.link):
            raise ValidationError({"link": _("Begin with / for a page of this site, or with https://")})


class Fact(models.Model):
    """A short answer to one of the standard questions for the page's kind; what comparisons line up."""

    class Key(models.TextChoices):
        PURPOSE = "purpose", _("What it is for")
        WHEN_USED = "when_used", _("When it is used")
        WHAT_MOVES = "what_moves", _("What is moved or changed")
        WHAT_HAPPENS = "what_happens", _("What happens")
        STAY_RECOVERY = "stay_recovery", _("Stay and recovery")
        RESULTS_TIME = "results_time", _("When results show")
        LIMITS = "limits", _("What it does not do")
        BOARD_CERTIFICATION = "board_certification", _("Board certification")
        TRAINING = "training", _("Training")
        INTEREST = "interest", _("Special interest")
        PARKING = "parking", _("Parking")
        STEP_FREE = "step_free", _("Step-free access")
        ARRIVAL = "arrival", _("When you arrive")
        QUIET_PLACE = "quiet_place", _("A quiet place to wait")
        TRANSPORT = "transport", _("Public transport")

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="facts")
    language = language_field()
    key = models.CharField(_("question"), max_length=24, choices=Key)
    value = models.TextField(_("answer"), max_length=600)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.value[:60]}"


class Source(models.Model):
    """Where a page's clinical statements come from."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="sources")
    position = models.PositiveSmallIntegerField(_("order"), default=0)
    title = models.CharField(_("title"), max_length=250)
    publisher = models.CharField(_("publisher"), max_length=160, blank=True)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    url = models.URLField(_("link"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("source")
        verbose_name_plural = _("sources")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.title
