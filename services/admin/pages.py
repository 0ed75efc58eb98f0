"""Pages of every kind, each on one screen with its words, points, facts and sources."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from services import pictures
from services.admin.editing import HTTPS_LINKS, LanguageChoice, StaffEdited
from services.models import Fact, Location, OpeningHours, Page, PageText, Person, Point, Source, Treatment


class TextInline(LanguageChoice, admin.StackedInline):
    model = PageText
    extra = 0
    min_num = 1


class PointInline(LanguageChoice, admin.StackedInline):
    model = Point
    extra = 0
    classes = ["collapse"]


class FactInline(LanguageChoice, admin.TabularInline):
    model = Fact
    extra = 0
    fields = ["position", "language", "key", "value"]


class SourceInline(admin.TabularInline):
    model = Source
    extra = 0
    formfield_overrides = HTTPS_LINKS
    fields = ["position", "title", "publisher", "year", "url"]


class HoursInline(admin.TabularInline):
    model = OpeningHours
    extra = 0


class PageScreen(StaffEdited):
    """The screen of a page; kinds with columns of their own add them through ``own_fields``."""

    kinds: list[Page.Kind] = [
        Page.Kind.HOME,
        Page.Kind.SERVICE,
        Page.Kind.ARTICLE,
        Page.Kind.LIST,
        Page.Kind.COMPARISON,
        Page.Kind.UPDATES,
    ]
    own_fields: list[Any] = []
    inlines = [TextInline, PointInline, FactInline, SourceInline]
    list_display = ["path", "title", "kind", "status", "review_due_on", "is_sample", "edited"]
    list_filter = ["status", "kind", "is_sample"]
    ordering = ["path"]
    list_per_page = 100

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return [
            (None, {"fields": ["kind", "status", *self.own_fields]}),
            (_("Address"), {"fields": ["parent", "slug", "position", "in_menu", "in_footer", "icon"]}),
            (_("Review"), {"fields": ["reviewer", "reviewed_on", "review_due_on", "is_sample"]}),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(kind__in=self.kinds).prefetch_related("texts")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in self.kinds]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    @admin.display(description=_("title"))
    def title(self, page: Page) -> str:
        return " / ".join(text.title for text in page.texts.all())

    def view_on_site(self, page: Page) -> str:
        return page.path


@admin.register(Page)
class PageAdmin(PageScreen):
    """Pages of text, lists and overviews."""


@admin.register(Treatment)
class TreatmentAdmin(PageScreen):
    kinds = [Page.Kind.TREATMENT, Page.Kind.PROCEDURE]
    own_fields = ["treatment_kind", "goals"]
    list_filter = ["status", "kind", "treatment_kind", "is_sample"]


class PersonForm(forms.ModelForm):
    """A team member; an uploaded portrait is cleaned before it is kept."""

    def clean_portrait(self) -> Any:
        portrait = self.cleaned_data["portrait"]
        if isinstance(portrait, UploadedFile):
            portrait.seek(0)
            self.cleaned_picture = pictures.cleaned(portrait)
        return portrait


@admin.register(Person)
class PersonAdmin(PageScreen):
    form = PersonForm
    kinds = [Page.Kind.PERSON]
    own_fields = [
        "role",
        "languages",
        "places",
        "portrait",
        ("portrait_focus_x", "portrait_focus_y"),
        "portrait_preview",
    ]
    readonly_fields = ["portrait_preview"]
    list_filter = ["status", "role", "is_sample"]

    def save_model(self, request: HttpRequest, obj: Person, form: Any, change: bool) -> None:
        """Store the portrait once, under the digest of its bytes, and its variants for this focus."""
        picture = getattr(form, "cleaned_picture", None)
        if picture is not None:
            obj.portrait = pictures.store(picture, obj.portrait_focus)
        elif obj.portrait.name:
            pictures.make_variants(obj.portrait.name, obj.portrait_focus)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("as pages show it"))
    def portrait_preview(self, person: Person) -> str | SafeString:
        if not person.portrait.name:
            return "-"
        return format_html('<img src="{}" width="160" height="160" alt="">', person.portrait_url)


@admin.register(Location)
class LocationAdmin(PageScreen):
    kinds = [Page.Kind.LOCATION]
    own_fields = [
        "region",
        "street",
        ("city", "state", "postal_code"),
        "phone",
        "time_zone",
        "directions_url",
    ]
    inlines = [HoursInline, *PageScreen.inlines]
    list_filter = ["status", "region", "is_sample"]
