"""When the static files must be collected again."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

DECIDING_FILES = ("requirements.txt", "clinic_site/settings.py", "clinic_site/static_storage.py")


def static_stamp(checkout: Path) -> str:
    """A digest of all that collecting depends on: names, sizes and times, not contents, to be quick."""
    digest = hashlib.sha256()
    for path in sorted(_sources(checkout)):
        found = path.stat()
        digest.update(f"{path.relative_to(checkout)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _sources(checkout: Path) -> Iterator[Path]:
    for name in DECIDING_FILES:
        if (checkout / name).exists():
            yield checkout / name
    packages = [package.parent for package in checkout.glob("*/__init__.py")]
    for static in [checkout / "static", *(package / "static" for package in packages)]:
        for folder, _, names in os.walk(static):
            yield from (Path(folder) / name for name in names)
