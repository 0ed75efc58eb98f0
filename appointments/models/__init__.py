"""Requests and what hangs on them."""

from appointments.models.draft import EmergencyStop, RequestDraft
from appointments.models.event import Event
from appointments.models.limit import Attempt
from appointments.models.link_wish import LinkWish
from appointments.models.message import Message
from appointments.models.note import Note
from appointments.models.request import AppointmentRequest

__all__ = [
    "AppointmentRequest",
    "Attempt",
    "EmergencyStop",
    "Event",
    "LinkWish",
    "Message",
    "Note",
    "RequestDraft",
]
