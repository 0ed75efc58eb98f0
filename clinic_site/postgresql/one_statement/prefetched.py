"""``prefetch_related`` without further questions: a queryset of the related rows, and who gets which.

Known are relations to many rows that name one (``texts``), to the one that is named (``reviewer``), and
between many and many (``person__places``, with ``to_attr``). What stands at the steps before the last has to
be loaded by ``select_related``.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import F, Model, Prefetch, QuerySet

from clinic_site.postgresql.one_statement.rows import RowReader

Link = Callable[[list[Any], list[Any]], None]
"""Hands the related instances to those whose they are."""

OWNER = "_owner"


def linked(model: Any, owners: RowReader, lookup: str | Prefetch[Any]) -> tuple[QuerySet[Any, Any], Link]:
    """All that this lookup prefetches for the ``owners``, instances of ``model``; and the link.

    Raises TypeError for a relation of another kind.
    """
    asked: Any = lookup if isinstance(lookup, Prefetch) else Prefetch(lookup)
    *steps, name = asked.prefetch_through.split("__")
    for step in steps:
        model = model._meta.get_field(step).related_model
    relation = model._meta.get_field(name)
    related = asked.queryset if asked.queryset is not None else relation.related_model._default_manager.all()
    to_attr = asked.to_attr if asked.to_attr != name else ""
    if relation.many_to_one and not to_attr:
        named = owners.column(steps, relation.attname)
        return related.filter(pk__in=named), _to_the_one_named(steps, relation)
    pks = owners.column(steps, model._meta.pk.attname)
    if relation.one_to_many:
        rows = related.filter(**{f"{relation.field.name}__in": pks})
        keep = _keeper(relation, related, to_attr)
        return rows, _to_many(steps, relation.field.attname, keep, relation.field.set_cached_value)
    if relation.many_to_many and to_attr:
        backwards = relation.remote_field.name
        rows = related.filter(**{f"{backwards}__in": pks}).annotate(**{OWNER: F(f"{backwards}__pk")})
        return rows, _to_many(steps, OWNER, _keeper(relation, related, to_attr))
    raise TypeError(f"{asked.prefetch_through} is not prefetched in one statement")


def _at(steps: list[str], instances: list[Any]) -> list[Any]:
    """What stands at the end of these steps; nothing for an instance without."""
    for step in steps:
        instances = [reached for each in instances if (reached := getattr(each, step, None)) is not None]
    return instances


def _to_the_one_named(steps: list[str], relation: Any) -> Link:
    def link(owners: list[Any], related: list[Any]) -> None:
        by_pk = {each.pk: each for each in related}
        for owner in _at(steps, owners):
            relation.set_cached_value(owner, by_pk.get(getattr(owner, relation.attname)))

    return link


def _to_many(
    steps: list[str],
    key: str,
    keep: Callable[[Any, list[Any]], None],
    name_owner: Callable[[Any, Any], None] | None = None,
) -> Link:
    def link(owners: list[Any], related: list[Any]) -> None:
        by_owner: dict[Any, list[Any]] = {}
        for each in related:
            by_owner.setdefault(getattr(each, key), []).append(each)
        for owner in _at(steps, owners):
            found = by_owner.get(owner.pk, [])
            keep(owner, found)
            if name_owner:
                for each in found:
                    name_owner(each, owner)

    return link


def _keeper(relation: Any, related: QuerySet[Any, Any], to_attr: str) -> Callable[[Model, list[Any]], None]:
    """Keeps what was found as a list in ``to_attr``, or where the relation's own manager looks first."""
    if to_attr:
        return lambda owner, found: setattr(owner, to_attr, found)

    def keep(owner: Any, found: list[Any]) -> None:
        rows = type(related)(model=related.model, query=related.query, using=owner._state.db)
        rows._result_cache, rows._prefetch_done = found, True  # type: ignore[attr-defined]
        if not hasattr(owner, "_prefetched_objects_cache"):
            owner._prefetched_objects_cache = {}
        owner._prefetched_objects_cache[relation.cache_name] = rows

    return keep
