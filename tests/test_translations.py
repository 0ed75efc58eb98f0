"""Every string that a patient can meet is there in Spanish, whole, and compiled."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from babel.messages.catalog import Catalog, Message

from tests import catalogue

PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|{\w+}|<[^>]+>")
THOU = re.compile(r"\b(tú|tu|tus|ti|contigo|puedes|tienes|quieres|debes|haz|pon|vosotros)\b", re.I)
ALIKE = {
    "%(when)s (%(zone)s)",
    "(%(zone)s)",
    "Cervical",
    "E-mail",
    "En español: llame al 988 y oprima 2, o envíe AYUDA al 988.",
    "Error:",
    "Florida",
    "Llame al 911 ahora. Diga “Spanish”: le dan un intérprete.",
    "Marginal",
    "No",
    "Temporal",
    "mandibular",
}
"""What Spanish says as English does, and what an English page says in Spanish."""


@cache
def spanish() -> Catalog:
    return catalogue.read()


def messages() -> list[Message]:
    return [message for message in spanish() if message.id]


def pairs() -> Iterator[tuple[str, str]]:
    """Each string and its Spanish; of one that counts both forms."""
    for message in messages():
        spoken = message.string
        if isinstance(message.id, str):
            yield message.id, str(spoken)
        else:
            assert isinstance(spoken, tuple)
            yield from zip(message.id, spoken, strict=True)


def test_every_string_that_a_patient_can_meet_has_its_spanish() -> None:
    known = {(message.context, message.id): message for message in messages()}
    said = {(each.context, each.message) for each in catalogue.said()}
    missing = [words for words in said if words not in known or not all(known[words].string or [""])]
    assert not missing, "Run .venv/bin/python -m tests.catalogue, then write the Spanish"
    assert len(said) > 600
    assert not [message.id for message in messages() if message.fuzzy]


def test_what_is_no_longer_said_is_not_kept() -> None:
    said = {(each.context, each.message) for each in catalogue.said()}
    assert not [message.id for message in messages() if (message.context, message.id) not in said]


def test_the_site_reads_what_is_written_in_the_catalogue() -> None:
    assert catalogue.COMPILED.read_bytes() == catalogue.compiled(spanish())


def test_placeholders_and_tags_are_the_same() -> None:
    assert not [
        (english, es)
        for english, es in pairs()
        if sorted(PLACEHOLDER.findall(english)) != sorted(PLACEHOLDER.findall(es))
    ]


def test_nothing_is_left_in_english() -> None:
    assert {english for english, es in pairs() if english == es} <= ALIKE


def test_patients_are_addressed_as_usted_and_questions_begin_as_spanish_ones_do() -> None:
    assert not [es for _english, es in pairs() if THOU.search(es)]
    assert not [es for _english, es in pairs() if es.count("?") != es.count("¿")]
