"""A finished page: its bytes in each encoding, and what an answer with them says of them."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass

import brotli

Headers = list[tuple[str, str]]

ENCODINGS = ("br", "gzip", "")
"""The best first; the last is the page as it is."""

BROTLI_QUALITY = 5
BROTLI_WINDOW = 17
"""128 kB, more than any page: larger ones, the default is 4 MB, only cost memory to set up."""

OF_THE_PAGE_ITSELF = {"content-length", "content-encoding", "etag", "vary"}
TOLD_AGAIN = {"cache-control", "vary", "etag", "content-location"}
"""What an answer "not modified" repeats: https://www.rfc-editor.org/rfc/rfc9110#section-15.4.5"""

FOR_STAFF = ("Cache-Control", "private, no-cache")
"""Who edits pages is shown what holds now: the browser asks each time."""


@dataclass(frozen=True, slots=True)
class Variant:
    """The page in one encoding."""

    content: list[bytes]
    etag: str
    headers: Headers
    headers_unchanged: Headers

    @classmethod
    def of(cls, content: bytes, encoding: str, digest: str, common: Headers) -> Variant:
        etag = f'"{digest}-{encoding}"' if encoding else f'"{digest}"'
        headers = [
            *common,
            *([("Content-Encoding", encoding)] if encoding else []),
            ("Content-Length", str(len(content))),
            ("ETag", etag),
            ("Vary", "Accept-Encoding"),
        ]
        unchanged = [(name, value) for name, value in headers if name.lower() in TOLD_AGAIN]
        return cls([content], etag, headers, unchanged)

    def is_what(self, if_none_match: str) -> bool:
        """Whether the browser has it already. Weak marks count too: proxies that compress set them."""
        if if_none_match == self.etag:
            return True
        tags = [tag.strip().removeprefix("W/") for tag in if_none_match.split(",")]
        return self.etag in tags or tags == ["*"]


@dataclass(frozen=True, slots=True)
class ReadyPage:
    """A page and its variants, by encoding. Browsers take brotli; gzip is made when first asked for."""

    variants: dict[str, Variant]
    size: int
    """Bytes, at most: gzip counts as if it saved nothing."""
    _digest: str
    _common: Headers

    @classmethod
    def make(cls, content: bytes, headers: Headers) -> ReadyPage:
        """Compress it, once for everybody."""
        compressed = brotli.compress(
            content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY, lgwin=BROTLI_WINDOW
        )
        return cls._of(compressed, content, headers)

    @classmethod
    def _of(cls, compressed: bytes, content: bytes, headers: Headers) -> ReadyPage:
        common = [header for header in headers if header[0].lower() not in OF_THE_PAGE_ITSELF]
        digest = hashlib.sha256(content).hexdigest()[:24]
        variants = {
            "br": Variant.of(compressed, "br", digest, common),
            "": Variant.of(content, "", digest, common),
        }
        return cls(variants, len(compressed) + 2 * len(content), digest, common)

    def variant(self, encoding: str) -> Variant:
        """The page in this one of ``ENCODINGS``."""
        made = self.variants.get(encoding)
        if made is None:  # two threads at once make the same
            content = gzip.compress(self.variants[""].content[0], mtime=0)
            made = self.variants[encoding] = Variant.of(content, encoding, self._digest, self._common)
        return made

    def packed(self) -> bytes:
        """For the shared store: one line of JSON, then the page in brotli and as it is."""
        compressed, content = self.variants["br"].content[0], self.variants[""].content[0]
        head = {"headers": self._common, "compressed": len(compressed)}
        return b"\n".join([json.dumps(head).encode(), compressed + content])

    @classmethod
    def unpacked(cls, packed: bytes) -> ReadyPage:
        """What ``packed`` gave."""
        line, _, rest = packed.partition(b"\n")
        head = json.loads(line)
        end = head["compressed"]
        return cls._of(rest[:end], rest[end:], [(name, value) for name, value in head["headers"]])


def for_staff(headers: Headers) -> Headers:
    """The same, not to be kept."""
    return [FOR_STAFF if name.lower() == "cache-control" else (name, value) for name, value in headers]


def best_encoding(accepted: str) -> str:
    """The one a browser gives the highest weight (RFC 9110, section 12.5.3), the best of equals."""
    weights = dict(_weighed(accepted.lower().split(",")))
    wanted = {encoding: weights.get(encoding, weights.get("*", 0.0)) for encoding in ENCODINGS[:-1]}
    best = max(wanted, key=lambda encoding: wanted[encoding])
    return best if wanted[best] > 0 else ""


def _weighed(parts: Iterable[str]) -> Iterable[tuple[str, float]]:
    for part in parts:
        name, *parameters = (each.strip() for each in part.split(";"))
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            yield name, float(weight)
        except ValueError:
            yield name, 0.0
