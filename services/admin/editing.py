"""What all editors' screens share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import admin
from django.db import models
from django.forms import ModelForm
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic_site.own_filters import OwnFiltersOnly

HTTPS_LINKS: Any = {models.URLField: {"assume_scheme": "https"}}
"""``formfield_overrides``: a link typed without its scheme is taken for https."""


class StaffEdited(OwnFiltersOnly):
    """Marks what staff save as theirs, so that the set-up never loads its own text over it again."""

    formfield_overrides = HTTPS_LINKS

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        obj.staff_edited_at = timezone.now()
        super().save_model(request, obj, form, change)

    @admin.display(description=_("edited by staff"), boolean=True, ordering="staff_edited_at")
    def edited(self, obj: Any) -> bool:
        return obj.staff_edited_at is not None


class LanguageChoice:
    """An inline whose language is chosen from the site's own."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        if db_field.name == "language":
            return forms.ChoiceField(
                label=_("language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE
            )
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
