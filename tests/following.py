"""A request with a private link, the addresses of its pages, and what is posted to them."""

from datetime import timedelta
from typing import Any

from django.urls import reverse

from appointments import private_link
from appointments.models import AppointmentRequest
from tests.builders import NOW, a_request

VISIT = NOW + timedelta(days=9)
IN_STATUS: dict[str, dict[str, Any]] = {
    "new": {},
    "in_review": {"status": "in_review"},
    "contacted": {"status": "contacted", "first_contact_at": NOW},
    "scheduled": {"status": "scheduled", "first_contact_at": NOW, "scheduled_for": VISIT},
    "closed": {"status": "closed", "outcome": "seen", "closed_at": NOW},
}
CONTACT = {"reach": "email", "email": "", "phone": "", "speaking_hard": "on"}
"""What the contact page posts of the builder's request when nothing is changed on it."""


def with_link(status: str = "new", **changes: Any) -> AppointmentRequest:
    """A stored request that its patient can follow."""
    request = a_request(**{**IN_STATUS[status], **changes})
    private_link.renew(request)
    request.save()
    return request


def page_of(request: AppointmentRequest, part: str = "") -> str:
    """The address of the page that shows the request, or of one of its parts."""
    return reverse(f"appointments:follow{part and '_' + part}", args=[private_link.token_of(request)])
