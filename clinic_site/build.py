"""Which code and settings a process runs: what, beside the content, decides how a page reads."""

import hashlib
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from django.conf import settings

CODE = ("clinic_site", "services", "appointments", "templates", "requirements.txt")
SETTINGS = ("DEMONSTRATION", "PUBLIC_ADDRESS", "TIME_ZONE", "LANGUAGES", "MEDIA_URL", "STATIC_URL")


@cache
def build() -> str:
    """The same on every node that runs the same; another after a deployment."""
    digest = hashlib.sha256()
    for path in _files():
        digest.update(f"{path.name}\n".encode() + path.read_bytes())
    for name in SETTINGS:
        digest.update(repr(getattr(settings, name)).encode())
    return digest.hexdigest()[:16]


def _files() -> Iterator[Path]:
    for name in CODE:
        path = settings.BASE_DIR / name
        if path.is_file():
            yield path
        for folder, folders, names in os.walk(path):
            folders[:] = sorted(set(folders) - {"__pycache__", "migrations"})
            yield from (Path(folder) / each for each in sorted(names))
    manifest = Path(settings.STATIC_ROOT) / "staticfiles.json"
    if manifest.exists():
        yield manifest
