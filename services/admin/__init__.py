"""Editors' screens."""

from services.admin import clinic, glossary, pages, pictures, search, updates

__all__ = ["clinic", "glossary", "pages", "pictures", "search", "updates"]
