"""Requests and what hangs on them."""

from appointments.models.draft import EmergencyStop, RequestDraft
from appointments.models.event import Event
from appointments.models.export import Export
from appointments.models.limit import Attempt
from appointments.models.link_wish import LinkWish
from appointments.models.looking import Looking
from appointments.models.message import Message
from appointments.models.note import Note
from appointments.models.request import AppointmentRequest
from appointments.models.seal import Seal
from appointments.models.staff_session import StaffSession

__all__ = [
    "AppointmentRequest",
    "Attempt",
    "EmergencyStop",
    "Event",
    "Export",
    "LinkWish",
    "Looking",
    "Message",
    "Note",
    "RequestDraft",
    "Seal",
    "StaffSession",
]
