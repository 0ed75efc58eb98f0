"""Numbers that came from outside."""


def is_id(text: str) -> bool:
    """Whether it is a number that the database could hold as an id."""
    return text.isascii() and text.isdecimal() and len(text) < 19
