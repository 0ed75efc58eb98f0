"""Static files: the parts of each style sheet joined into one, all names hashed, all text precompressed."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>[\w.-]+)\)(?P<media> print)?;')

COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
SPACES = re.compile(r'(?P<kept>"[^"]*")|\s*(?P<mark>[{};,])\s*|(?<=:)\s+')


class JoinedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Replaces each ``@import url("x.css") layer(y);`` of a style sheet by the file it names.

    A page has one style sheet: a second one would be a second connection to wait for before anything is
    painted. One file also compresses better than seven; the parts stay small files to work on.
    """

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if not dry_run:
            for name in [name for name in paths if name.endswith(".css")]:
                self._join(paths, name)
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, paths: dict[str, tuple[Storage, str]], name: str) -> None:
        source = _text(paths, name)
        if not IMPORT.search(source):
            return

        def inlined(match: re.Match[str]) -> str:
            rules = _text(paths, f"css/{match['name']}")
            if match["media"]:
                rules = f"@media print {{\n{rules}\n}}"
            return f"@layer {match['layer']} {{\n{rules}\n}}"

        self.delete(name)
        self.save(name, ContentFile(minified(IMPORT.sub(inlined, source)).encode()))
        paths[name] = (self, name)


def _text(paths: dict[str, tuple[Storage, str]], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()


def minified(css: str) -> str:
    """Without comments and without the spaces beside marks; what stands in quotes stays."""
    tight = SPACES.sub(lambda found: found["kept"] or found["mark"] or "", COMMENT.sub("", css))
    return tight.replace(";}", "}").strip()
