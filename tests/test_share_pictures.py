"""The pictures that shared links show: what is drawn, for whom, and kept for ever."""

from __future__ import annotations

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from PIL import Image, ImageChops

from services import share_pictures
from services.models import Page, PageText
from services.rendering import render_page, stored
from services.share_pictures import Words, drawable, fitted
from tests.content import add_clinic, add_page
from tests.html import parse

LONGEST = (
    "Parálisis facial: qué es, cómo se diagnostica y qué podemos hacer según el tiempo que ha pasado, "
    "¿verdad, señora Ñandú?"
)
TITLES = ["Bell's palsy", "Orthodromic temporalis tendon transfer", LONGEST, "É" * 120]


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = str(tmp_path)
    return tmp_path


def address(client: Client, path: str) -> str:
    """Where the page says its picture is, as a path of this site."""
    picture = parse(client.get(path).content).one("meta", property="og:image").attributes["content"]
    return re.sub(r"^https?://[^/]+", "", picture)


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def drawn_part(words: Words, below: int, above: int) -> tuple[int, int, int, int] | None:
    """The box around what is drawn of the words between these heights; None where nothing is."""
    with_words, without = (share_pictures.draw(each) for each in (words, Words("", "")))
    band = (0, below, share_pictures.WIDTH, above)
    return ImageChops.difference(with_words.crop(band), without.crop(band)).getbbox()


@pytest.mark.django_db
def test_a_page_names_a_small_picture_of_the_shape_that_previews_show(client: Client) -> None:
    add_clinic()
    add_page("/a/", "Parálisis facial & más")
    answer = client.get(address(client, "/a/"))
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/png")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert opened(answer.content).size == (1200, 630)
    assert len(answer.content) < 40_000


@pytest.mark.django_db
def test_a_picture_is_drawn_once_and_then_kept(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    add_page("/", "Home", kind="home")
    where = address(client, "/")
    first = client.get(where).content
    monkeypatch.setattr(share_pictures, "draw", None)
    assert client.get(where).content == first
    PageText.objects.update(title="Another")
    assert client.get(where).status_code == 404


@pytest.mark.django_db
def test_a_picture_that_was_kept_by_half_is_drawn_again(client: Client, media: Path) -> None:
    add_page("/a/", "A")
    where = address(client, "/a/")
    whole = client.get(where).content
    (kept,) = media.rglob("*.png")
    kept.write_bytes(whole[:500])
    assert client.get(where).content == whole


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path", ["/share/a/{0}.png", "/share/{0}.png", "/share/b/{1}.png", "/share/draft/{2}.png"]
)
def test_nobody_has_other_words_drawn(client: Client, media: Path, path: str) -> None:
    add_page("/a/", "A")
    add_page("/b/", "B")
    add_page("/draft/", "D", status="draft")
    digests = ["0" * 24, Words("A", "").digest, Words("D", "").digest]
    assert client.get(path.format(*digests)).status_code == 404
    assert not list(media.rglob("*.png"))


@pytest.mark.django_db
def test_title_clinic_and_design_each_give_a_picture_of_its_own(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page("/a/", "A")
    found = [address(client, "/a/")]
    clinic = add_clinic()
    found.append(address(client, "/a/"))
    clinic.name = "Another"
    clinic.save()
    found.append(address(client, "/a/"))
    PageText.objects.update(title="B")
    found.append(address(client, "/a/"))
    monkeypatch.setattr(share_pictures, "DESIGN", 2)
    found.append(address(client, "/a/"))
    assert len(set(found)) == 5
    assert all(re.fullmatch("/share/a/[0-9a-f]{24}.png", each) for each in found)


@pytest.mark.django_db
def test_a_page_that_is_not_public_names_no_picture(rf: Any) -> None:
    add_page("/a/", "Not yet", status="draft")
    shown = parse(render_page(rf.get("/staff/preview/"), stored("/a/", "en")).content)
    assert not shown.all("meta", property="og:image")
    assert shown.one("meta", name="robots").attributes["content"] == "noindex"


@pytest.mark.parametrize("title", TITLES)
def test_the_longest_titles_stay_within_their_place(title: str) -> None:
    box = drawn_part(Words(title, ""), 0, 630)
    assert box is not None
    left, top, right, bottom = box
    assert left >= share_pictures.MARGIN - 4 and right <= 1200 - share_pictures.MARGIN + 4
    assert top >= share_pictures.TITLE_TOP - 12 and bottom <= 430


def test_short_titles_are_large_and_long_ones_small_and_none_ends_in_a_lonely_word() -> None:
    sizes = [fitted(title)[0] for title in TITLES[:3]]
    assert sizes == sorted(sizes, reverse=True) and sizes[0] > 100 > 60 >= sizes[-1]
    assert fitted("Care for facial paralysis in Ohio and Florida")[1] == [
        "Care for facial paralysis",
        "in Ohio and Florida",
    ]


def test_spanish_letters_are_drawn_and_others_lose_their_accent_or_are_left_out() -> None:
    assert drawable("¿Qué señora güe? Ñandú") == "¿Qué señora güe? Ñandú"
    assert drawable("n\u0303") == "ñ"
    assert drawable("Łukasz Čapek") == "Lukasz Capek"
    assert drawable("中文") == ""
    assert drawn_part(Words("中文", ""), 0, 630) is None


def test_an_accent_is_seen() -> None:
    plain, accented = (share_pictures.draw(Words(title, "")) for title in ("Paralisis", "Parálisis"))
    assert ImageChops.difference(plain, accented).getbbox() is not None


def test_what_is_kept_is_found_by_its_digest_alone() -> None:
    words = Words("A", "Clinic")
    assert share_pictures.kept(words.digest) is None
    data = share_pictures.make(words)
    assert share_pictures.kept(words.digest) == data
    assert default_storage.listdir("share")[1] == [f"{words.digest}.png"]


@pytest.mark.django_db
@pytest.mark.parametrize("status", ["archived", "draft"])
def test_a_page_that_is_taken_down_takes_its_picture_along(client: Client, status: str) -> None:
    add_clinic()
    page = add_page("/a/", "Taken back")
    picture = address(client, "/a/")
    assert client.get(picture).status_code == 200
    Page.objects.filter(pk=page.pk).update(status=status)
    assert client.get(picture).status_code == 404


@pytest.mark.django_db
def test_a_title_of_a_single_odd_sign_has_a_picture_too(client: Client) -> None:
    add_clinic()
    add_page("/a/", "ͺ")
    assert client.get(address(client, "/a/")).status_code == 200
