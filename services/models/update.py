"""Important updates: dated notices for the whole site or for chosen pages."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.models.page import Page
from services.models.provenance import Provenance, language_field
from services.querysets import UpdateQuerySet


def validate_in_our_time(moment: datetime) -> None:
    """Raise ValidationError for a year that is a typing error, or "for ever" (which cannot be read back)."""
    if not 2000 <= moment.year < 2100:
        raise ValidationError(_("Choose a date from 2000 to 2099."))


class Update(Provenance):
    """A notice with a start and, often, an end."""

    class Level(models.TextChoices):
        INFORMATION = "information", _("Information")
        IMPORTANT = "important", _("Important")
        EMERGENCY = "emergency", _("Emergency")

    level = models.CharField(_("level"), max_length=12, choices=Level, default=Level.INFORMATION)
    starts_at = models.DateTimeField(_("shown from"), validators=[validate_in_our_time])
    ends_at = models.DateTimeField(
        _("shown until"),
        null=True,
        blank=True,
        validators=[validate_in_our_time],
        help_text=_("Leave it empty where no end is known."),
    )
    sitewide = models.BooleanField(_("on every page"), default=False)
    pages = models.ManyToManyField(Page, verbose_name=_("on these pages"), blank=True)

    objects = UpdateQuerySet.as_manager()

    body_html: SafeString
    """The rendered text in the language being shown, where pages show the update; set by ``Site.updates``."""

    class Meta:
        verbose_name = _("update")
        verbose_name_plural = _("important updates")
        ordering = ["-starts_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_at=None) | models.Q(ends_at__gt=models.F("starts_at")),
                name="update_ends_after_it_starts",
                violation_error_message=_("“Shown until” has to be after “Shown from”."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_level_display()}, {self.starts_at:%Y-%m-%d}"

    @property
    def text(self) -> UpdateText:
        """The words in the language being shown. Raises UpdateText.DoesNotExist where there are none."""
        loaded: list[UpdateText] | None = getattr(self, "loaded_texts", None)
        if loaded:
            return loaded[0]
        return self.texts.get(language=get_language() or settings.LANGUAGE_CODE)


class UpdateText(models.Model):
    """An update's words in one language. ``body`` is Markdown."""

    update = models.ForeignKey(Update, on_delete=models.CASCADE, related_name="texts")
    language = language_field()
    title = models.CharField(_("title"), max_length=120)
    body = models.TextField(_("text (Markdown)"), blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [
            models.UniqueConstraint(fields=["update", "language"], name="update_text_once_a_language")
        ]

    def __str__(self) -> str:
        return self.title
