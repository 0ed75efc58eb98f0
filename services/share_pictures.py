"""The picture that a shared link shows: the page's title, the clinic's name, and the nerve that parts.

A picture's name is the digest of all that is drawn on it, so that it can be kept for ever.
"""

from __future__ import annotations

import hashlib
import io
import json
import unicodedata
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image, ImageDraw, ImageFont

from services.models import Clinic, Page

SIZE = WIDTH, HEIGHT = 1200, 630
"""Pixels; the shape that Facebook, LinkedIn, X and chat programs crop least."""

DESIGN = 1
"""To be counted up with every change of the drawing: it gives all pictures new addresses."""

FONT = Path(__file__).resolve().parent.parent / "static" / "fonts" / "atkinson.woff2"
PAPER, TEXT, INK = "#fbf7ef", "#1c2b2b", "#0e4749"
MARGIN = 80
TITLE_WIDTH, TITLE_TOP, TITLE_HEIGHT = WIDTH - 2 * MARGIN, 148, 272
TITLE_SIZES = range(112, 43, -4)
LINE_HEIGHT = 1.14
WEIGHT = {"title": 680, "name": 560}
NAME_SIZE = 34
COLORS = 24
SHARPER = 3
"""Lines are drawn this many times larger and reduced: Pillow draws hard edges."""

STROKED = str.maketrans("łŁđĐħĦıŧŦ", "lLdDhHitT")
"""Letters that Unicode does not take apart into a letter and its accent."""

PNG_END = b"IEND\xaeB`\x82"
Point = tuple[float, float]
Curve = tuple[Point, Point, Point, Point]
BRANCHES: tuple[Curve, ...] = (
    ((0, 40), (74, 40), (148, 40), (224, 40)),
    ((30, 40), (117, 40), (108, 3), (224, 3)),
    ((72, 40), (140, 40), (133, 21.5), (224, 21.5)),
    ((72, 40), (140, 40), (133, 58.5), (224, 58.5)),
    ((30, 40), (117, 40), (108, 77), (224, 77)),
)
"""The curves of ``.parting`` in static/css/components.css."""

NERVE_AT, NERVE_SCALE, NERVE_STROKE = (0, 424), (WIDTH / 222, 2.25), 7
MARK: tuple[Curve, ...] = (
    ((0, 20), (12, 20), (26, 20), (38, 20)),
    ((4, 20), (17, 20), (14, 5), (29, 5)),
    ((11, 20), (20, 20), (20, 12.5), (35.5, 12.5)),
    ((11, 20), (20, 20), (20, 27.5), (35.5, 27.5)),
    ((4, 20), (17, 20), (14, 35), (29, 35)),
)
"""The curves of static/favicon.svg, in its square of 40."""

MARK_AT, MARK_SCALE = (MARGIN, 66), 1.4


@dataclass(frozen=True)
class Words:
    """All that differs between one picture and another."""

    title: str
    clinic: str

    @property
    def digest(self) -> str:
        drawn = json.dumps([DESIGN, self.title, self.clinic])
        return hashlib.sha256(drawn.encode()).hexdigest()[:24]


def words_of(page: Page, clinic: Clinic | None) -> Words:
    """What the picture of a page says, in the language its words are loaded in."""
    return Words(title=page.text.title, clinic=clinic.name if clinic else "")


def kept(digest: str) -> bytes | None:
    """The picture of that digest, if it was made before; one that is only half written counts as none."""
    try:
        with default_storage.open(_name(digest)) as file:
            data: bytes = file.read()
    except OSError:
        return None
    return data if data.endswith(PNG_END) else None


def make(words: Words) -> bytes:
    """Draw the picture, and keep it."""
    picture = draw(words).quantize(COLORS, dither=Image.Dither.NONE)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    data = buffer.getvalue()
    if not default_storage.exists(_name(words.digest)):
        default_storage.save(_name(words.digest), ContentFile(data))
    return data


def _name(digest: str) -> str:
    return f"share/{digest}.png"


