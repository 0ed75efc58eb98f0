"""Important updates."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from services import search_index
from services.admin.editing import EditorInline, StaffEdited
from services.models import Update, UpdateText


class UpdateTextInline(EditorInline):
    model = UpdateText
    min_num = 1
    fields = ["language", "title", "body"]
    markdown = ["body"]


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
    search_fields = ["texts__title"]
    list_filter = ["level", "sitewide", "is_sample"]
    fields = ["level", "starts_at", "ends_at", "sitewide", "pages", "is_sample"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("texts")

    def index(self, obj: Any) -> None:
        search_index.index_update(obj)

    @admin.display(description=_("title"))
    def title(self, update: Update) -> str:
        return " / ".join(text.title for text in update.texts.all()) or str(update)
