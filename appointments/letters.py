"""What a message says, in its own language, plain and as HTML from the same words.

The words are made anew at each attempt, and each time staff look at it, from the request as it is then; what
was sent is not kept.

The words are ``templates/messages/<kind>.txt``. They hold no symptom, no reason and no name: neither the
patient's, nor the clinic's, which may name what it treats; nothing personal stands in a subject. The HTML
carries no picture and loads nothing, so that opening it tells nobody.
"""

from __future__ import annotations

import re
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments import private_link
from appointments.models import AppointmentRequest, Event, Message
from services.models import Clinic

SUBJECTS = {
    Message.Kind.RECEIVED: _("We have your request"),
    Message.Kind.SCHEDULED: _("A date for your visit"),
    Message.Kind.UNSCHEDULED: _("Your visit needs a new date"),
    Message.Kind.CLOSED: _("Your request is closed"),
    Message.Kind.REOPENED: _("Your request is open again"),
    Message.Kind.LINK: _("Your private link"),
    Message.Kind.CONTACT: _("How we reach you has changed"),
    Message.Kind.CONTACT_OLD: _("We no longer write to this address"),
    Message.Kind.URGENT: _("A request is waiting for an answer today"),
}

NO_LINK = {Message.Kind.CONTACT_OLD, Message.Kind.URGENT}
"""Kinds without the private link: whoever reads them may not be the one who follows the request."""


def as_email(message: Message, *, hide_link: bool = False) -> EmailMultiAlternatives:
    """The message as it would be sent now. Its Message-ID and date are the same at each attempt.

    ``hide_link`` writes what stands there instead of the private link, for who only looks at the message.
    """
    event = Event.objects.filter(pk=message.event_id).first()
    with translation.override(message.language):
        subject = str(SUBJECTS[Message.Kind(message.kind)])
        text = _text(message, event, hide_link)
        paragraphs = text.strip().split("\n\n")
        html = render_to_string("messages/frame.html", {"subject": subject, "paragraphs": paragraphs})
    email = EmailMultiAlternatives(
        subject=subject,
        body=text,
        to=[message.recipient],
        headers=_headers(message, event.at if event else message.request.received_at),
    )
    email.attach_alternative(html, "text/html")
    return email


def _text(message: Message, event: Event | None, hide_link: bool) -> str:
    context = {
        "request": message.request,
        "clinic": Clinic.objects.prefetch_related("texts").first(),
        "address": settings.PUBLIC_ADDRESS.rstrip("/"),
        "link": _link(message, hide_link),
        "is_overdue": event is not None and event.action == "overdue",
    }
    text = render_to_string(f"messages/{message.kind}.txt", context).strip()
    return re.sub(r"\n{3,}", "\n\n", text) + "\n"


def _link(message: Message, hidden: bool) -> str:
    if message.kind in NO_LINK or not private_link.token_of(message.request):
        return ""
    return gettext("(the private link stands here)") if hidden else private_link.address_of(message.request)


def new_link_by_text(request: AppointmentRequest) -> str:
    """What staff send by text with a new private link, in the language the request was written in."""
    clinic = Clinic.objects.first()
    with translation.override(request.site_language):
        lines = [
            gettext("This is your new private link. It shows where your request stands:"),
            private_link.address_of(request),
            gettext("Your reference: %(reference)s") % {"reference": request.reference},
        ]
        if clinic is not None:
            lines.append(gettext("Questions? Phone %(phone)s.") % {"phone": clinic.phone})
    return "\n".join(lines)


def _headers(message: Message, written_at: datetime) -> dict[str, Any]:
    domain = settings.DEFAULT_FROM_EMAIL.rpartition("@")[2].strip("<> ")
    return {
        "Message-ID": f"<{message.message_key}@{domain}>",
        "Date": format_datetime(timezone.localtime(written_at)),
        "Auto-Submitted": "auto-generated",
        "Content-Language": message.language,
    }
