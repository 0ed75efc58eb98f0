"""What is wrong in a form, in one list that leads to the fields."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.forms import BaseForm
from django.utils.text import capfirst


@dataclass(frozen=True)
class Mistake:
    """``where`` is the id of the field; empty for what is about the form as a whole."""

    where: str
    field: str
    says: str


def mistakes(form: BaseForm, *formsets: Any) -> list[Mistake]:
    """Those of the form, then those of its rows; what is said above the form already is left out."""
    found = list(_of_fields(form))
    for formset in formsets:
        found += [Mistake("", "", str(says)) for says in formset.non_form_errors()]
        for number, row in enumerate(formset.forms, 1):
            name = f"{capfirst(formset.model._meta.verbose_name)} {number}"
            found += [Mistake("", name, str(says)) for says in row.non_field_errors()]
            found += _of_fields(row, f"{name}: ")
    return found


def _of_fields(form: BaseForm, before: str = "") -> Iterator[Mistake]:
    for name in [name for name in form.fields if name in form.errors]:
        field = form[name]
        where = field.id_for_label or field.auto_id
        yield from (Mistake(where, f"{before}{field.label}", str(says)) for says in form.errors[name])
