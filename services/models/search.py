"""What search reads: one row for each thing that can be found in a language, the words known, lay phrases."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from services.models.glossary import Term
from services.models.page import Page
from services.models.provenance import Provenance
from services.models.update import Update
from services.models.words import language_field
from services.search_querysets import SearchEntryQuerySet


class SearchEntry(models.Model):
    """A page, a glossary term or an update, in one language. Written by ``search_index`` alone.

    It says nothing about who may see what: that is asked of the page itself at each search.
    """

    language = language_field()
    page = models.ForeignKey(Page, null=True, on_delete=models.CASCADE, related_name="search_entries")
    term = models.ForeignKey(Term, null=True, on_delete=models.CASCADE, related_name="search_entries")
    update = models.ForeignKey(Update, null=True, on_delete=models.CASCADE, related_name="search_entries")
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True)
    names = models.TextField(blank=True)
    heading_vector = SearchVectorField()
    vector = SearchVectorField()

    objects = SearchEntryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["page", "language"], name="search_entry_once_a_page"),
            models.UniqueConstraint(fields=["term", "language"], name="search_entry_once_a_term"),
            models.UniqueConstraint(fields=["update", "language"], name="search_entry_once_an_update"),
            models.CheckConstraint(
                condition=models.Q(page__isnull=False, term=None, update=None)
                | models.Q(page=None, term__isnull=False, update=None)
                | models.Q(page=None, term=None, update__isnull=False),
                name="search_entry_is_of_one_thing",
            ),
        ]
        indexes = [
            GinIndex(fields=["vector"], name="search_entry_vector"),
            GinIndex(fields=["heading_vector"], name="search_entry_heading"),
            GinIndex(OpClass("names", name="gin_trgm_ops"), name="search_entry_names"),
        ]

    def __str__(self) -> str:
        return self.title


class SearchWord(models.Model):
    """A word that some text or lay phrase holds, in lower case: what typing errors are mended to."""

    language = language_field()
    word = models.CharField(max_length=40)
    in_phrase = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["language", "word"], name="search_word_once_a_language"),
        ]
        indexes = [GinIndex(OpClass("word", name="gin_trgm_ops"), name="search_word_trigrams")]

    def __str__(self) -> str:
        return self.word


class SearchPhrase(Provenance):
    """Words as patients type them: what they mean on this site, or that they call for help at once.

    A minus sign before one of the words means that it must not stand in the question.
    """

    class Kind(models.TextChoices):
        SYNONYM = "synonym", _("means the same as")
        FIRST = "first", _("shows these pages first")
        EMERGENCY = "emergency", _("shows the advice to call 911")
        POISON = "poison", _("shows the advice to call 911, and Poison Help")
        CRISIS = "crisis", _("shows the advice to call or text 988")
        NEW_FACE = "new_face", _("a weak face: 911 with words of new time, or asks whether it is new")
        IF_NEW = "if_new", _("911 with words of new time, else nothing")
        NEW_TIME = "new_time", _("words of new time, beside the two above")
        LONG_AGO = "long_ago", _("words of something long known, beside a weak face")
        EYE = "eye", _("shows the advice to have an eye seen today")
        KEPT = "kept", _("spelled right, though no page has it")

    key = models.SlugField(_("key"), max_length=60, blank=True, editable=False)
    language = language_field()
    kind = models.CharField(_("what it does"), max_length=10, choices=Kind, default=Kind.SYNONYM)
    words = ArrayField(
        models.CharField(max_length=80),
        verbose_name=_("what people type"),
        help_text=_("Phrases, with commas: face droop, droopy face. A minus means without: years -old"),
    )
    means = models.CharField(
        _("what it means"),
        max_length=120,
        blank=True,
        help_text=_(
            "For a phrase that means the same, the words of our pages: facial paralysis. For advice and pages"
            " to show first, words of their titles, with commas: Bell's palsy, synkinesis"
        ),
    )

    class Meta:
        verbose_name = _("search phrase")
        verbose_name_plural = _("search phrases")
        ordering = ["kind", "means", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["key", "language"], condition=~models.Q(key=""), name="search_phrase_once_a_key"
            ),
        ]

    def __str__(self) -> str:
        return ", ".join(self.words)

    def clean(self) -> None:
        """Raise ValidationError where a meaning is needed; leave out one that nobody would see."""
        if self.kind in (self.Kind.SYNONYM, self.Kind.FIRST) and not self.means.strip():
            raise ValidationError({"means": _("Say what these words mean, in the words of our pages.")})
        if self.kind in (self.Kind.NEW_TIME, self.Kind.LONG_AGO, self.Kind.KEPT):
            self.means = ""
