"""Important updates: dated notices for the whole site or for chosen pages."""

from __future__ import annotations

from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from services import writing
from services.models.page import Page, validate_in_our_time
from services.models.provenance import Provenance
from services.models.words import Worded, label_of, language_field
from services.querysets import UpdateQuerySet


class Update(Provenance, Worded):
    """A notice with a start and, often, an end."""

    class Level(models.TextChoices):
        INFORMATION = "information", _("Information")
        IMPORTANT = "important", _("Important")
        EMERGENCY = "emergency", _("Emergency")

    level = models.CharField(
        _("level"),
        max_length=12,
        choices=Level,
        default=Level.INFORMATION,
        help_text=_(
            "Information is its title until a reader opens it. What is important begins open and can be "
            "folded. An emergency stays whole and is read out at once."
        ),
    )
    get_level_display = label_of("level", Level.choices)
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
        return (
            self.any_text.title if self.any_text else f"{self.get_level_display()}, {self.starts_at:%Y-%m-%d}"
        )

    @property
    def folds(self) -> bool:
        """Whether a reader may fold it down to its title; an emergency stays whole."""
        return self.level != self.Level.EMERGENCY and bool(self.body_html)

    @property
    def begins_open(self) -> bool:
        """Whether one that folds is whole at first; mere information is its title until it is opened."""
        return self.level == self.Level.IMPORTANT


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

    def clean(self) -> None:
        """Raise ValidationError for what breaks a rule of writing."""
        writing.check(texts={"body": self.body})
