"""Search phrases: what patients type, and what it means."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from services import search_index
from services.admin.editing import StaffEdited
from services.models import SearchPhrase


@admin.register(SearchPhrase)
class SearchPhraseAdmin(StaffEdited):
    list_display = ["__str__", "kind", "means", "language", "is_sample", "edited"]
    search_fields = ["means"]
    list_filter = ["kind", "language", "is_sample"]
    fields = ["language", "kind", "words", "means", "is_sample"]

    def index(self, obj: Any) -> None:
        search_index.index_phrases()

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        super().delete_model(request, obj)
        search_index.index_phrases()

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        super().delete_queryset(request, queryset)
        search_index.index_phrases()
