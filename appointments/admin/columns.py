"""The columns of the queue."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.timesince import timesince
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.admin import presence, presentation, unseen
from appointments.models import AppointmentRequest

COLUMNS: list[Any] = ["due", "urgency_and_why", "patient", "reach_by", "holder", "place_or_visit"]


class Columns(admin.ModelAdmin):
    """What a row of the queue shows. Expects the rows of ``queue.Queue``."""

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
        shown = stored.get_urgency_display()
        return format_html('<span class="urgency urgency-{}">{}</span>{}', stored.urgency, shown, why)

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
        outcome = f": {stored.get_outcome_display()}" if stored.outcome else ""
        where = f"{stored.get_status_display()}{outcome}"
        shown = [format_html('{}<br><span class="quiet">{}</span>', where, who)]
        said = presence.words(stored.looked_at_by)
        shown.append(format_html('<span class="looking" data-request="{}">{}</span>', stored.pk, said))
        if stored.may_take_up:
            shown.append(
                format_html(
                    '<button class="button take-up" name="seen_version" value="{}" formaction="{}">'
                    '{}<span class="visually-hidden"> {}</span></button>',
                    stored.version,
                    reverse("admin:appointments_appointmentrequest_claim", args=[stored.pk]),
                    _("Take up"),
                    stored.reference,
                )
            )
        return format_html_join("", "{}", ((part,) for part in shown))

    @admin.display(description=_("visit"))
    def place_or_visit(self, stored: AppointmentRequest) -> str:
        place = f" · {stored.place}" if stored.place else ""
        return f"{stored.get_visit_type_display()}{place}"
