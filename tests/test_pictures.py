"""Portraits: what is no picture is refused with a reason; the rest loses its metadata and is cut to size."""

import io
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from appointments import roles
from services import pictures
from services.models import Person
from services.pictures import Focus
from tests.builders import staff
from tests.content import add_page, add_person
from tests.html import parse

RED, GREEN, BLUE = (220, 30, 30), (30, 200, 30), (30, 30, 220)
GPS, ORIENTATION, ARTIST = 0x8825, 0x0112, 0x013B


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    yield tmp_path


def stripes(width: int = 900, height: int = 600) -> Image.Image:
    """Three upright stripes: red, green, blue."""
    picture = Image.new("RGB", (width, height), GREEN)
    picture.paste(RED, (0, 0, width // 3, height))
    picture.paste(BLUE, (2 * width // 3, 0, width, height))
    return picture


def file_of(picture: Image.Image, kind: str = "JPEG", **options: Any) -> io.BytesIO:
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    buffer.seek(0)
    return buffer


def bomb(width: int, height: int) -> bytes:
    """A PNG of some hundred bytes that says it is this large."""
    chunks = [
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)),
        (b"IDAT", zlib.compress(bytes(1000))),
        (b"IEND", b""),
    ]
    parts = [
        struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        for name, data in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def moving(kind: str) -> io.BytesIO:
    return file_of(stripes(), kind, save_all=True, append_images=[stripes().rotate(90)])


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def near(pixel: Any, colour: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 40 for a, b in zip(pixel, colour, strict=True))


def refusal(upload: io.BytesIO) -> str:
    with pytest.raises(ValidationError) as refused:
        pictures.cleaned(upload)
    return str(refused.value.messages[0])


def test_metadata_is_left_behind() -> None:
    exif = Image.Exif()
    exif[ARTIST] = "Jane Doe"
    exif[GPS] = {1: "N", 2: (41.0, 30.0, 0.0)}
    data = file_of(stripes(), exif=exif, comment=b"a patient").read()
    assert b"Jane Doe" in data
    cleaned = pictures.cleaned(io.BytesIO(data))
    assert not opened(cleaned).getexif()
    assert b"Jane Doe" not in cleaned and b"a patient" not in cleaned and b"Exif" not in cleaned


def test_metadata_of_a_png_is_left_behind() -> None:
    from PIL.PngImagePlugin import PngInfo

    words = PngInfo()
    words.add_text("Author", "Jane Doe")
    cleaned = pictures.cleaned(file_of(stripes(), "PNG", pnginfo=words))
    assert b"Jane Doe" not in cleaned and opened(cleaned).format == "JPEG"


def test_a_picture_taken_sideways_stands_upright() -> None:
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    picture = opened(pictures.cleaned(file_of(stripes(900, 600), exif=exif)))
    assert picture.size == (600, 900)
    assert near(picture.getpixel((300, 50)), RED) and near(picture.getpixel((300, 850)), BLUE)


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB"), ("JPEG", "CMYK")])
def test_pictures_of_other_kinds_become_a_jpeg(kind: str, mode: str) -> None:
    cleaned = opened(pictures.cleaned(file_of(stripes().convert(mode), kind)))
    assert (cleaned.format, cleaned.mode, cleaned.size) == ("JPEG", "RGB", (900, 600))


def test_a_large_picture_is_made_smaller_in_its_own_shape() -> None:
    assert opened(pictures.cleaned(file_of(stripes(3000, 1500)))).size == (1600, 800)


@pytest.mark.parametrize(
    ("upload", "says"),
    [
        (io.BytesIO(b""), "This file is empty. Export the picture again."),
        (io.BytesIO(b"GIF89a" + b"\0" * 100), "This is not a JPEG, PNG or WebP picture."),
        (
            io.BytesIO(b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
            "SVG drawings can hold programs and are not taken. Export it as PNG.",
        ),
        (moving("PNG"), "This picture moves. Take one that stands still."),
        (moving("WEBP"), "This picture moves. Take one that stands still."),
        (file_of(stripes(), "GIF"), "This is not a JPEG, PNG or WebP picture."),
        (file_of(stripes(), "TIFF"), "This is not a JPEG, PNG or WebP picture."),
        (file_of(stripes(319, 900)), "This picture is too small: it needs at least 320 pixels each way."),
        (
            io.BytesIO(b"\xff\xd8" + b"\0" * pictures.MAX_BYTES),
            "This file is larger than 15 MB. Save the picture smaller and try again.",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_the_reason(upload: io.BytesIO, says: str) -> None:
    assert refusal(upload) == says


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("part", [0.4, 0.9])
def test_a_picture_that_was_cut_off_is_refused(kind: str, part: float) -> None:
    noise = Image.effect_noise((600, 600), 80).convert("RGB")
    data = file_of(noise, kind).read()
    assert "This picture is damaged or incomplete" in refusal(io.BytesIO(data[: int(len(data) * part)]))


def test_a_small_file_that_unpacks_to_a_huge_picture_is_refused_unopened() -> None:
    assert "megapixels" in refusal(io.BytesIO(bomb(6400, 6400)))
    assert "megapixels" in refusal(io.BytesIO(bomb(50_000, 50_000)))


def test_a_photograph_of_a_phone_that_holds_a_second_one_does_not_move() -> None:
    twofold = file_of(stripes(), "MPO", save_all=True, append_images=[stripes(300, 200)])
    with Image.open(twofold) as picture:
        assert picture.format == "MPO" and getattr(picture, "is_animated", False)
    twofold.seek(0)
    assert opened(pictures.cleaned(twofold)).size == (900, 600)


def test_what_was_transparent_becomes_white() -> None:
    clear = Image.new("RGBA", (400, 400), (0, 0, 0, 0))
    assert near(opened(pictures.cleaned(file_of(clear, "PNG"))).getpixel((200, 200)), (255, 255, 255))


def test_each_size_is_stored_in_each_format_under_the_digest_of_the_picture() -> None:
    name = pictures.store(pictures.cleaned(file_of(stripes())), Focus(50, 50))
    again = pictures.store(pictures.cleaned(file_of(stripes())), Focus(50, 50))
    other = pictures.store(pictures.cleaned(file_of(stripes(901, 600))), Focus(50, 50))
    assert name == again != other
    for size in (160, 320, 640):
        for extension, kind in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
            stored = pictures.variant_name(name, Focus(50, 50), size, extension)
            with default_storage.open(stored) as file, Image.open(file) as picture:
                assert (picture.format, picture.size) == (kind, (size, size)), stored
    assert len(default_storage.listdir("portraits")[1]) == 2 * (1 + 9)


@pytest.mark.parametrize(
    ("focus", "colours"),
    [
        (Focus(0, 50), (RED, GREEN)),
        (Focus(50, 0), (RED, BLUE)),
        (Focus(100, 100), (GREEN, BLUE)),
    ],
)
def test_the_crop_keeps_the_focus_point_and_stays_inside(focus: Focus, colours: tuple[Any, Any]) -> None:
    name = pictures.store(pictures.cleaned(file_of(stripes())), focus)
    with default_storage.open(pictures.variant_name(name, focus, 320, "jpg")) as file:
        picture = opened(file.read())
    assert near(picture.getpixel((40, 160)), colours[0])
    assert near(picture.getpixel((280, 160)), colours[1])


def test_the_crop_of_an_upright_picture_follows_the_focus_from_the_top() -> None:
    upright = stripes(900, 600).transpose(Image.Transpose.ROTATE_270)
    name = pictures.store(pictures.cleaned(file_of(upright)), Focus(50, 0))
    with default_storage.open(pictures.variant_name(name, Focus(50, 0), 160, "jpg")) as file:
        picture = opened(file.read())
    assert near(picture.getpixel((80, 20)), RED) and near(picture.getpixel((80, 140)), GREEN)


@pytest.fixture
def editor(db: None, client: Client) -> Client:
    client.force_login(staff(roles.CONTENT_EDITOR))
    return client


def upload(editor: Client, person: Person, data: bytes, name: str = "jane.jpg", **changes: Any) -> Any:
    address = f"/staff/services/person/{person.pk}/change/"
    fields = parse(editor.get(address).content).one("form", id="person_form").fields()
    return editor.post(address, {**fields, "portrait": SimpleUploadedFile(name, data), **changes})


def test_an_uploaded_portrait_is_shown_on_the_persons_page_and_in_the_list(editor: Client) -> None:
    add_page("/team/", "Team", kind="list")
    person = add_person("/team/jane/", "Jane Doe, MD")
    changes = {"portrait_focus_x": "10", "portrait_focus_y": "20"}
    answer = upload(editor, person, file_of(stripes()).read(), **changes)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/staff/services/person/")
    person.refresh_from_db()
    for path in ("/team/jane/", "/team/"):
        picture = parse(editor.get(path).content).one("main").one("picture")
        assert [source.attributes["type"] for source in picture.all("source")] == ["image/avif", "image/webp"]
        image = picture.one("img").attributes
        assert (image["width"], image["height"], image["alt"]) == ("320", "320", "")
        assert image["src"] == person.portrait_url and "-10-20-320.jpg" in image["src"]
        for source in [*picture.all("source"), picture.one("img")]:
            addresses = [part.split()[0] for part in source.attributes["srcset"].split(", ")]
            assert len(addresses) == 3
            for address in addresses:
                assert default_storage.exists(address.removeprefix("/media/")), address


def test_the_first_portrait_in_sight_is_fetched_first_and_all_others_when_they_are_near(db: None) -> None:
    place = add_page("/place/", "Place", kind="location")
    add_page("/team/", "Team", kind="list")
    for name in ("ann", "ben", "cem"):
        add_person(f"/team/{name}/", name, portrait="portraits/x.jpg").places.add(place)

    def order(path: str) -> list[tuple[str | None, str | None]]:
        told = [image.attributes for image in parse(Client().get(path).content).all("img")]
        return [(each.get("fetchpriority"), each.get("loading")) for each in told]

    first, later = ("high", None), (None, "lazy")
    assert order("/team/") == [first, later, later]
    assert order("/team/ben/") == [first]
    assert order("/place/") == [later, later, later]


def test_a_stored_portrait_is_served_and_kept_for_ever(editor: Client) -> None:
    person = add_person("/jane/", "Jane")
    upload(editor, person, file_of(stripes()).read())
    person.refresh_from_db()
    answer = editor.get(person.portrait_url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert opened(answer.getvalue()).size == (320, 320)


@pytest.mark.parametrize("path", ["nothing.jpg", "../clinic_site/settings.py", "portraits", "%2e%2e/x", ""])
def test_nothing_else_is_served_from_the_media_folder(db: None, client: Client, path: str) -> None:
    (Path(default_storage.location) / "portraits").mkdir()  # type: ignore[attr-defined]
    assert client.get(f"/media/{path}").status_code in (400, 404)


def test_a_new_focus_is_shown_without_a_new_upload_and_a_portrait_can_be_taken_away(editor: Client) -> None:
    person = add_person("/jane/", "Jane")
    upload(editor, person, file_of(stripes()).read())
    address = f"/staff/services/person/{person.pk}/change/"
    for changes, shown in (({"portrait_focus_x": "70"}, "-70-35-320.jpg"), ({"portrait-clear": "on"}, None)):
        fields = parse(editor.get(address).content).one("form", id="person_form").fields()
        assert editor.post(address, {**fields, **changes}).status_code == 302
        pictures_shown = parse(editor.get("/jane/").content).one("main").all("picture")
        assert bool(pictures_shown) is bool(shown)
        if shown:
            assert shown in pictures_shown[0].one("img").attributes["src"]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"no picture at all", "This is not a JPEG, PNG or WebP picture."),
        (b"", "The submitted file is empty."),
        (file_of(stripes(100, 100)).read(), "it needs at least 320 pixels each way"),
        (bomb(50_000, 50_000), "This picture has more than 40 megapixels."),
    ],
    ids=["no picture", "empty", "too small", "too large"],
)
def test_an_upload_that_cannot_be_used_is_a_mistake_beside_its_field(
    editor: Client, data: bytes, says: str
) -> None:
    person = add_person("/jane/", "Jane")
    answer = upload(editor, person, data)
    assert answer.status_code == 200
    assert any(says in errors for errors in parse(answer.content).texts("ul", css="errorlist"))
    person.refresh_from_db()
    assert not person.portrait.name


def test_a_focus_outside_of_the_picture_is_refused(editor: Client) -> None:
    person = add_person("/jane/", "Jane")
    answer = upload(editor, person, file_of(stripes()).read(), portrait_focus_x="101")
    assert answer.status_code == 200 and "errorlist" in answer.text
