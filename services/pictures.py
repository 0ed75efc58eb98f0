"""Pictures: checked, stripped of metadata, in the sizes pages use; portraits cropped around a focus point.

A picture is uploaded once. Its cleaned original and its variants carry the digest of its bytes in their
names, so that they can be cached for ever.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from typing import IO

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps, UnidentifiedImageError

SIZES = (160, 320, 640)
"""Edges of the square variants, in pixels: a list entry and a person's page, on plain and dense screens."""

WIDTHS = (480, 960, 1440)
"""Widths of the variants of a picture in a text, in pixels, as far as the picture itself is as wide."""

FORMATS = {"avif": {"quality": 60}, "webp": {"quality": 80}, "jpg": {"quality": 82}}
MAX_PIXELS = 40_000_000
MAX_BYTES = 15 * 1024 * 1024
LONGEST_EDGE = 1600
READABLE = ("JPEG", "PNG", "WEBP")
LEAST_IN_A_TEXT = 100


@dataclass(frozen=True)
class Focus:
    """The point that a crop keeps nearest to its middle, in percent from the left and from the top."""

    x: int
    y: int


@dataclass(frozen=True)
class Stored:
    """A picture for texts: its name in the storage, and its size in pixels."""

    name: str
    width: int
    height: int


def cleaned(upload: IO[bytes], *, least: int = SIZES[1]) -> bytes:
    """The picture as a JPEG without metadata, at most 1600 pixels long.

    Raises ValidationError, with a sentence that says why, for what is no picture, moves, is cut off, too
    large, or smaller than ``least`` pixels either way.
    """
    data = upload.read(MAX_BYTES + 1)
    _refuse_by_its_bytes(data)
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as picture:
            _refuse_by_its_shape(picture, least)
            upright = _opaque(ImageOps.exif_transpose(picture))
    except UnidentifiedImageError as error:
        raise ValidationError(_("This is not a JPEG, PNG or WebP picture.")) from error
    except Image.DecompressionBombError as error:
        problem = _("This picture has more than 40 megapixels. Save it smaller and try again.")
        raise ValidationError(problem) from error
    except (OSError, SyntaxError, ValueError) as error:
        raise ValidationError(_("This picture is damaged or incomplete. Export it again.")) from error
    upright.info.clear()
    upright.thumbnail((LONGEST_EDGE, LONGEST_EDGE))
    return _encoded(upright, "jpg")


def _refuse_by_its_bytes(data: bytes) -> None:
    if not data:
        raise ValidationError(_("This file is empty. Export the picture again."))
    if len(data) > MAX_BYTES:
        raise ValidationError(_("This file is larger than 15 MB. Save the picture smaller and try again."))
    if b"<svg" in data[:4096].lower():
        raise ValidationError(_("SVG drawings can hold programs and are not taken. Export it as PNG."))


def _refuse_by_its_shape(picture: Image.Image, least: int) -> None:
    """Reads the header only. A phone's photograph may hold a second one (MPO): it does not move."""
    if picture.width * picture.height > MAX_PIXELS:
        raise Image.DecompressionBombError
    if min(picture.size) < least:
        problem = _("This picture is too small: it needs at least %(least)d pixels each way.")
        raise ValidationError(problem, params={"least": least})
    if picture.format != "MPO" and getattr(picture, "is_animated", False):
        raise ValidationError(_("This picture moves. Take one that stands still."))


def store_for_texts(original: bytes) -> Stored:
    """Store a cleaned picture for texts, and its variants in its own shape."""
    with Image.open(io.BytesIO(original)) as picture:
        whole = picture.convert("RGB")
    name = f"pictures/{hashlib.sha256(original).hexdigest()[:24]}.jpg"
    _save_once(name, original)
    for width in widths(whole.width):
        height = max(1, round(whole.height * width / whole.width))
        resized = whole.resize((width, height), Image.Resampling.LANCZOS)
        for extension in FORMATS:
            _save_once(width_name(name, width, extension), _encoded(resized, extension))
    return Stored(name, whole.width, whole.height)


def widths(width: int) -> list[int]:
    """In which widths a picture of this one is kept: never wider than it is."""
    return sorted({*(each for each in WIDTHS if each < width), min(width, WIDTHS[-1])})


def width_name(name: str, width: int, extension: str) -> str:
    """Where the variant of this width and format of a picture for texts is kept."""
    return f"{name.rsplit('.', 1)[0]}-{width}.{extension}"


def store(original: bytes, focus: Focus) -> str:
    """Store a cleaned picture and its square variants; returns the original's name in the storage."""
    name = f"portraits/{hashlib.sha256(original).hexdigest()[:24]}.jpg"
    _save_once(name, original)
    make_variants(name, focus)
    return name


def make_variants(name: str, focus: Focus) -> None:
    """Make what is not there yet of the variants of a stored original."""
    with default_storage.open(name) as file, Image.open(file) as picture:
        square = _square(picture.convert("RGB"), focus)
    for size in SIZES:
        resized = square.resize((size, size), Image.Resampling.LANCZOS)
        for extension in FORMATS:
            _save_once(variant_name(name, focus, size, extension), _encoded(resized, extension))


def variant_name(name: str, focus: Focus, size: int, extension: str) -> str:
    """Where the variant of this size and format of an original is kept."""
    return f"{name.rsplit('.', 1)[0]}-{focus.x}-{focus.y}-{size}.{extension}"


def _opaque(picture: Image.Image) -> Image.Image:
    """In the three colours of a JPEG; what was transparent is white."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")


def _square(picture: Image.Image, focus: Focus) -> Image.Image:
    edge = min(picture.size)
    left = round(picture.width * focus.x / 100 - edge / 2)
    top = round(picture.height * focus.y / 100 - edge / 2)
    left = max(0, min(left, picture.width - edge))
    top = max(0, min(top, picture.height - edge))
    return picture.crop((left, top, left + edge, top + edge))


def _encoded(picture: Image.Image, extension: str) -> bytes:
    buffer = io.BytesIO()
    formats = {"jpg": "JPEG", "webp": "WEBP", "avif": "AVIF"}
    picture.save(buffer, formats[extension], optimize=True, **FORMATS[extension])
    return buffer.getvalue()


def _save_once(name: str, data: bytes) -> None:
    if not default_storage.exists(name):
        default_storage.save(name, ContentFile(data))
