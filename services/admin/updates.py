"""Important updates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from services.admin.editing import LanguageChoice, StaffEdited
from services.models import Update, UpdateText


class UpdateTextInline(LanguageChoice, admin.StackedInline):
    model = UpdateText
    extra = 0
    min_num = 1


class UpdateForm(forms.ModelForm):
    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("sitewide") and not cleaned.get("pages"):
            self.add_error("pages", _("Choose at least one page, or tick “on every page”."))
        return cleaned


@admin.register(Update)
class UpdateAdmin(StaffEdited):
    form = UpdateForm
    inlines = [UpdateTextInline]
    list_display = ["title", "level", "starts_at", "ends_at", "sitewide", "is_sample", "edited"]
    list_filter = ["level", "sitewide", "is_sample"]
    filter_horizontal = ["pages"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("texts")

    @admin.display(description=_("title"))
    def title(self, update: Update) -> str:
        return " / ".join(text.title for text in update.texts.all()) or str(update)
