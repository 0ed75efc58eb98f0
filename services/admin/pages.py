"""Pages of every kind, each on one screen with its words, points, facts and sources."""

from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from services import pictures
from services.admin.editing import HTTPS_LINKS, EditorInline, spoken_languages
from services.admin.ordering import order
from services.admin.publishing import PublicationFilter, Published, publication_fields
from services.admin.review import ReviewFilter, review
from services.admin.samples import sample_content
from services.admin.uploads import UploadForm
from services.admin.versions import SeenVersionForm
from services.models import Fact, Location, OpeningHours, Page, PageText, Person, Point, Source, Treatment


class TextInline(EditorInline):
    """The words of a page; on the screen of one that is there, they stand before everything else."""

    leads = True
    model = PageText
    min_num = 1
    fields = ["language", "title", "menu_title", "summary", "body", "description"]
    markdown = ["body"]
    markdown_lines = ["summary"]


class PointInline(EditorInline):
    model = Point
    classes = ["collapse"]
    markdown = ["body"]
    fieldsets = [
        (None, {"fields": [("position", "language", "icon"), "heading", "body", "link"]}),
        (_("More"), {"fields": ["shown_if", "branch", "goals", "spoken"], "classes": ["collapse"]}),
    ]


class FactInline(EditorInline):
    model = Fact
    classes = ["collapse"]
    fields = [("position", "language", "key"), "value"]
    markdown_lines = ["value"]


class SourceInline(EditorInline):
    model = Source
    classes = ["collapse"]
    formfield_overrides = HTTPS_LINKS
    fields = [("position", "year"), "title", "publisher", "url"]


class HoursInline(EditorInline):
    model = OpeningHours
    fields = [("weekday", "opens", "closes")]


class KindFilter(admin.SimpleListFilter):
    """By the kinds that this screen holds."""

    title = _("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(kind.value, kind.label) for kind in model_admin.kinds]

    def queryset(self, request: HttpRequest, queryset: Any) -> QuerySet[Any]:
        return queryset.filter(kind=self.value()) if self.value() else queryset


class PageScreen(Published):
    """The screen of a page; kinds with columns of their own add them through ``own_fields``."""

    kinds: list[Page.Kind] = [
        Page.Kind.HOME,
        Page.Kind.SERVICE,
        Page.Kind.ARTICLE,
        Page.Kind.LIST,
        Page.Kind.EXPLORER,
        Page.Kind.COMPARISON,
        Page.Kind.GUIDE,
        Page.Kind.NERVE,
        Page.Kind.DEVICE_CHECK,
        Page.Kind.GLOSSARY,
        Page.Kind.UPDATES,
        Page.Kind.SITE_MAP,
    ]
    own_fields: list[Any] = []
    inlines = [TextInline, PointInline, FactInline, SourceInline]
    list_display = ["title", "path", "kind", "publication", "review_due_on", "is_sample", "edited"]
    ordering = ["path"]
    search_fields = ["texts__title", "path"]
    list_per_page = 100
    change_list_template = "admin/services/kind_change_list.html"
    change_form_template = "admin/services/page_change_form.html"

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """What is seldom changed once a page is there is folded away, so that its words are near."""
        folded = ["collapse"] if obj else []
        place = ["parent", "slug", "position", "in_menu", "in_footer", "icon"]
        review = ["reviewer", "reviewed_on", "review_due_on", "is_sample"]
        return [
            (None, {"fields": ["kind", *self.own_fields]}),
            publication_fields(),
            (_("Address"), {"fields": place, "classes": folded}),
            (_("Review"), {"fields": review, "classes": folded}),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(kind__in=self.kinds).prefetch_related("texts")

    def formfield_for_choice_field(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "kind":
            kwargs["choices"] = [(kind.value, kind.label) for kind in self.kinds]
        return super().formfield_for_choice_field(db_field, request, **kwargs)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pages to choose from are loaded with their titles, in the order of their addresses."""
        pages = db_field.remote_field.model._default_manager
        kwargs["queryset"] = pages.prefetch_related("texts").order_by("path")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the pages that those of this screen stand below: each has an order."""
        above = Page.objects.filter(children__kind__in=self.kinds).distinct().order_by("path")
        context = {"above": above.prefetch_related("texts"), **(extra_context or {})}
        return super().changelist_view(request, context)

    @admin.display(description=_("title"))
    def title(self, page: Page) -> str:
        return " / ".join(text.title for text in page.texts.all()) or page.path

    def get_view_on_site_url(self, obj: Page | None = None) -> str | None:
        return obj.path if obj is not None and obj.is_public else None


@admin.register(Page)
class PageAdmin(PageScreen):
    """Pages of text, lists and overviews; and the screens that are about pages of every kind."""

    list_filter = [PublicationFilter, ReviewFilter, KindFilter, "is_sample"]
    change_list_template = "admin/services/page_change_list.html"

    def get_urls(self) -> list[URLPattern]:
        wrap = self.admin_site.admin_view
        own = [
            path("review/", wrap(partial(review, self)), name="services_page_review"),
            path("samples/", wrap(partial(sample_content, self)), name="services_page_samples"),
            path("order/<str:name>/", wrap(partial(order, self)), name="services_page_order"),
        ]
        return own + super().get_urls()


@admin.register(Treatment)
class TreatmentAdmin(PageScreen):
    kinds = [Page.Kind.TREATMENT, Page.Kind.PROCEDURE]
    own_fields = ["treatment_kind", "goals", "windows", "provided_by"]
    list_filter = [PublicationFilter, ReviewFilter, KindFilter, "treatment_kind", "is_sample"]


class PersonForm(UploadForm, SeenVersionForm):
    """A team member. The languages that are ticked come first, and one that is no usual choice stays."""

    upload = "portrait"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        languages = self.fields.get("languages")
        if isinstance(languages, forms.MultipleChoiceField):
            named, spoken = dict(spoken_languages()), self.instance.languages
            first = {code: named.get(code, code) for code in spoken}
            languages.choices = list({**first, **named}.items())


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
    list_filter = [PublicationFilter, ReviewFilter, "role", "is_sample"]

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Store the portrait once, under the digest of its bytes, and its variants for this focus."""
        picture = getattr(form, "cleaned_picture", None)
        if self.previewing(request):
            stored = Person.objects.filter(pk=obj.pk).first() or Person()
            obj.portrait, obj.portrait_focus_x = stored.portrait, stored.portrait_focus_x
            obj.portrait_focus_y = stored.portrait_focus_y
        elif picture is not None:
            obj.portrait = pictures.store(picture, obj.portrait_focus)
        elif obj.portrait.name:
            pictures.make_variants(obj.portrait.name, obj.portrait_focus)
        super().save_model(request, obj, form, change)

    @admin.display(description=_("as pages show it"))
    def portrait_preview(self, person: Person) -> str | SafeString:
        stored = Person.objects.filter(pk=person.pk).first()  # the form may hold a focus that was refused
        if stored is None or not stored.portrait.name:
            return "-"
        return format_html('<img src="{}" width="160" height="160" alt="">', stored.portrait_url)


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
    list_filter = [PublicationFilter, ReviewFilter, "region", "is_sample"]
