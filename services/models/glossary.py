"""The glossary: one source for what medical words mean, wherever they stand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from services import writing
from services.models.provenance import Provenance
from services.models.words import Worded, language_field
from services.querysets import TermQuerySet


class Term(Provenance, Worded):
    """A medical term. Its key is its anchor on the glossary page."""

    key = models.SlugField(_("key"), max_length=60, unique=True)

    objects = TermQuerySet.as_manager()

    class Meta:
        verbose_name = _("term")
        verbose_name_plural = _("glossary words")
        ordering = ["key"]

    def __str__(self) -> str:
        return self.any_text.word if self.any_text else self.key


class TermText(models.Model):
    """A term and its meaning in one language."""

    term = models.ForeignKey(Term, on_delete=models.CASCADE, related_name="texts")
    language = language_field()
    word = models.CharField(_("word"), max_length=80)
    forms = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("other forms"),
        default=list,
        blank=True,
        help_text=_("Plurals and other spellings, with commas."),
    )
    meaning = models.TextField(_("meaning"), max_length=400)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        constraints = [models.UniqueConstraint(fields=["term", "language"], name="term_text_once_a_language")]

    def __str__(self) -> str:
        return self.word

    def clean(self) -> None:
        """Raise ValidationError for what breaks a rule of writing."""
        writing.check(plain={"meaning": self.meaning})
