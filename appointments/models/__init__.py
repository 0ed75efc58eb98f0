"""Requests and what hangs on them."""

from appointments.models.draft import EmergencyStop, RequestDraft
from appointments.models.event import Event
from appointments.models.message import Message
from appointments.models.note import Note
from appointments.models.request import AppointmentRequest

__all__ = ["AppointmentRequest", "EmergencyStop", "Event", "Message", "Note", "RequestDraft"]
