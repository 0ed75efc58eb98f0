"""Notes what is changed on Django's own screens: accounts, roles, content. Ids and names of fields only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest

from appointments import audit


def noted(screen: type[admin.ModelAdmin[Any]]) -> type[admin.ModelAdmin[Any]]:
    """The screen, such that what it writes to Django's history stands in the trail as well."""
    if issubclass(screen, Noted):
        return screen
    return type(screen.__name__, (Noted, screen), {"__module__": screen.__module__})


class Noted(admin.ModelAdmin):
    """Hooks into what every screen calls when it has added, changed or deleted something.

    Django's history holds what was typed (a title, what a field's label says); the trail does not. Both are
    written in the transaction of the change, where the screen makes one.
    """

    def construct_change_message(
        self, request: HttpRequest, form: Any, formsets: Any, add: bool = False
    ) -> list[dict[str, Any]]:
        """Django's message; the names of the fields are kept for the entry that follows."""
        request.changed_fields = _changed(form, formsets or [])  # type: ignore[attr-defined]
        told: list[dict[str, Any]] = super().construct_change_message(request, form, formsets, add)
        return told

    def log_addition(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _record("admin_add", request, obj)
        return super().log_addition(request, obj, message)

    def log_change(self, request: HttpRequest, obj: models.Model, message: Any) -> Any:
        _record("admin_change", request, obj)
        return super().log_change(request, obj, message)

    def log_deletions(self, request: HttpRequest, queryset: Iterable[models.Model]) -> Any:
        things = list(queryset)
        for thing in things:
            _record("admin_delete", request, thing)
        return super().log_deletions(request, things)  # type: ignore[arg-type]  # any iterable will do


def _record(action: str, request: HttpRequest, thing: models.Model) -> None:
    fields = request.__dict__.pop("changed_fields", [])
    audit.record(
        actor=audit.staff(int(request.user.pk or 0)),
        action=action,
        model=thing._meta.label_lower,
        object=thing.pk,
        fields=fields or None,
    )


def _changed(form: Any, formsets: Iterable[Any]) -> list[str]:
    """Names of the changed fields; of what hangs on the record, with its model before it."""
    names = set(form.changed_data)
    for formset in formsets:
        model = formset.model._meta.model_name
        for _thing, fields in formset.changed_objects:
            names |= {f"{model}.{field}" for field in fields}
        names |= {f"{model}.added" for _thing in formset.new_objects}
        names |= {f"{model}.deleted" for _thing in formset.deleted_objects}
    return sorted(names)
