"""Writes an export to the connection, in flat memory, and notes how far it got."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Protocol

from django.conf import settings
from django.db import Error, connection
from django.utils import translation

from appointments import exports
from appointments.audit import Actor
from appointments.export_words import Words
from appointments.fhir import Bundle
from appointments.models import AppointmentRequest, Export
from appointments.querysets import RequestQuerySet
from appointments.tabular import Csv, Text

logger = logging.getLogger("appointments.export_stream")


class Writer(Protocol):
    """One shape. ``piece`` is how many requests are written at once."""

    content_type: str
    ending: str
    piece: int

    def head(self) -> bytes: ...
    def rows(self, requests: Iterable[AppointmentRequest]) -> bytes: ...
    def foot(self, count: int) -> bytes: ...


WRITERS: dict[Export.Shape, type[Csv] | type[Bundle]] = {
    Export.Shape.CSV: Csv,
    Export.Shape.TEXT: Text,
    Export.Shape.FHIR: Bundle,
}


def writer(shape: str) -> Writer:
    """The writer of this shape, with the clinic's words."""
    with _clinics_language():
        return WRITERS[Export.Shape(shape)](Words())


def stream(*, actor: Actor, export: Export, requests: RequestQuerySet, writer: Writer) -> Iterator[bytes]:
    """The bytes of an export that was claimed.

    The server closes this where the connection is cut: then, and at an error, the rest is not written and the
    export is noted as cut off. ``written`` is ahead of the reader by what waits in the connection.
    """
    written, state = 0, Export.State.CUT_OFF
    try:
        with _clinics_language():
            head = writer.head()
        yield head
        for batch in requests.in_batches(up_to=export.chosen["up_to"]):
            for start in range(0, len(batch), writer.piece):
                part = batch[start : start + writer.piece]
                with _clinics_language():
                    piece = writer.rows(part)
                written += len(part)
                yield piece
            exports.note(export_id=export.pk, written=written)
        with _clinics_language():
            foot = writer.foot(written)
        yield foot
        state = Export.State.COMPLETE
    finally:
        _end(actor, export, written, state)


def _end(actor: Actor, export: Export, written: int, state: Export.State) -> None:
    """Note how it ended. Where the database is away, the worker notes it later by the silence."""
    if connection.errors_occurred:
        connection.close_if_unusable_or_obsolete()
    try:
        exports.end(actor=actor, export_id=export.pk, written=written, state=state)
    except Error:
        logger.warning("export %s ended at %s; the database did not answer", export.pk, written)


@contextmanager
def _clinics_language() -> Iterator[None]:
    """Never across a yield: between two pieces the thread is anybody's."""
    with translation.override(settings.LANGUAGE_CODE):
        yield
