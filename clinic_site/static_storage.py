"""Static files: the style sheet's parts joined into one, all names hashed, all text precompressed."""

import re
from collections.abc import Iterator
from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

IMPORT = re.compile(r'@import url\("(?P<name>[^"]+)"\) layer\((?P<layer>[\w.-]+)\)(?P<media> print)?;')


class JoinedStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """Replaces each ``@import url("x.css") layer(y);`` in ``css/site.css`` by the file it names.

    One file is one request and compresses better than seven; the parts stay small files to work on.
    """

    joined = "css/site.css"

    def post_process(
        self, paths: dict[str, tuple[Storage, str]], dry_run: bool = False, **options: Any
    ) -> Iterator[Any]:
        if self.joined in paths and not dry_run:
            self._join(paths)
        yield from super().post_process(paths, dry_run, **options)

    def _join(self, paths: dict[str, tuple[Storage, str]]) -> None:
        def inlined(match: re.Match[str]) -> str:
            rules = _text(paths, f"css/{match['name']}")
            if match["media"]:
                rules = f"@media print {{\n{rules}\n}}"
            return f"@layer {match['layer']} {{\n{rules}\n}}"

        content = _without_comments(IMPORT.sub(inlined, _text(paths, self.joined)))
        self.delete(self.joined)
        self.save(self.joined, ContentFile(content.encode()))
        paths[self.joined] = (self, self.joined)


def _text(paths: dict[str, tuple[Storage, str]], name: str) -> str:
    storage, path = paths[name]
    with storage.open(path) as file:
        return file.read().decode()


def _without_comments(css: str) -> str:
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    return re.sub(r"\n\s*", "\n", css)
