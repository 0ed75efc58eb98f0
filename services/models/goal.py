"""What patients hope for, and since when they have waited: the vocabularies of the treatments."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Goal(models.TextChoices):
    """What a patient wants; the one vocabulary for pages and for requests."""

    CLOSE_EYE = "close_eye", _("Close my eye")
    SMILE = "smile", _("Smile")
    EAT_DRINK = "eat_drink", _("Eat and drink")
    DROOLING = "drooling", _("Stop drooling")
    SPEAK = "speak", _("Speak clearly")
    COMFORT = "comfort", _("Less pain and discomfort")
    TIGHTNESS = "tightness", _("Less tightness and unwanted movement")
    BREATHE = "breathe", _("Breathe through my nose")
    EVEN = "even", _("Look more even")


class OnsetWindow(models.TextChoices):
    """Time since the paralysis began. What can be offered changes at these ages (see ``clinical.md``)."""

    DAYS = "days", _("Up to 3 days")
    WEEKS = "weeks", _("4 days to 3 months")
    MONTHS = "months", _("3 to 12 months")
    SECOND_YEAR = "second_year", _("1 to 2 years")
    YEARS = "years", _("More than 2 years")
    BIRTH = "birth", _("Since birth")
