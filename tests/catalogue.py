"""The Spanish catalogue: every string that a patient can meet, taken from the source, and its Spanish.

    .venv/bin/python -m tests.catalogue      # new strings come in empty: write them, then run it again

It keeps what is translated, drops what is no longer said, and compiles. The staff's screens stay English, so
what only they read is left out: the admin's modules and templates, and the names of models and fields.
"""

from __future__ import annotations

import ast
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from babel.messages import mofile, pofile
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from django.utils.translation.template import templatize

ROOT = Path(__file__).resolve().parent.parent
CATALOGUE = ROOT / "clinic_site/locale/es/LC_MESSAGES/django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
WRITTEN = datetime(2026, 11, 22, tzinfo=UTC)
"""Gettext's header wants a date; one that stands still changes no file by itself."""
PATIENTS_READ = ("appointments", "services", "clinic_site", "templates")
FOR_STAFF = re.compile(
    r"/(admin|management|migrations)/"
    r"|^templates/messages/urgent"
    r"|^services/(writing|links|pictures|samples|version\w*)\.py"
    r"|^services/models/(icon|page|picture|provenance|search|version)\.py"
    r"|^appointments/models/|^appointments/roles\.py"
    r"|^appointments/(export\w*|fhir\w*|tabular|retention)\.py"
    r"|^clinic_site/staff_site\.py"
)
WORDS_OF = {"_": 0, "gettext": 0, "ngettext": 0, "pgettext": 1, "npgettext": 1}
"""The functions that mark a string, without ``_lazy``: how many arguments stand before it."""
MODEL_FIELD = re.compile(r"models\.\w+|ArrayField")
NAMES_FOR_EDITORS = {"verbose_name", "verbose_name_plural", "help_text"}


class Said(NamedTuple):
    """A string in the source: where it stands, in which context, and with its plural where it has one."""

    place: str
    context: str | None
    words: str
    plural: str | None

    @property
    def message(self) -> str | tuple[str, str]:
        return (self.words, self.plural) if self.plural else self.words


def said() -> Iterator[Said]:
    """Every string that a patient can meet."""
    for room in PATIENTS_READ:
        for path in sorted((ROOT / room).rglob("*")):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in (".py", ".html", ".txt") and not FOR_STAFF.search(name):
                yield from _in_python(path, name) if path.suffix == ".py" else _in_template(path, name)


def _in_python(path: Path, name: str) -> Iterator[Said]:
    waiting: list[ast.AST] = [ast.parse(path.read_text("utf-8"))]
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and (found := _marked(node)):
            yield Said(name, *found)
        waiting.extend(reversed(list(_parts(node))))


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """What stands in it, without the names that only the admin shows."""
    if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) in NAMES_FOR_EDITORS:
        return
    if isinstance(node, ast.Call) and MODEL_FIELD.fullmatch(ast.unparse(node.func)):
        yield from (each for each in node.keywords if each.arg not in NAMES_FOR_EDITORS)
        return
    yield from ast.iter_child_nodes(node)


def _marked(call: ast.Call) -> tuple[str | None, str, str | None] | None:
    function = ast.unparse(call.func).removesuffix("_lazy")
    before = WORDS_OF.get(function)
    words = [
        each.value for each in call.args if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
    if before is None or len(words) <= before:
        return None
    plural = words[before + 1] if function.startswith("n") else None
    return words[0] if before else None, words[before], plural


def _in_template(path: Path, name: str) -> Iterator[Said]:
    """Django makes a template into something like Python; there a comment would hide what follows."""
    source = re.sub(r"\{#.*?#\}", "", path.read_text("utf-8"))
    calls = re.sub(r"^\s+|\n", " ", templatize(source, origin=name))
    for _line, found, _comments, context in extract("python", io.BytesIO(calls.encode("utf-8"))):
        words, plural = (found, None) if isinstance(found, str) else found[:2]
        yield Said(name, context, words, plural)


def read() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return pofile.read_po(file, locale="es")


def compiled(catalogue: Catalog) -> bytes:
    written = io.BytesIO()
    mofile.write_mo(written, catalogue)
    return written.getvalue()


def refreshed(old: Catalog) -> Catalog:
    """The catalogue of what is said now, with the translations there are; in the order of the source."""
    new = Catalog(
        locale="es",
        header_comment="# Spanish for the United States, patients addressed as usted.",
        project="Clinic site",
        version="1",
        last_translator="nobody",
        language_team="Spanish",
        msgid_bugs_address="nobody",
        creation_date=WRITTEN,
        revision_date=WRITTEN,
        fuzzy=False,
    )
    for each in said():
        known = old.get(each.words, each.context)
        new.add(each.message, known.string if known else None, [(each.place, 0)], context=each.context)
    return new


def main() -> None:
    """Refresh and compile; say how many strings still wait for their Spanish."""
    catalogue = refreshed(read())
    with CATALOGUE.open("wb") as file:
        pofile.write_po(file, catalogue, width=110)
    COMPILED.write_bytes(compiled(catalogue))
    empty = [message.id for message in catalogue if message.id and not message.string]
    print(f"{len(catalogue)} strings, {len(empty)} without Spanish", *empty[:20], sep="\n  ")


if __name__ == "__main__":
    main()
