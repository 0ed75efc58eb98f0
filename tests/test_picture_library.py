"""Pictures for texts: uploaded once, in the widths pages use; described and kept where they are used."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image
from pytest_django.fixtures import DjangoAssertNumQueries

from appointments import roles
from services import pictures
from services.markdown import render, render_inline
from services.models import Picture
from tests.builders import staff
from tests.content import add_page, add_point, add_update
from tests.html import parse
from tests.test_pictures import bomb, file_of, moving, stripes

pytestmark = pytest.mark.django_db
LIST = "/staff/services/picture/"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.MEDIA_ROOT = tmp_path
    yield tmp_path


@pytest.fixture
def editor(client: Client) -> Client:
    client.force_login(staff(roles.CONTENT_EDITOR))
    return client


def add_picture(key: str, width: int = 600, height: int = 300) -> Picture:
    stored = pictures.store_for_texts(pictures.cleaned(file_of(stripes(width, height)), least=100))
    return Picture.objects.create(key=key, file=stored.name, width=stored.width, height=stored.height)


def upload(editor: Client, data: bytes, name: str = "drops.jpg", key: str = "eye-drops") -> Any:
    return editor.post(f"{LIST}add/", {"key": key, "file": SimpleUploadedFile(name, data)})


def test_a_picture_is_stored_once_in_each_width_it_has_and_each_format(editor: Client) -> None:
    assert upload(editor, file_of(stripes(1200, 600)).read()).status_code == 302
    picture = Picture.objects.get()
    assert (picture.key, picture.width, picture.height) == ("eye-drops", 1200, 600)
    for width in (480, 960, 1200):
        for extension, kind in (("avif", "AVIF"), ("webp", "WEBP"), ("jpg", "JPEG")):
            name = pictures.width_name(str(picture.file), width, extension)
            with default_storage.open(name) as file, Image.open(file) as variant:
                assert (variant.format, variant.size) == (kind, (width, width // 2)), name
    assert len(default_storage.listdir("pictures")[1]) == 1 + 9


@pytest.mark.parametrize(
    ("width", "kept"), [(300, [300]), (480, [480]), (481, [480, 481]), (1600, [480, 960, 1440])]
)
def test_no_variant_is_wider_than_the_picture(width: int, kept: list[int]) -> None:
    assert pictures.widths(width) == kept


@pytest.mark.parametrize(
    ("data", "name", "says"),
    [
        (b"", "a.jpg", "The submitted file is empty."),
        (
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>",
            "a.svg",
            "SVG drawings can hold programs",
        ),
        (b"<?xml version='1.0'?>\n<SVG/>", "a.png", "SVG drawings can hold programs"),
        (b"<script>x()</script>", "a.jpg", "This is not a JPEG, PNG or WebP picture."),
        (file_of(stripes(), "GIF").read(), "renamed.jpg", "This is not a JPEG, PNG or WebP picture."),
        (moving("PNG").read(), "a.png", "This picture moves."),
        (bomb(10_000, 5_000), "a.png", "more than 40 megapixels"),
        (file_of(stripes(400, 99)).read(), "a.jpg", "at least 100 pixels each way"),
        (file_of(Image.effect_noise((300, 300), 80)).read()[:9000], "a.jpg", "damaged or incomplete"),
    ],
    ids=["empty", "svg", "svg as png", "script", "gif as jpg", "moving", "50 megapixels", "small", "cut off"],
)
def test_what_cannot_be_used_is_refused_beside_its_field(
    editor: Client, data: bytes, name: str, says: str, media: Path
) -> None:
    answer = upload(editor, data, name)
    assert answer.status_code == 200
    assert says in " ".join(parse(answer.content).texts("ul", css="errorlist"))
    assert not Picture.objects.exists() and not list(media.iterdir())


def test_a_text_shows_the_picture_with_its_size_and_its_description() -> None:
    picture = add_picture("eye-drops")
    add_page("/a/", "A", body='Before.\n\n![Drops & a "towel" > 2](picture:eye-drops)')
    shown = parse(Client().get("/a/").content).one("main").one("picture")
    image = shown.one("img").attributes
    assert image == {
        "src": picture.url, "srcset": image["srcset"], "sizes": image["sizes"], "width": "600",
        "height": "300", "alt": 'Drops & a "towel" > 2', "loading": "lazy", "decoding": "async",
    }  # fmt: skip
    assert [source.attributes["type"] for source in shown.all("source")] == ["image/avif", "image/webp"]
    for element in [*shown.all("source"), shown.one("img")]:
        parts = [part.split() for part in element.attributes["srcset"].split(", ")]
        assert [width for _address, width in parts] == ["480w", "600w"]
        assert all(default_storage.exists(address.removeprefix("/media/")) for address, _width in parts)
    answer = Client().get(picture.url)
    assert answer["Content-Type"] == "image/jpeg" and answer.getvalue()


def test_a_picture_that_opens_a_page_is_fetched_first(media: Path) -> None:
    add_picture("one"), add_picture("two")
    both = "![One](picture:one)\n\n![Two](picture:two)"
    add_page("/a/", "A", body=both)
    add_point(add_page("/b/", "B", body=both), "Something stands above it")
    add_page("/c/", "C", body=f"Words before.\n\n{both}")

    def order(path: str) -> list[tuple[str | None, str | None]]:
        told = [image.attributes for image in parse(Client().get(path).content).all("img")]
        return [(each.get("fetchpriority"), each.get("loading")) for each in told]

    first, later = ("high", None), (None, "lazy")
    assert order("/a/") == [first, later]
    assert order("/b/") == order("/c/") == [later, later]


@pytest.mark.parametrize(
    "source",
    [
        "https://evil.example/x.png", "//evil.example/x.png", "/media/portraits/x.jpg",
        "data:image/png;base64,AA",
        "picture:other", "picture:eye-drops?x", "picture:../eye-drops", "javascript:alert(1)", "eye-drops",
    ],
)  # fmt: skip
def test_no_other_picture_is_shown_only_its_description(source: str) -> None:
    add_picture("eye-drops")
    html = render(f"![Some **words**]({source})", language="en")
    assert "<img" not in html and "<source" not in html and "words" in html


def test_a_single_line_shows_no_picture() -> None:
    add_picture("eye-drops")
    assert render_inline("![Drops](picture:eye-drops) now", language="en") == "Drops now"


def test_the_list_says_what_to_paste_and_where_it_is_shown_at_no_cost_a_row(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    add_picture("eye-drops")
    add_page("/a/", "A", body="![Drops](picture:eye-drops)")
    editor.get(LIST)
    with django_assert_max_num_queries(12) as at_one:
        row = parse(editor.get(LIST).content).one("table", id="result_list").one("tbody").one("tr")
    assert "![what it shows](picture:eye-drops)" in row.text and "/a/" in row.text and "600 × 300" in row.text
    for number in range(4):
        add_picture(f"more-{number}", 480, 200 + number)
    with django_assert_max_num_queries(len(at_one)):
        editor.get(LIST)


def test_a_picture_in_use_is_not_deleted_and_it_is_said_where_it_is_shown(editor: Client) -> None:
    used, spare = add_picture("eye"), add_picture("eye-drops")
    add_point(add_page("/a/", "A"), "Point", body="![An eye](picture:eye)")
    add_update("Closed", body="![An eye](<picture:eye>)")
    answer = editor.post(f"{LIST}{used.pk}/delete/", {"post": "yes"})
    for place in ("/a/", "Closed"):
        assert f"picture:eye, shown on {place}" in answer.text
    chosen = {"action": "delete_selected", "_selected_action": [used.pk, spare.pk], "post": "yes"}
    editor.post(LIST, chosen)
    assert Picture.objects.count() == 2
    assert editor.post(f"{LIST}{spare.pk}/delete/", {"post": "yes"}).status_code == 302
    assert list(Picture.objects.all()) == [used]


def test_another_file_takes_the_place_of_the_old_one_under_the_same_key(editor: Client) -> None:
    picture = add_picture("eye-drops")
    changed = {
        "key": "new-key",
        "file": SimpleUploadedFile("b.png", file_of(stripes(800, 400), "PNG").read()),
    }
    assert editor.post(f"{LIST}{picture.pk}/change/", changed).status_code == 302
    after = Picture.objects.get()
    assert (after.key, after.width) == ("eye-drops", 800) and after.file.name != picture.file.name


@pytest.mark.parametrize("key", ["Eye", "eye drops", "eye--drops", "../eye", "eye)"])
def test_a_key_is_lower_case_words_with_hyphens(editor: Client, key: str) -> None:
    answer = upload(editor, file_of(stripes()).read(), key=key)
    assert "Use lower-case words with hyphens." in parse(answer.content).texts("ul", css="errorlist")
