"""Likely duplicates in the words of the staff."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.duplicates import Alike, Likely

WHY = {
    Alike.EMAIL: _("same e-mail"),
    Alike.PHONE: _("same phone"),
    Alike.PERSON: _("same birth date and a similar name"),
}


def why(each: Likely) -> str:
    """What both have in common; and where it is the contact alone, that it is probably another person."""
    common = capfirst(", ".join(str(WHY[alike]) for alike in each.alike))
    if not each.another:
        return common
    return gettext(
        "%(common)s, but another name and birth date: probably someone asks for several people"
    ) % {"common": common}


def standing(each: Likely) -> str:
    """Where the other one stands, and when it came."""
    other = each.request
    status = other.get_status_display()
    outcome = f" ({other.get_outcome_display()})" if other.outcome else ""
    received = date_format(localtime(other.received_at), "M j, Y")
    return gettext("%(status)s, received %(day)s") % {"status": f"{status}{outcome}", "day": received}


def choices(likely: Iterable[Likely]) -> list[tuple[str, str]]:
    """As a form offers them: the id, and the reference with what tells one from another."""
    return [
        (str(each.request.pk), f"{each.request.reference}: {each.request.patient_name}, {standing(each)}")
        for each in likely
        if each.can_stand_for_it
    ]
