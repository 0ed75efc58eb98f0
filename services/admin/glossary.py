"""The glossary: a word, its other forms, its meaning."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from services import search_index
from services.admin.editing import EditorInline, StaffEdited
from services.models import Term, TermText


class TermTextInline(EditorInline):
    model = TermText
    min_num = 1
    fields = ["language", "word", "forms", "meaning"]


@admin.register(Term)
class TermAdmin(StaffEdited):
    inlines = [TermTextInline]
    list_display = ["word", "meaning", "is_sample", "edited"]
    list_filter = ["is_sample"]
    search_fields = ["texts__word", "key"]
    fields = ["key", "is_sample"]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("texts")

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The key is the word's address on the glossary page: it stays."""
        return ["key"] if obj else []

    def index(self, obj: Any) -> None:
        search_index.index_term(obj)

    @admin.display(description=_("word"), ordering="key")
    def word(self, term: Term) -> str:
        return " / ".join(text.word for text in term.texts.all()) or term.key

    @admin.display(description=_("meaning"))
    def meaning(self, term: Term) -> str:
        return " / ".join(text.meaning for text in term.texts.all())
