"""Static files: style sheets in one piece, names with a digest, brotli and gzip beside each text."""

import gzip
import json
import re
from pathlib import Path

import brotli
import pytest
from django.conf import settings
from django.templatetags.static import static
from django.test import Client

from clinic_site.serve import CHECKOUT
from clinic_site.static_storage import minified

TEXTS = {".css", ".js", ".svg"}


@pytest.fixture(scope="module")
def root(static_files: None) -> Path:
    return Path(settings.STATIC_ROOT)


@pytest.fixture(scope="module")
def names(root: Path) -> dict[str, str]:
    """The name each of our own files is served under."""
    paths: dict[str, str] = json.loads((root / "staticfiles.json").read_text())["paths"]
    own = CHECKOUT / "static"
    return {name: hashed for name, hashed in paths.items() if (own / name).is_file()}


def test_every_name_holds_a_digest(names: dict[str, str]) -> None:
    assert len(names) > 5
    for name, hashed in names.items():
        path = Path(name)
        stem, suffix = re.escape(str(path.with_suffix(""))), re.escape(path.suffix)
        assert re.fullmatch(rf"{stem}\.[0-9a-f]{{12}}{suffix}", hashed)
    assert static("css/site.css") == f"/static/{names['css/site.css']}"


SHEETS = ["site", "for-asking", "for-checking", "for-comparing", "for-nerve"]


@pytest.mark.parametrize("sheet", SHEETS)
def test_a_style_sheet_is_one_file_with_its_layers_in_order(
    root: Path, names: dict[str, str], sheet: str
) -> None:
    css = (root / names[f"css/{sheet}.css"]).read_text()
    source = (CHECKOUT / f"static/css/{sheet}.css").read_text()
    parts = re.findall(r'url\("([\w.-]+)"\) layer\((\w+)\)', source)
    assert "@import" not in css and "/*" not in css
    assert css.startswith("@layer tokens,base,components,forms,pages,print;")
    assert re.findall(r"@layer (\w+)\{", css) == [layer for _, layer in parts]
    assert len(parts) >= 5
    for part, _ in parts:
        last_rule = (
            minified((CHECKOUT / "static/css" / part).read_text()).strip().rstrip("}").rpartition("}")[2]
        )
        assert last_rule in css, part
    assert css.count("{") == css.count("}")
    assert "@media print{" in css.split("@layer print{")[1]


def test_what_stands_in_quotes_keeps_its_spaces(root: Path, names: dict[str, str]) -> None:
    css = (root / names["css/site.css"]).read_text()
    assert 'content:attr(data-label) ": " / ""' in css
    assert "url(\"data:image/svg+xml,%3Csvg xmlns='http" in css


def test_what_the_style_sheet_names_is_there_under_its_hashed_name(root: Path, names: dict[str, str]) -> None:
    sheet = root / names["css/site.css"]
    urls = re.findall(r'url\("?(?!data:)([^")]+)"?\)', sheet.read_text())
    assert urls
    for url in urls:
        assert (sheet.parent / url).resolve().is_file(), url
        assert re.search(r"\.[0-9a-f]{12}\.", url), url


def test_every_text_has_its_brotli_and_gzip_beside_it(root: Path, names: dict[str, str]) -> None:
    for hashed in names.values():
        file = root / hashed
        if file.suffix not in TEXTS or file.stat().st_size < 500:
            continue
        content = file.read_bytes()
        assert brotli.decompress(Path(f"{file}.br").read_bytes()) == content
        assert gzip.decompress(Path(f"{file}.gz").read_bytes()) == content
        assert Path(f"{file}.br").stat().st_size < len(content)


def test_a_hashed_file_is_sent_compressed_and_kept_for_ever(names: dict[str, str]) -> None:
    answer = Client().get(f"/static/{names['css/site.css']}", headers={"Accept-Encoding": "br"})
    assert (answer.status_code, answer["Content-Encoding"]) == (200, "br")
    assert "immutable" in answer["Cache-Control"]
    assert "site.css" not in brotli.decompress(answer.getvalue()).decode()
