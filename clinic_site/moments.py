"""Days and instants in words, each language in its own order; nothing that could be read as another day."""

from __future__ import annotations

from datetime import date, datetime

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, pgettext, pgettext_lazy

ZONES = {
    "EST": pgettext_lazy("time zone", "EST"),
    "EDT": pgettext_lazy("time zone", "EDT"),
    "CST": pgettext_lazy("time zone", "CST"),
    "CDT": pgettext_lazy("time zone", "CDT"),
    "MST": pgettext_lazy("time zone", "MST"),
    "MDT": pgettext_lazy("time zone", "MDT"),
    "PST": pgettext_lazy("time zone", "PST"),
    "PDT": pgettext_lazy("time zone", "PDT"),
}


def moment(instant: datetime) -> str:
    """An instant by the clinic's clock: Monday, November 23, 2026, 5:00 p.m. (EST)."""
    local = localtime(instant)
    zone = local.tzname() or ""
    return gettext("%(when)s (%(zone)s)") % {
        "when": date_format(local, pgettext("date format", "l, F j, Y, g:i a")),
        "zone": ZONES.get(zone, zone),
    }


def day(on: date) -> str:
    """Monday, November 23, 2026."""
    return date_format(on, pgettext("date format", "l, F j, Y"))


def day_soon(on: date) -> str:
    """Monday, November 23: for a day of the coming week."""
    return date_format(on, pgettext("date format", "l, F j"))
