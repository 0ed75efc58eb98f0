"""The people of the team."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

from django.contrib.postgres.fields import ArrayField
from django.core.files.storage import default_storage
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language, get_language_info, gettext
from django.utils.translation import gettext_lazy as _

from clinic_site.postgresql.one_statement import Given, OneStatement
from services import pictures
from services.models.page import Page
from services.models.words import label_of


class Portrait(NamedTuple):
    """What a browser needs to show one."""

    address: str
    """Of the variant for browsers that read no ``srcset``."""
    jpg: str
    """A ``srcset``."""
    better: tuple[tuple[str, str], ...]
    """Other formats and their ``srcset``, the smallest first."""


class Person(Page):
    """A team member; the page's title is the name, the facts are the credentials."""

    class Role(models.TextChoices):
        SURGEON = "surgeon", _("Facial plastic surgeon")
        EYE_SURGEON = "eye_surgeon", _("Eye and eyelid surgeon")
        NEUROLOGIST = "neurologist", _("Neurologist")
        NEUROTOLOGIST = "neurotologist", _("Neurotologist")
        PHYSICIAN = "physician", _("Physician")
        THERAPIST = "therapist", _("Facial retraining therapist")
        PSYCHOLOGIST = "psychologist", _("Psychologist")
        NURSE = "nurse", _("Nurse")
        COORDINATOR = "coordinator", _("Care coordinator")

    role = models.CharField(_("role"), max_length=16, choices=Role)
    get_role_display = label_of("role", Role.choices)
    languages = ArrayField(
        models.CharField(max_length=12),
        verbose_name=_("speaks"),
        default=list,
        blank=True,
        help_text=_("Patients can speak with them in these languages."),
    )
    places: models.ManyToManyField[Any, Any] = models.ManyToManyField(
        "Location", verbose_name=_("works at"), blank=True, related_name="people"
    )
    portrait = models.ImageField(_("portrait"), upload_to="portraits", blank=True)
    portrait_focus_x = models.PositiveSmallIntegerField(
        _("focus from the left, percent"), default=50, validators=[MaxValueValidator(100)]
    )
    portrait_focus_y = models.PositiveSmallIntegerField(
        _("focus from the top, percent"), default=35, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("team member")
        verbose_name_plural = _("team")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(portrait_focus_x__lte=100, portrait_focus_y__lte=100),
                name="portrait_focus_is_percent",
            ),
        ]

    @classmethod
    def all_surgeons_double_certified(cls, language: str) -> bool:
        """Whether each published surgeon's own data names at least two board certifications."""
        counted = BOARDS_OF_SURGEONS.ask(now=timezone.now(), language=language)["boards"]
        return bool(counted) and min(boards for (boards,) in counted) >= 2

    @property
    def initials(self) -> str:
        """For the drawn portrait: first letters of the first and last name, without titles and degrees."""
        name = self.text.title.split(",")[0].removeprefix("Dr. ")
        words = [word for word in name.split() if word[0].isalpha()]
        return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()

    @property
    def portrait_focus(self) -> pictures.Focus:
        return pictures.Focus(self.portrait_focus_x, self.portrait_focus_y)

    @property
    def shown_portrait(self) -> Portrait | None:
        """None where there is no portrait."""
        if not self.portrait.name:
            return None
        sources = {
            extension: ", ".join(f"{self._portrait_url(size, extension)} {size}w" for size in pictures.SIZES)
            for extension in pictures.FORMATS
        }
        return Portrait(self.portrait_url, sources.pop("jpg"), tuple(sources.items()))

    @property
    def portrait_url(self) -> str:
        """The variant for browsers that read no ``srcset``."""
        return self._portrait_url(320, "jpg")

    def _portrait_url(self, size: int, extension: str) -> str:
        name = pictures.variant_name(str(self.portrait.name), self.portrait_focus, size, extension)
        return default_storage.url(name)

    @property
    def language_names(self) -> list[str]:
        return [_language_name(code, get_language()) for code in self.languages]

    @property
    def languages_in_words(self) -> str:
        return ", ".join(self.language_names)

    @property
    def places_in_words(self) -> str:
        """Where they work, of the places that ``PageQuerySet.with_places`` has loaded."""
        places: list[Any] = self.loaded_places  # type: ignore[attr-defined]
        return ", ".join(place.text.short_title for place in places)


@lru_cache(maxsize=256)
def _language_name(code: str, shown_in: str | None) -> str:
    """What a language is called in the one being shown; its code where we know no name."""
    try:
        return capfirst(gettext(get_language_info(code)["name"]))
    except KeyError:
        return code


def _boards_of_surgeons() -> models.QuerySet[Person, tuple[int]]:
    """How many board certifications each published surgeon's data name in this language."""
    named = models.Q(facts__key="board_certification", facts__language=Given("language"))
    surgeons = Person.objects.published(Given("now")).filter(role=Person.Role.SURGEON).order_by()
    return surgeons.annotate(boards=models.Count("facts", filter=named)).values_list("boards")


BOARDS_OF_SURGEONS = OneStatement(lambda: {"boards": _boards_of_surgeons()})
