"""What has changed in the checkout since something was made from it."""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

COLLECTED_BY = ("requirements.txt", "clinic_site/settings.py", "clinic_site/static_storage.py")
NOT_CODE = {"__pycache__", "static"}


def static_stamp(checkout: Path) -> str:
    """A digest of all that collecting the static files depends on."""
    static = [checkout / "static", *(package / "static" for package in _packages(checkout))]
    return _digest(checkout, [*(checkout / name for name in COLLECTED_BY), *_below(static)])


def code_stamp(checkout: Path) -> str:
    """A digest of all that preparing the database depends on: the packages' code and what lies beside it."""
    return _digest(checkout, [checkout / "requirements.txt", *_below(_packages(checkout), but=NOT_CODE)])


def _digest(checkout: Path, paths: Iterable[Path]) -> str:
    """Of names, sizes and times, not of contents, to be quick."""
    digest = hashlib.sha256()
    for path in sorted(path for path in paths if path.exists()):
        found = path.stat()
        digest.update(f"{path.relative_to(checkout)} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def _packages(checkout: Path) -> list[Path]:
    return [package.parent for package in checkout.glob("*/__init__.py")]


def _below(roots: Iterable[Path], *, but: Iterable[str] = ()) -> Iterator[Path]:
    for root in roots:
        for folder, folders, names in os.walk(root):
            folders[:] = [name for name in folders if name not in but]
            yield from (Path(folder) / name for name in names)
