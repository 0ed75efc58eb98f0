"""The clinic's hours in words, and whether a visit's time lies within them."""

from __future__ import annotations

from datetime import datetime

from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format, time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext, ngettext

from appointments import clinic_time
from appointments.urgency_rules import ClinicHours, Level, RuleSet


def in_words(hours: ClinicHours) -> str:
    """Monday to Friday, 8 a.m. to 5 p.m."""
    days = sorted(hours.days)
    names = [str(WEEKDAYS[day]) for day in days]
    in_a_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    shown = gettext("%(first)s to %(last)s") % {"first": names[0], "last": names[-1]}
    return gettext("%(days)s, %(opens)s to %(closes)s") % {
        "days": shown if in_a_row else ", ".join(names),
        "opens": time_format(hours.opens, "P"),
        "closes": time_format(hours.closes, "P"),
    }


def warning(moment: datetime, hours: ClinicHours) -> str:
    """Why this is an unusual time for a visit; empty within the hours."""
    if clinic_time.is_open_at(moment, hours):
        return ""
    day = clinic_time.clinic_today(moment, hours.time_zone)
    if day in hours.closed_on:
        return gettext("The clinic is closed on %(day)s (%(name)s).") % {
            "day": date_format(day, "l, F j, Y"),
            "name": hours.closed_on[day],
        }
    return gettext("%(when)s is outside the clinic’s hours (%(hours)s).") % {
        "when": date_format(localtime(moment, hours.time_zone), "l, F j, Y, g:i a"),
        "hours": in_words(hours),
    }


def target(level: str, ruleset: RuleSet) -> str:
    """Within which time requests of this urgency are answered."""
    targets = ruleset.targets
    if level == Level.SAME_DAY:
        count = targets.same_day_clinic_hours
        return ngettext("within %(count)s clinic hour", "within %(count)s clinic hours", count) % {
            "count": count
        }
    count = targets.soon_working_days if level == Level.SOON else targets.routine_working_days
    return ngettext("within %(count)s working day", "within %(count)s working days", count) % {"count": count}
