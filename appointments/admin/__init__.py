"""Staff screens: the queue and its requests, messages, the trail, accounts."""

from appointments.admin import accounts, exports, messages, requests, trail

__all__ = ["accounts", "exports", "messages", "requests", "trail"]
