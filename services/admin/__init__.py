"""Editors' screens."""

from services.admin import clinic, pages, updates

__all__ = ["clinic", "pages", "updates"]