def draw(words: Words) -> Image.Image:
    """The picture. What our font has no letters for is left out: better no words than empty boxes."""
    picture = Image.new("RGB", SIZE, PAPER)
    picture.paste(INK, mask=_lines())
    pen = ImageDraw.Draw(picture)
    clinic, title = drawable(words.clinic), drawable(words.title)
    if clinic:
        pen.text((MARGIN + 72, 94), clinic, INK, _font("name", NAME_SIZE), anchor="lm")
    if title:
        size, lines = fitted(title)
        step = size * LINE_HEIGHT
        middle = TITLE_TOP + (TITLE_HEIGHT - step * len(lines)) / 2
        for number, line in enumerate(lines):
            pen.text((MARGIN, middle + step * (number + 0.5)), line, TEXT, _font("title", size), anchor="lm")
    return picture


def drawable(text: str) -> str:
    """The text with accents our font lacks taken off; empty where letters would still be missing."""
    text = " ".join(unicodedata.normalize("NFC", text).split())
    bare = "".join(letter if _known(letter) else _without_accent(letter) for letter in text)
    return bare.strip() if all(map(_known, bare)) else ""


def _without_accent(letter: str) -> str:
    return unicodedata.normalize("NFKD", letter)[0].translate(STROKED)


def fitted(title: str) -> tuple[int, list[str]]:
    """The largest size, and the lines, in which the title fills its place without leaving it."""
    for size in TITLE_SIZES:
        font = _font("title", size)
        lines = _wrapped(title, font, TITLE_WIDTH)
        longest = max(map(font.getlength, title.split()))
        if longest <= TITLE_WIDTH and len(lines) * size * LINE_HEIGHT <= TITLE_HEIGHT:
            break
    for width in range(TITLE_WIDTH, min(TITLE_WIDTH, int(longest) + 1), -20):
        narrower = _wrapped(title, font, width)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return size, lines


def _wrapped(title: str, font: ImageFont.FreeTypeFont, width: float) -> list[str]:
    """Lines no wider than that; a word that is wider alone is cut."""
    lines = [""]
    for word in title.split():
        if font.getlength(f"{lines[-1]} {word}".strip()) <= width:
            lines[-1] = f"{lines[-1]} {word}".strip()
            continue
        lines.append("")
        for letter in word:
            if font.getlength(lines[-1] + letter) > width:
                lines.append("")
            lines[-1] += letter
    return [line for line in lines if line]


@cache
def _font(part: str, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT), size)
    font.set_variation_by_axes([WEIGHT[part]])
    return font


@cache
def _known(letter: str) -> bool:
    """Whether the font has this letter: what it lacks is drawn as U+FFFF is, which no font has."""
    font = _font("name", NAME_SIZE)
    missing, drawn = font.getmask("\uffff"), font.getmask(letter)
    return (drawn.size, bytes(drawn)) != (missing.size, bytes(missing))


def _lines() -> Image.Image:
    """A mask of what is drawn in lines: the clinic's mark, and the nerve across the whole width."""
    mask = Image.new("L", (WIDTH * SHARPER, HEIGHT * SHARPER))
    pen = ImageDraw.Draw(mask)
    for curve in BRANCHES:
        _stroke(pen, _placed(curve, NERVE_AT, NERVE_SCALE), NERVE_STROKE, 255)
    left, top = MARK_AT
    box = [left, top, left + 40 * MARK_SCALE, top + 40 * MARK_SCALE]
    pen.ellipse([edge * SHARPER for edge in box], fill=255)
    for curve in MARK:
        _stroke(pen, _placed(curve, MARK_AT, (MARK_SCALE, MARK_SCALE)), 2.25 * MARK_SCALE, 0)
    return mask.reduce(SHARPER)


def _placed(curve: Curve, at: Point, scale: Point) -> list[Point]:
    """Points along a cubic Bezier curve, moved and scaled."""
    steps = [step / 96 for step in range(97)]
    weights = [((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3) for t in steps]
    along = [
        tuple(sum(w * point[axis] for w, point in zip(ws, curve, strict=True)) for axis in (0, 1))
        for ws in weights
    ]
    return [(at[0] + x * scale[0], at[1] + y * scale[1]) for x, y in along]


def _stroke(pen: ImageDraw.ImageDraw, points: list[Point], width: float, fill: int) -> None:
    """A line with round ends."""
    radius = width * SHARPER / 2
    larger = [(x * SHARPER, y * SHARPER) for x, y in points]
    pen.line(larger, fill, round(2 * radius), joint="curve")
    for x, y in (larger[0], larger[-1]):
        pen.ellipse([x - radius, y - radius, x + radius, y + radius], fill)
