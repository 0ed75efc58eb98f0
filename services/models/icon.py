"""The icons that pages and points may wear."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Icon(models.TextChoices):
    """The icons of ``templates/drawings/icons.svg``."""

    ALERT = "alert", _("alert")
    BALANCE = "balance", _("balance")
    BOOK = "book", _("book")
    BREATH = "breath", _("breath")
    CALENDAR = "calendar", _("calendar")
    CARD = "card", _("card")
    CLOCK = "clock", _("clock")
    COMPASS = "compass", _("compass")
    CUP = "cup", _("cup")
    DROP = "drop", _("drop")
    EXERCISE = "exercise", _("exercise")
    EYE = "eye", _("eye")
    HAND = "hand", _("hand")
    HEART = "heart", _("heart")
    INFO = "info", _("information")
    LOCK = "lock", _("lock")
    MAIL = "mail", _("mail")
    MAP_PIN = "map-pin", _("map pin")
    NERVE = "nerve", _("nerve")
    PEOPLE = "people", _("people")
    PHONE = "phone", _("phone")
    PRINTER = "printer", _("printer")
    SCALPEL = "scalpel", _("scalpel")
    SHIELD = "shield", _("shield")
    SMILE = "smile", _("smile")
    SPEECH = "speech", _("speech")
    STAR = "star", _("star")
    STETHOSCOPE = "stethoscope", _("stethoscope")
    SYRINGE = "syringe", _("syringe")
    VIDEO = "video", _("video")
