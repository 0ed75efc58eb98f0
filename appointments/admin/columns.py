"""The columns of the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.admin import presence, presentation, unseen
from appointments.answers import UrgencyLevel, VisitType
from appointments.models import AppointmentRequest
from appointments.states import Outcome, Status

COLUMNS: list[Any] = ["due", "urgency_and_why", "patient", "reach_by", "holder", "place_or_visit"]

VISITS: dict[str, Any] = dict(VisitType.choices)
"""On a row the words of a code are asked of its enumeration: asked of the field, Django puts all its choices
together anew each time.
"""


class Columns(admin.ModelAdmin):
    """What a row of the queue shows. Expects the rows of ``queue.Queue``."""

    def action_checkbox(self, obj: AppointmentRequest) -> SafeString:
        """As Django writes it, without a form and its template for each row."""
        return format_html(
            '<input type="checkbox" name="{}" value="{}" class="action-select" aria-label="{}">',
            ACTION_CHECKBOX_NAME,
            obj.pk,
            gettext("Select %(reference)s") % {"reference": obj.reference},
        )

    @admin.display(description=_("answer due"))
    def due(self, stored: AppointmentRequest) -> SafeString:
        code, text = presentation.due(stored)
        since = timesince(stored.received_at, timezone.now(), depth=1)
        came = gettext("came %(time)s ago") % {"time": since}
        return format_html(
            '<span class="due due-{}">{}</span><br><span class="quiet">{}</span>', code, text, came
        )

    @admin.display(description=_("urgency, and why"))
    def urgency_and_why(self, stored: AppointmentRequest) -> SafeString:
        why = format_html_join("", "<div>{}</div>", ((text,) for text in presentation.reasons(stored)[:3]))
        return format_html(
            '<span class="urgency urgency-{}">{}</span>{}',
            stored.urgency,
            UrgencyLevel(stored.urgency).label,
            why,
        )

    @admin.display(description=_("patient"))
    def patient(self, stored: AppointmentRequest) -> SafeString:
        lines = ((text,) for text in unseen.told(stored))
        said = format_html_join("", '<br><strong class="warn">{}</strong>', lines)
        return format_html(
            '{}<br><span class="quiet">{}</span>{}', stored.patient_name, stored.reference, said
        )

    @admin.display(description=_("reach by"))
    def reach_by(self, stored: AppointmentRequest) -> SafeString:
        text = presentation.contact_way(stored)
        if not stored.speaking_hard:
            return format_html("{}", text)
        return format_html('{}<br><strong class="warn">{}</strong>', text, _("Speaking is hard"))

    @admin.display(description=_("status, and with"))
    def holder(self, stored: Any) -> SafeString:
        """Where it stands, who has it, who looks at it now, and the button that takes it up."""
        nobody = _("nobody yet") if stored.is_open else ""
        who = stored.assigned_to.get_username() if stored.assigned_to else nobody
        outcome = f": {Outcome(stored.outcome).label}" if stored.outcome else ""
        shown = format_html(
            '{}{}<br><span class="quiet">{}</span><span class="looking" data-request="{}">{}</span>',
            Status(stored.status).label, outcome, who, stored.pk, presence.words(stored.looked_at_by),
        )  # fmt: skip
        return shown + self._take_up(stored) if stored.may_take_up else shown

    def _take_up(self, stored: Any) -> SafeString:
        return format_html(
            '<button class="button take-up" name="seen_version" value="{}" formaction="{}">'
            '{}<span class="visually-hidden"> {}</span></button>',
            stored.version,
            stored.claim_address,
            gettext("Take up"),
            stored.reference,
        )

    @admin.display(description=_("visit"))
    def place_or_visit(self, stored: AppointmentRequest) -> str:
        place = f" · {stored.place}" if stored.place else ""
        return f"{VISITS.get(stored.visit_type, stored.visit_type)}{place}"
