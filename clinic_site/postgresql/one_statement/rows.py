"""The rows of a queryset as a JSON array that PostgreSQL makes, and back to what the queryset would yield."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import QuerySet
from django.db.models.base import ModelState
from django.db.models.expressions import RawSQL
from django.db.models.query import ValuesListIterable, get_related_populators  # type: ignore[attr-defined]

Reader = Callable[[Any], Any]

THE_SAME_IN_JSON = (
    models.BooleanField,
    models.CharField,
    models.FileField,
    models.FloatField,
    models.IntegerField,
    models.JSONField,
    models.TextField,
)
INSTANCE_SIGNALS = (models.signals.pre_init, models.signals.post_init)
READ_FROM_TEXT = (models.DateField, models.DecimalField, models.TimeField, models.UUIDField)


def reader_of(field: models.Field[Any, Any]) -> Reader | None:
    """From a value in JSON to the field's own; None where it is the same.

    Raises TypeError for a field of which we do not know how it comes through.
    """
    if isinstance(field, models.ForeignKey):
        return reader_of(field.target_field)
    if isinstance(field, ArrayField):
        each = reader_of(field.base_field)
        return (lambda values: [None if value is None else each(value) for value in values]) if each else None
    if isinstance(field, THE_SAME_IN_JSON):
        return None
    if isinstance(field, READ_FROM_TEXT):
        return field.to_python
    raise TypeError(f"{type(field).__name__} is not read from JSON")


def is_exact_as_text_alone(field: models.Field[Any, Any]) -> bool:
    """Whether JSON readers would make a rounded number of it."""
    return isinstance(field, models.DecimalField)


class RowReader:
    """A queryset as a table of a statement's ``WITH``, as one JSON array, and back to what it yields.

    ``read`` does what ``django.db.models.query.ModelIterable`` does with rows, prepared once; a queryset with
    ``values_list`` yields tuples.
    """

    def __init__(self, name: str, queryset: QuerySet[Any, Any]) -> None:
        compiler = queryset.query.clone().get_compiler(using=DEFAULT_DB_ALIAS)
        selected, self.params = compiler.as_sql()
        columns: Any = compiler.select
        fields = [expression.output_field for expression, _sql, _alias in columns]
        names = [f"c{place}" for place in range(len(columns))]
        values = [
            f"{name}::text" if is_exact_as_text_alone(field) else name
            for name, field in zip(names, fields, strict=True)
        ]
        self.name = name
        self.table = f"{name} ({', '.join(names)}) AS MATERIALIZED ({selected})"
        row = f"json_build_array({', '.join(values)})"
        self.array = f"(SELECT coalesce(json_agg({row}), '[]') FROM {name})"  # noqa: S608 - names of ours
        self._columns = columns
        self._info: Any = compiler.klass_info
        readers = ((place, reader_of(field)) for place, field in enumerate(fields))
        self._readers = [(place, reader) for place, reader in readers if reader]
        yields_tuples = issubclass(queryset._iterable_class, ValuesListIterable)
        self._instance = tuple if yields_tuples else _instance_maker(compiler, columns)

    def column(self, steps: list[str], attribute: str) -> RawSQL:
        """The values of one column, for the condition of another queryset: the instances' own, or of those
        at the end of these steps of ``select_related``."""
        info = self._info
        for step in steps:
            info = next(each for each in info["related_klass_infos"] if _step(each) == step)
        place = next(i for i in info["select_fields"] if self._columns[i][0].target.attname == attribute)
        return RawSQL(f"SELECT c{place} FROM {self.name}", ())  # noqa: S608, S611 - names of ours

    def read(self, rows: list[list[Any]]) -> list[Any]:
        for place, reader in self._readers:
            for row in rows:
                if row[place] is not None:
                    row[place] = reader(row[place])
        return [self._instance(row) for row in rows]


def _step(info: Any) -> str:
    field = info["field"]
    return str(field.related_query_name() if info["reverse"] else field.name)


def _instance_maker(compiler: Any, columns: Any) -> Callable[[list[Any]], models.Model]:
    info = compiler.klass_info
    first, end = info["select_fields"][0], info["select_fields"][-1] + 1
    stored = _stored_maker(info["model"], [column[0].target.attname for column in columns[first:end]])
    related = get_related_populators(info, columns, DEFAULT_DB_ALIAS)
    annotations = list(compiler.annotation_col_map.items())

    def made(row: list[Any]) -> models.Model:
        instance = stored(row[first:end])
        for each in related:
            each.populate(row, instance)
        for name, place in annotations:
            setattr(instance, name, row[place])
        return instance

    return made


def _stored_maker(model: Any, names: list[str]) -> Callable[[list[Any]], models.Model]:
    """``Model.from_db``, which goes through every field of the model for each row. A model that makes its
    instances otherwise, or lets others know of them by the time of the first question, is left to it.
    """
    plain: Any = models.Model
    as_django = model.__init__ is plain.__init__ and model.from_db.__func__ is plain.from_db.__func__
    if not as_django or any(each.has_listeners(model) for each in INSTANCE_SIGNALS):
        return lambda values: model.from_db(DEFAULT_DB_ALIAS, names, values)

    def made(values: list[Any]) -> models.Model:
        instance: models.Model = model.__new__(model)
        instance.__dict__.update(zip(names, values, strict=True))
        instance._state = ModelState()
        instance._state.adding, instance._state.db = False, DEFAULT_DB_ALIAS
        return instance

    return made
