"""What a page is made of in one language: words, points, facts; and its sources."""

from collections.abc import Callable
from typing import NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from services import writing
from services.models.goal import Goal
from services.models.icon import Icon
from services.models.page import Page
from services.models.words import label_of, language_field


def _stored(row: models.Model) -> Callable[[str], str]:
    """What a field of this row holds in the database; asked only where a link leads nowhere."""

    def value(field: str) -> str:
        kept = type(row)._default_manager.filter(pk=row.pk).values_list(field, flat=True).first()
        return kept or ""

    return value


class PageText(models.Model):
    """A page's words in one language. ``body`` is Markdown."""

    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="texts")
    language = language_field()
    title = models.CharField(_("title"), max_length=120)
    menu_title = models.CharField(_("short title"), max_length=40, blank=True)
    summary = models.TextField(_("summary"), max_length=400, blank=True)
    description = models.CharField(_("description for search engines"), max_length=160, blank=True)
    body = models.TextField(_("text (Markdown)"), blank=True)

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts")
        ordering = ["language"]
        constraints = [models.UniqueConstraint(fields=["page", "language"], name="page_text_once_a_language")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Raise ValidationError for what breaks a rule of writing."""
        page = getattr(self, "page", None)  # none where a tampered form names no page
        writing.check(
            here=page.address if page else "",
            texts={"body": self.body},
            lines={"summary": self.summary},
            stored=_stored(self),
        )

    @property
    def short_title(self) -> str:
        """The title for menus and breadcrumbs."""
        return short_title(self.title, self.menu_title)


def short_title(title: str, menu_title: str) -> str:
    return menu_title or title


class Destination(NamedTuple):
    """A page as links lead to it from everywhere: what ``PageQuerySet.destinations_in`` reads."""

    path: str
    title: str
    menu_title: str
    in_menu: bool
    in_footer: bool

    @property
    def short_title(self) -> str:
        return short_title(self.title, self.menu_title)


class NerveBranch(models.TextChoices):
    """The parts of the facial nerve that the drawing shows."""

    TRUNK = "trunk", _("Trunk")
    TEMPORAL = "temporal", _("Temporal branch")
    ZYGOMATIC = "zygomatic", _("Zygomatic branch")
    BUCCAL = "buccal", _("Buccal branch")
    MARGINAL_MANDIBULAR = "marginal_mandibular", _("Marginal mandibular branch")
    CERVICAL = "cervical", _("Cervical branch")


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
    branch = models.CharField(
        _("part of the facial nerve"),
        max_length=24,
        choices=NerveBranch,
        blank=True,
        help_text=_("On the page of the facial nerve: the part of the drawing that this point tells about."),
    )
    goals = ArrayField(
        models.CharField(max_length=16, choices=Goal),
        verbose_name=_("goals it is about"),
        default=list,
        blank=True,
    )
    spoken = models.CharField(
        _("written in"),
        max_length=12,
        blank=True,
        validators=[RegexValidator(r"\A[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", _("A code like ar or zh-Hans."))],
        help_text=_("Language code, where these words are not in the page's own language: ar, zh-Hans."),
    )

    class Meta:
        verbose_name = _("point")
        verbose_name_plural = _("points")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.heading

    def clean(self) -> None:
        """Raise ValidationError for what breaks a rule of writing."""
        writing.check(
            here=self.page.address,
            texts={"body": self.body},
            addresses={"link": self.link},
            stored=_stored(self),
        )


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
    get_key_display = label_of("key", Key.choices)
    value = models.TextField(_("answer"), max_length=600)
    position = models.PositiveSmallIntegerField(_("order"), default=0)

    class Meta:
        verbose_name = _("fact")
        verbose_name_plural = _("facts")
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return f"{self.get_key_display()}: {self.value[:60]}"

    def clean(self) -> None:
        """Raise ValidationError for what breaks a rule of writing."""
        writing.check(here=self.page.address, lines={"value": self.value}, stored=_stored(self))


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
