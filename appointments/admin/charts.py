"""Charts: numbers in, SVG out. No clock, no database, no style and no script of their own.

Nothing is scaled: what runs along is told in percent, what stands up in pixels, so that the words keep their
size from 320 px to paper. Parts differ by pattern (``dashboard.html`` draws the patterns), never by color
alone. A drawing is one image for a screen reader, with its title and its numbers in words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

PLOT = 168
"""Pixels that the tallest column may take."""
ABOVE, BELOW, AXIS = 14, 40, 40
ROW, BAR = 46, 18
MOST_OF_TARGET = 3.0
"""Waits longer than so many times their target are cut off there, with an arrow."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is drawn, for who cannot see it. ``code`` names it in the page."""

    code: str
    title: str
    description: str


@dataclass(frozen=True, slots=True)
class Row:
    """One bar: what it is about, what it comes to in words, and its parts in the order of the patterns."""

    label: str
    value: str
    parts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """How long half and nine in ten waited, as shares of their target; None where nobody was reached."""

    label: str
    value: str
    half: float | None
    nine_in_ten: float | None


def columns(
    words: Words, slots: Sequence[Sequence[int]], labels: Mapping[int, Sequence[str]], patterns: Sequence[str]
) -> SafeString:
    """Stacked columns, one for each slot; ``labels`` are the lines under some of them."""
    top, step = scale(max((sum(parts) for parts in slots), default=0))
    ticks = range(0, top + 1, step)
    lines = format_html_join(
        "",
        '<line class="grid" x1="0" x2="100%" y1="{}" y2="{}"/>',
        ((_y(tick, top), _y(tick, top)) for tick in ticks),
    )
    axis = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="end">{}</text>',
        ((AXIS - 6, _y(tick, top) + 4, f"{tick:,}") for tick in ticks),
    )
    width = 100 / len(slots)
    bars = (
        _part(pattern, f"{(place + 0.12) * width:.3f}%", y, f"{0.76 * width:.3f}%", tall)
        for place, parts in enumerate(slots)
        for pattern, y, tall in _stacked(parts, patterns, top)
    )
    under = (
        _text(f"{(place + 0.5) * width:.2f}%", ABOVE + PLOT + 16 + 15 * number, _anchor(place, slots), line)
        for place, said in labels.items()
        for number, line in enumerate(said)
    )
    height = ABOVE + PLOT + BELOW
    drawn = _drawing(words, height, [lines, *bars, *under])
    return format_html(
        '<div class="plot"><svg class="axis" width="{}" height="{}" aria-hidden="true">{}</svg>{}</div>',
        AXIS,
        height,
        axis,
        drawn,
    )


def bars(words: Words, rows: Sequence[Row], patterns: Sequence[str], *, of_each: bool = False) -> SafeString:
    """Lying bars against the longest of them; with ``of_each`` each bar is a whole, and its parts shares."""
    longest = max((sum(row.parts) for row in rows), default=0)
    drawn = []
    for number, row in enumerate(rows):
        y, whole = number * ROW, sum(row.parts) if of_each else longest
        drawn += [_text("0", y + 15, "start", row.label, "label"), _text("100%", y + 15, "end", row.value)]
        drawn.append(_track(y + 21))
        done = 0
        for pattern, part in zip(patterns, row.parts, strict=True):
            if part:
                along = f"{100 * done / whole:.3f}%", y + 21, f"{100 * part / whole:.3f}%"
                drawn.append(_part(pattern, *along, BAR))
            done += part
    return _drawing(words, len(rows) * ROW, drawn)


def against_target(words: Words, rows: Sequence[Reached], target: str) -> SafeString:
    """Each row against its own target, which is one line through all of them."""
    longest = max((row.nine_in_ten for row in rows if row.nine_in_ten is not None), default=0.0)
    most = min(max(longest * 1.08, 1.3), MOST_OF_TARGET)
    at, drawn = f"{100 / most:.2f}%", []
    for number, row in enumerate(rows):
        y = 20 + number * ROW
        drawn += [_text("0", y + 15, "start", row.label, "label"), _text("100%", y + 15, "end", row.value)]
        drawn.append(_track(y + 21))
        if row.half is None or row.nine_in_ten is None:
            continue
        half, nine = (min(each / most, 1) * 100 for each in (row.half, row.nine_in_ten))
        drawn.append(_part("solid", "0", y + 21, f"{half:.3f}%", BAR))
        drawn.append(_part("hatch", f"{half:.3f}%", y + 21, f"{nine - half:.3f}%", BAR))
        if row.nine_in_ten > most:
            drawn.append(_text("100%", y + 21 + BAR - 4, "end", "▸", "beyond"))
    marks = [
        format_html('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>', css, at, at, y, y + BAR + 8)
        for y in (20 + number * ROW + 17 for number in range(len(rows)))
        for css in ("target-edge", "target")
    ]
    return _drawing(words, 20 + len(rows) * ROW, [*drawn, *marks, _text(at, 13, "middle", target, "label")])


def swatch(pattern: str) -> SafeString:
    """The pattern as a small square, for a legend."""
    drawn = _part(pattern, "1", 1, "14", 14)
    return format_html('<svg class="swatch" width="16" height="16" aria-hidden="true">{}</svg>', drawn)


def scale(largest: int) -> tuple[int, int]:
    """A round number not below the largest, and the whole step between its lines, of which there are few."""
    step = 1
    while step * 4 < largest:
        step = step * 5 // 2 if str(step)[0] == "2" else step * 2
    return max(step * -(-largest // step), step), step


def _stacked(parts: Sequence[int], patterns: Sequence[str], top: int) -> Iterable[tuple[str, float, float]]:
    """Pattern, upper edge and height of each part, the first one at the bottom."""
    below = 0
    for pattern, part in zip(patterns, parts, strict=True):
        if part:
            yield pattern, _y(below + part, top), round(part / top * PLOT, 2)
        below += part


def _y(value: int, top: int) -> float:
    return round(ABOVE + PLOT * (1 - value / top), 2)


def _anchor(place: int, slots: Sequence[object]) -> str:
    """Words under the first and last columns keep within the drawing."""
    share = (place + 0.5) / len(slots)
    return "start" if share < 0.06 else "end" if share > 0.94 else "middle"


def _part(pattern: str, x: str, y: float, width: str, height: float) -> SafeString:
    return format_html(
        '<rect class="part" fill="url(#{})" x="{}" y="{}" width="{}" height="{}"/>',
        pattern,
        x,
        y,
        width,
        height,
    )


def _track(y: int) -> SafeString:
    return format_html('<rect class="track" x="0" y="{}" width="100%" height="{}"/>', y, BAR)


def _text(x: str, y: float, anchor: str, said: str, css: str = "") -> SafeString:
    named = format_html(' class="{}"', css) if css else ""
    return format_html('<text{} x="{}" y="{}" text-anchor="{}">{}</text>', named, x, y, anchor, said)


def _drawing(words: Words, height: int, drawn: Iterable[SafeString]) -> SafeString:
    return format_html(
        '<svg class="chart" width="100%" height="{0}" role="img" aria-labelledby="{1}-title" '
        'aria-describedby="{1}-words"><title id="{1}-title">{2}</title>'
        '<desc id="{1}-words">{3}</desc>{4}</svg>',
        height,
        words.code,
        words.title,
        words.description,
        format_html_join("", "{}", ((each,) for each in drawn)),
    )
