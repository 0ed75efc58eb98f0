"""The patient's way, page by page."""

from appointments.views.advising import emergency, today
from appointments.views.asking import start, step
from appointments.views.sending import check, received

__all__ = ["check", "emergency", "received", "start", "step", "today"]
