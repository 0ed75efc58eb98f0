"""Staff screens: the queue and its requests, messages, the trail, accounts."""

from appointments.admin import accounts, messages, requests, trail

__all__ = ["accounts", "messages", "requests", "trail"]
