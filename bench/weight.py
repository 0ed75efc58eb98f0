"""How many bytes a browser waits for before it paints a page: HTML, style sheets, scripts that block.

    bench/run weight

Every address of the sitemap, in each language, and the pages beside it, as today's browsers ask for them.
Headers are not counted; the random padding that Django adds against BREACH is, at its longest. Ten TCP
segments come with the server's first answer, before the browser has confirmed any. Also counted: the HTML
with brotli at quality 5, as the server keeps published pages ready. And each page is looked through for
pictures without a size, pictures in the wrong order, and scripts that block.
"""

from __future__ import annotations

import gzip
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

import brotli  # noqa: E402

from bench.figures import Aim, machine, verdict  # noqa: E402
from bench.own_site import OwnSite, own_site  # noqa: E402
from tests.first_view import blocking, disorder  # noqa: E402
from tests.html import parse  # noqa: E402

FIRST_VIEW_BYTES = 14_336
LONGEST_PADDING = 100
LANGUAGES = ("", "/es")
BROWSER = {"Accept-Encoding": "gzip, deflate, br"}
BESIDE = {
    "request": "/request/",
    "request: a step": "/request/safety/",
    "request: emergency": "/request/emergency/",
    "search": "/search/",
    "search: answers": "/search/?q=face+droop",
    "error": "/no-such-page/",
    "explorer: chosen": "/facial-paralysis/treatments/?goal=smile",
}


@dataclass(frozen=True, slots=True)
class View:
    """Bytes of one page's first view: its HTML as sent and with brotli, what else blocks painting."""

    kind: str
    address: str
    sent: int
    ready: int
    blocking: int
    wrongs: list[str]

    @property
    def whole(self) -> int:
        return self.sent + self.blocking


def main() -> int:
    with own_site(real=False, pictures=True) as site:
        print(machine("django", "granian", "brotli"))
        views = list(measured(site))
    print(f"\n{len(views)} pages; the heaviest of each kind, in bytes:\n")
    print(f"{'kind':20} {'HTML':>6} {'brotli':>7} {'blocking':>9} {'first view':>11} {'with brotli':>12}")
    heaviest = {view.kind: view for view in sorted(views, key=lambda view: view.whole)}
    for view in sorted(heaviest.values(), key=lambda view: -view.whole):
        print(
            f"{view.kind:20} {view.sent:6} {view.ready:7} {view.blocking:9} {view.whole:11} "
            f"{view.ready + view.blocking:12}  {view.address}"
        )
    wrongs = [f"{view.address}: {wrong}" for view in views for wrong in view.wrongs]
    print("", *wrongs, sep="\n")
    return verdict(
        [
            Aim(
                "the heaviest first view",
                max(view.whole for view in views),
                most=FIRST_VIEW_BYTES,
                unit=" bytes",
            ),
            Aim("pictures and scripts that are not as they should be", len(wrongs), most=0),
        ]
    )


def measured(site: OwnSite) -> Iterator[View]:
    weigh = cache(lambda address: len(site.get(address, BROWSER).body))
    listed = re.findall(r"<loc>https?://[^/]+(/[^<]*)</loc>", site.get("/sitemap.xml").body.decode())
    for address in listed:
        yield view_of(site, site.kind(address), address, weigh)
    for kind, path in BESIDE.items():
        for language in LANGUAGES:
            yield view_of(site, kind, language + path, weigh)


def view_of(site: OwnSite, kind: str, address: str, weigh: Callable[[str], int]) -> View:
    answer = site.get(address, BROWSER)
    html = unpacked(answer.headers["Content-Encoding"], answer.body)
    page = parse(html)
    sent = (
        len(answer.body) + LONGEST_PADDING - padding(answer.body)
        if is_gzip(answer.body)
        else len(answer.body)
    )
    waited_for = sum(weigh(each) for each in blocking(page))
    return View(kind, address, sent, len(brotli.compress(html, quality=5)), waited_for, list(disorder(page)))


def unpacked(encoding: str | None, body: bytes) -> bytes:
    if encoding == "br":
        return brotli.decompress(body)
    return gzip.decompress(body) if encoding == "gzip" else body


def is_gzip(body: bytes) -> bool:
    return body.startswith(b"\x1f\x8b")


def padding(body: bytes) -> int:
    """Bytes of the file name in a gzip header, where Django puts its padding."""
    has_name = body[3] & 8
    return body.index(b"\0", 10) - 10 if has_name else LONGEST_PADDING


if __name__ == "__main__":
    sys.exit(main())
