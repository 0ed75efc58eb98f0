"""The places where patients are seen."""

import zoneinfo
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from services.models.page import Page
from services.models.words import label_of
from services.opening_times import Opening, Span, opening_at
from services.phones import dialled, validate_phone

ZONE_NAMES = {
    "America/New_York": _("Eastern time"),
    "America/Chicago": _("Central time"),
    "America/Denver": _("Mountain time"),
    "America/Los_Angeles": _("Pacific time"),
}


def validate_time_zone(name: str) -> None:
    """Raise ValidationError where the name is no time zone of the tz database."""
    if name not in zoneinfo.available_timezones():
        raise ValidationError(_("Not a time zone. An example: America/New_York"))


class Location(Page):
    """A clinic building, with its address and hours."""

    class Region(models.TextChoices):
        OHIO = "ohio", _("Northeast Ohio")
        FLORIDA = "florida", _("Florida")

    region = models.CharField(_("region"), max_length=12, choices=Region)
    get_region_display = label_of("region", Region.choices)
    street = models.CharField(_("street"), max_length=120)
    city = models.CharField(_("city"), max_length=80)
    state = models.CharField(_("state"), max_length=2)
    postal_code = models.CharField(_("ZIP code"), max_length=10)
    phone = models.CharField(_("phone"), max_length=40, validators=[validate_phone])
    time_zone = models.CharField(_("time zone"), max_length=40, validators=[validate_time_zone])
    directions_url = models.URLField(_("link to directions"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")

    @property
    def phone_digits(self) -> str:
        """The number for a ``tel:`` link, with the US country code."""
        return dialled(self.phone)

    @property
    def zone_name(self) -> str:
        """The time zone as people call it; where we know no such name, the one of the tz database."""
        return str(ZONE_NAMES.get(self.time_zone, self.time_zone.replace("_", " ")))

    @property
    def address_lines(self) -> list[str]:
        return [self.street, f"{self.city}, {self.state} {self.postal_code}"]

    def calendar_address(self, clinic: str) -> str:
        """One line that calendars and maps understand: the clinic's name, then the address."""
        return ", ".join(filter(None, [clinic, *self.address_lines]))

    def opening_at(self, moment: datetime) -> Opening | None:
        """Whether it is open at this instant; None where no hours are known."""
        spans = [Span(day.weekday, day.opens, day.closes) for day in self.hours.all()]
        return opening_at(moment, spans, zoneinfo.ZoneInfo(self.time_zone))


class OpeningHours(models.Model):
    """One day of the week; a day without a row is closed. Times are the location's own."""

    location = models.ForeignKey(Location, on_delete=models.CASCADE, related_name="hours")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=sorted(WEEKDAYS.items()))
    get_weekday_display = label_of("weekday", WEEKDAYS.items())
    opens = models.TimeField(_("opens"))
    closes = models.TimeField(_("closes"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday"]
        constraints = [
            models.UniqueConstraint(fields=["location", "weekday"], name="opening_hours_once_a_day"),
            models.CheckConstraint(
                condition=models.Q(closes__gt=models.F("opens")), name="closes_after_it_opens"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens:%H:%M} to {self.closes:%H:%M}"
