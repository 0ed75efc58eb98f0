"""Addresses as their owner knows them again, and nobody else learns them."""

from __future__ import annotations

from appointments.fields import phone_as_written


def email_hidden(address: str) -> str:
    """The first letter and the domain: ``z…@example.org``."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}" if address else ""


def phone_hidden(number: str) -> str:
    """The last four digits: ``…0123``."""
    return f"…{phone_as_written(number)[-4:]}" if number else ""
