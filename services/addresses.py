"""Addresses in a language: the default language has no prefix, others begin with theirs."""

from django.conf import settings


def prefix(language: str) -> str:
    """What stands before a page's path in this language."""
    return "" if language == settings.LANGUAGE_CODE else f"/{language}"


def in_language(path: str, language: str) -> str:
    """A path of this site in that language; any other link as it is."""
    inside = path.startswith("/") and not path.startswith("//")
    return f"{prefix(language)}{path}" if inside else path


def paths_above(path: str) -> list[str]:
    """On the way from the home page to this one, the home page first."""
    if path == "/":
        return []
    parts = path.strip("/").split("/")[:-1]
    return ["/"] + ["/" + "/".join(parts[: n + 1]) + "/" for n in range(len(parts))]
