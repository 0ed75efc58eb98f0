"""The search of the queue: the words are posted and kept in the staff session; the address has a token."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.formats import date_format
from django.utils.http import urlencode
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from appointments import audit, finding
from appointments.admin.decisions import may
from appointments.search_words import LONGEST, Kind, Reading
from appointments.security.sessions import SEARCHES

FOUND = "found"
KEPT = 20
"""How many searches of one log-in are kept, the latest: for Back, reload and several tabs."""


SEARCH_IDS = "search_%s"


class SearchForm(forms.Form):
    """One box for everything."""

    words = forms.CharField(
        label=_("Search requests"),
        help_text=_(
            "Name, e-mail, phone, birth date or reference, or a name beside a birth date or phone number. "
            "Open and finished ones are found."
        ),
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={
            "required": _("Type what to search for."),
            "max_length": _("This is too long to search for. Type a part of it."),
        },
    )


@dataclass(frozen=True, slots=True)
class Found:
    """What the address asks for: the words of its token, and what they find now."""

    words: str
    ids: list[int]
    told: list[str]


def search_view(request: HttpRequest) -> HttpResponse:
    """POST finds and remembers; the list shows it. Raises PermissionDenied."""
    if not may(request, "view_appointmentrequest"):
        raise PermissionDenied
    queue = redirect("admin:appointments_appointmentrequest_changelist")
    if request.method != "POST":
        return queue
    form = SearchForm(request.POST)
    if not form.is_valid():
        messages.warning(request, " ".join(map(str, form.errors["words"])))
        return queue
    words = form.cleaned_data["words"]
    finding.search(actor=audit.staff(int(request.user.pk or 0)), words=words)
    token = secrets.token_urlsafe(12)
    kept = list(request.session.get(SEARCHES, {}).items())[1 - KEPT :]
    request.session[SEARCHES] = {**dict(kept), token: words}
    return redirect(f"{queue['Location']}?{urlencode({FOUND: token})}")


def found(request: HttpRequest) -> Found | None:
    """None where the address asks for no search. A token of another log-in finds nothing, and says so."""
    token = request.GET.get(FOUND)
    if not token:
        return None
    words = request.session.get(SEARCHES, {}).get(token)
    if words is None:
        return Found("", [], [gettext("This search is no longer kept. Type it again.")])
    findings = finding.find(words)
    return Found(words, findings.ids, _told(findings))


def _told(findings: finding.Findings) -> list[str]:
    """How many there are, and how the words were read, in plain words."""
    if not findings.readings:
        return [
            gettext(
                "This could not be read as a name, an e-mail address, a phone number, a birth date or a "
                "reference. Type at least two letters of a name, or the last four digits of a phone number."
            )
        ]
    count = len(findings.ids)
    if findings.more:
        told = [
            gettext("More than %(number)s found, open ones first. Type more to find less.")
            % {"number": count}
        ]
    elif count:
        told = [ngettext("%(number)s found.", "%(number)s found.", count) % {"number": count}]
    else:
        told = [gettext("Nothing found. Look for a typing error, or search for less.")]
    return told + [said for said in map(_read_as, findings.readings) if said]


def _read_as(reading: Reading) -> str:
    """Where it is not plain how the words were read."""
    if reading.kind == Kind.BIRTH:
        days: list[Any] = [date_format(day, "F j, Y") for day in reading.days]
        said = gettext("Read as a birth date: %(days)s.") % {"days": gettext(" or ").join(days)}
    elif reading.kind == Kind.PHONE:
        said = gettext("Read as a phone number or its last digits.")
    elif reading.kind == Kind.REFERENCE_PART:
        said = gettext("Read as the beginning or the end of a reference.")
    elif reading.kind == Kind.EMAIL and "@" not in reading.values[0]:
        said = gettext("Read as the beginning of an e-mail address.")
    else:
        return ""
    if reading.name:
        said += " " + gettext("Of these, only people of the name beside it.")
    return said
