"""One normal form of a person's name, by which two spellings of it are known as the same."""

from __future__ import annotations

import unicodedata


def normal(name: str) -> str:
    """Letters and digits alone, in small letters without accents: “Zoë O’Hara” and “ZOE O'HARA” are one."""
    decomposed = unicodedata.normalize("NFKD", name).casefold()
    return "".join(character for character in decomposed if character.isalnum()) or name
