"""Portraits: checked, stripped of metadata, cropped around a focus point, in the sizes pages use.

A portrait is uploaded once. Its cleaned original and its variants carry the digest of its bytes in their
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

FORMATS = {"avif": {"quality": 60}, "webp": {"quality": 80}, "jpg": {"quality": 82}}
MAX_PIXELS = 40_000_000
MAX_BYTES = 15 * 1024 * 1024
LONGEST_EDGE = 1600
READABLE = ("JPEG", "PNG", "WEBP")


@dataclass(frozen=True)
class Focus:
    """The point that a crop keeps nearest to its middle, in percent from the left and from the top."""

    x: int
    y: int


def cleaned(upload: IO[bytes]) -> bytes:
    """The picture as a JPEG without metadata, at most 1600 pixels long.

    Raises ValidationError, with a sentence that says why, for what is no picture, too large or cut off.
    """
    data = upload.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValidationError(_("This file is larger than 15 MB. Save the picture smaller and try again."))
    try:
        with Image.open(io.BytesIO(data), formats=READABLE) as picture:
            if picture.width * picture.height > MAX_PIXELS:
                raise Image.DecompressionBombError
            if min(picture.size) < SIZES[1]:
                raise ValidationError(_("This picture is too small: it needs at least 320 pixels each way."))
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
