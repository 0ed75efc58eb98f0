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
    """All variants of a page, by encoding."""

    variants: dict[str, Variant]
    size: int

    @classmethod
    def make(cls, content: bytes, headers: Headers) -> ReadyPage:
        """Compress it, once for everybody."""
        compressed = brotli.compress(content, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        return cls._of([compressed, gzip.compress(content, mtime=0), content], headers)

    @classmethod
    def _of(cls, contents: list[bytes], headers: Headers) -> ReadyPage:
        common = [header for header in headers if header[0].lower() not in OF_THE_PAGE_ITSELF]
        digest = hashlib.sha256(contents[-1]).hexdigest()[:24]
        variants = {
            encoding: Variant.of(content, encoding, digest, common)
            for encoding, content in zip(ENCODINGS, contents, strict=True)
        }
        return cls(variants, sum(map(len, contents)))

    def packed(self) -> bytes:
        """For the shared store: one line of JSON, then the contents one after the other."""
        contents = [self.variants[encoding].content[0] for encoding in ENCODINGS]
        head = {"headers": self.variants[""].headers, "lengths": [len(content) for content in contents]}
        return b"\n".join([json.dumps(head).encode(), b"".join(contents)])

    @classmethod
    def unpacked(cls, packed: bytes) -> ReadyPage:
        """What ``packed`` gave."""
        line, _, rest = packed.partition(b"\n")
        head = json.loads(line)
        contents, start = [], 0
        for length in head["lengths"]:
            contents.append(rest[start : start + length])
            start += length
        return cls._of(contents, [(name, value) for name, value in head["headers"]])


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
