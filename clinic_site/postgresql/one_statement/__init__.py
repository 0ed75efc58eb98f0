"""Several querysets answered by one statement, whose SQL is written once for as long as the process lives.

Django takes longer to put a queryset together and into SQL than PostgreSQL to answer it, and asks again
for each relation it prefetches. Here querysets, and all that they prefetch, are put into one ``SELECT`` of
JSON at the first question; later ones only fill in what is ``Given``:

    PEOPLE = OneStatement(lambda: {"people": Person.objects.in_language(Given("language"))})
    PEOPLE.ask(language="en")["people"]

Instances are made as querysets make them, with ``select_related``, annotations and deferred fields.
Nothing is kept but the SQL: every question is put to the database.

``rows`` is a queryset as JSON and back, ``prefetched`` its relations.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Aggregate, QuerySet, Value

from clinic_site.postgresql.one_statement.prefetched import Link, linked
from clinic_site.postgresql.one_statement.rows import RowReader
from clinic_site.postgresql.prepared import Prepared, literal

Answers = dict[str, list[Any]]

VALUE = re.compile("%(?:(s)|%)")
"""Where Django's SQL has a value, or a percent sign."""


class Given(Value):
    """Stands in a queryset for a value that is told when the question is put."""

    def __init__(self, name: str) -> None:
        super().__init__(None)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class AnyGiven(Given):
    """The same for a list, of which a column must equal one: ``filter(path=AnyGiven("paths"))``."""

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "ANY(%s)", [self]


def one_row(rows: QuerySet[Any], **aggregates: Aggregate) -> QuerySet[Any, tuple[Any, ...]]:
    """A queryset with one row, the aggregates in their order: ``rows.aggregate`` that is not asked yet."""
    aggregated = rows.order_by().annotate(**aggregates).values_list(*aggregates)
    aggregated.query.group_by = ()
    return aggregated


class OneStatement:
    """The querysets that ``make`` returns by name, asked together; ``planned`` as for ``Prepared``."""

    def __init__(self, make: Callable[[], Mapping[str, QuerySet[Any, Any]]], *, planned: bool = True) -> None:
        self._make = make
        self._planned = planned
        self._written: _Written | None = None

    def ask(self, **given: Any) -> Answers:
        """What each of the querysets finds, with the values given for all ``Given`` in them."""
        if self._written is None:  # two threads at once write the same
            self._written = _Written(self._make(), self._planned)
        return self._written.ask(given)


class _Written:
    """The statement in SQL, and who reads its answer: each queryset in a column of its own."""

    def __init__(self, querysets: Mapping[str, QuerySet[Any, Any]], planned: bool) -> None:
        self._named: dict[str, int] = {}
        self._readers: list[RowReader] = []
        self._links: list[tuple[int, int, Link]] = []
        for name, queryset in querysets.items():
            self._named[name] = self._add(queryset)
        tables = ", ".join(reader.table for reader in self._readers)
        arrays = ", ".join(reader.array for reader in self._readers)
        sql = f"WITH {tables} SELECT json_build_array({arrays})::text"
        params = iter([value for reader in self._readers for value in reader.params])
        self._given: dict[str, str] = {}
        written = VALUE.sub(lambda found: self._value(next(params)) if found[1] else "%%", sql)
        self._statement = Prepared(written, planned=planned)

    def _value(self, value: Any) -> str:
        """What stands for it in the statement. That is itself where it is known by now: a plan for all values
        could not use an index that has a condition.
        """
        if not isinstance(value, Given):
            return literal(value).replace("%", "%%")
        place = f"v{len(self._given)}"
        self._given[place] = value.name
        return f"%({place})s"

    def _add(self, queryset: QuerySet[Any, Any]) -> int:
        """Take in a queryset and, after it, all that it prefetches. Its place among the columns."""
        place = len(self._readers)
        reader = RowReader(f"rows_{place}", queryset)
        self._readers.append(reader)
        for lookup in queryset._prefetch_related_lookups:  # type: ignore[attr-defined]
            related, link = linked(queryset.model, reader, lookup)
            self._links.append((place, self._add(related), link))
        return place

    def ask(self, given: Mapping[str, Any]) -> Answers:
        values = {place: given[name] for place, name in self._given.items()}
        [answer] = self._statement.one(values) or ["[]"]
        answer = json.loads(answer)
        found = [reader.read(rows) for reader, rows in zip(self._readers, answer, strict=True)]
        for place, related, link in self._links:
            link(found[place], found[related])
        return {name: found[place] for name, place in self._named.items()}
