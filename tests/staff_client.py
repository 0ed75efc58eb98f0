"""A signed-in member of staff without a browser, the addresses of their screens, and what these changed."""

from typing import Any

from django.db.models import QuerySet
from django.test import Client
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_totp.models import TOTPDevice

from appointments import audit
from appointments.models import AppointmentRequest, Event, Message, Note
from tests.builders import NOW, staff

QUEUE = "/staff/appointments/appointmentrequest/"
TRAIL = "/staff/appointments/event/"
MESSAGES = "/staff/appointments/message/"
ACCOUNTS = "/staff/auth/user/"
CLOSED = {"status": "closed", "outcome": "seen", "closed_at": NOW}
DECISIONS: list[tuple[str, dict[str, Any]]] = [
    ("step/take_up/", {}),
    ("step/contact/", {}),
    ("step/close/", {"outcome": "referred", "reason": "To Columbus."}),
    ("urgency/", {"level": "same_day", "reason": "The eye is red."}),
    ("note/", {"text": "Her sister phoned."}),
    ("contact/", {"reach": "email", "email": "new@example.org", "reason": "By phone."}),
]


def as_(*role_names: str, strict: bool = False) -> Client:
    """A signed-in browser of someone with these roles."""
    client = Client(enforce_csrf_checks=strict)
    client.force_login(staff(*role_names))
    return client


def proven(client: Client) -> Client:
    """The same browser after its second factor, as it is needed outside the demonstration."""
    session = client.session
    device = TOTPDevice.objects.create(user_id=session["_auth_user_id"], name="app")
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


def text(response: Any) -> str:
    page: str = response.content.decode()
    return page


def change(stored: AppointmentRequest) -> str:
    return f"{QUEUE}{stored.pk}/change/"


def step(stored: AppointmentRequest, action: str) -> str:
    return f"{QUEUE}{stored.pk}/step/{action}/"


def state(stored: AppointmentRequest) -> tuple[str, int, int, int, int]:
    """Everything a decision could have changed."""
    stored.refresh_from_db()
    counts = (happened().count(), Message.objects.count(), Note.objects.count())
    return (stored.status, stored.version, *counts)


def happened() -> QuerySet[Event]:
    """The trail without who looked, or was refused."""
    return Event.objects.exclude(action__in=audit.LOOKS)
