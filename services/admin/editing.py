"""What all editors' screens share: who edited, and fields that can be used by everybody."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.conf.locale import LANG_INFO
from django.contrib import admin
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import PermissionDenied
from django.db import models
from django.forms import ModelForm
from django.forms.models import BaseInlineFormSet
from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from clinic_site.own_filters import OwnFiltersOnly
from services.admin import text_preview
from services.admin.lost_rows import MOST_ROWS
from services.admin.mistakes import mistakes
from services.admin.widgets import Checkboxes, MarkdownText, Moment

HTTPS_LINKS: Any = {models.URLField: {"assume_scheme": "https"}}
"""``formfield_overrides``: a link typed without its scheme is taken for https."""


class EditorFields:
    """Languages from the site's own, Markdown with a preview beside it, lists of codes as boxes to tick."""

    markdown: Sequence[str] = ()
    markdown_lines: Sequence[str] = ()
    """Fields with Markdown: whole texts, and single lines."""

    def formfield_for_dbfield(
        self, db_field: models.Field[Any, Any], request: HttpRequest, **kwargs: Any
    ) -> Any:
        name = db_field.name
        if name == "language":
            return forms.ChoiceField(
                label=_("Language"), choices=settings.LANGUAGES, initial=settings.LANGUAGE_CODE
            )
        if name in self.markdown or name in self.markdown_lines:
            model = getattr(self, "parent_model", None) or self.model  # type: ignore[attr-defined]
            url = reverse(_preview_name(model, "admin:"))
            return db_field.formfield(widget=MarkdownText(preview_url=url, line=name in self.markdown_lines))
        if isinstance(db_field, models.DateTimeField):
            kwargs["widget"] = Moment(label=db_field.verbose_name)
        choices = self._boxes(db_field)
        if choices:
            return forms.MultipleChoiceField(
                label=capfirst(db_field.verbose_name),
                help_text=db_field.help_text,
                required=not db_field.blank,
                choices=choices,
                widget=Checkboxes(label=db_field.verbose_name),
            )
        field = super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        if field is not None and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget  # no links away from a form that is being filled in
        return field

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Pages as boxes to tick, by their titles."""
        pages = db_field.related_model.objects.prefetch_related("texts").order_by("path")
        boxes = Checkboxes(label=db_field.verbose_name)
        return db_field.formfield(form_class=PageBoxes, queryset=pages, widget=boxes)

    def _boxes(self, db_field: models.Field[Any, Any]) -> list[tuple[str, Any]]:
        """What can be ticked in this field: the choices of a list of codes; empty for any other field."""
        if not isinstance(db_field, ArrayField):
            return []
        choices: Any = db_field.base_field.choices or []
        return spoken_languages() if db_field.name == "languages" else list(choices)


class PageBoxes(forms.ModelMultipleChoiceField):
    """Pages to tick."""

    def label_from_instance(self, page: Any) -> str:
        return f"{' / '.join(text.title for text in page.texts.all())} ({page.path})"


def spoken_languages() -> list[tuple[str, str]]:
    """Languages by their names, the site's own first."""
    own = [code for code, _name in settings.LANGUAGES]
    named = {
        code: gettext(info["name"])
        for code, info in LANG_INFO.items()
        if "name" in info and (len(code) == 2 or code.startswith("zh"))
    }
    by_name = sorted(named, key=lambda code: (code not in own, named[code]))
    return [(code, named[code]) for code in by_name]


class PlainFormSet(BaseInlineFormSet):
    """Rows whose removal says what it does."""

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].label = _("Remove when I save")

    def clean(self) -> None:
        """Refuse a new row in the place of one that is stored and was not sent: somebody else made it."""
        super().clean()
        name = self._once_each()
        if not name:
            return
        sent = [form.instance.pk for form in self.forms if form.instance.pk]
        rows = self.model._default_manager.filter(**{self.fk.name: self.instance.pk or 0})
        stored = set(rows.exclude(pk__in=sent).values_list(name, flat=True))
        for form in self.forms:
            if not form.instance.pk and form.has_changed() and form.cleaned_data.get(name) in stored:
                form.add_error(name, _("Somebody else has just added this one. Open the form again."))

    def _once_each(self) -> str:
        """The field of which a page has each value once: a text's language, a day's hours; else empty."""
        for constraint in self.model._meta.constraints:
            fields = set(getattr(constraint, "fields", ())) - {self.fk.name}
            if isinstance(constraint, models.UniqueConstraint) and len(fields) == 1:
                return str(fields.pop())
        return ""


class EditorInline(EditorFields, admin.StackedInline):
    """Rows that belong to what is edited, each with labels of its own."""

    formset = PlainFormSet
    extra = 0
    max_num = MOST_ROWS

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        return super().get_formset(request, obj, **{"absolute_max": MOST_ROWS, **kwargs})


class StaffEdited(EditorFields, OwnFiltersOnly):
    """Marks what staff save as theirs, so that the set-up never loads its own text over it again."""

    formfield_overrides = HTTPS_LINKS
    change_form_template = "admin/services/change_form.html"

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        forms = [context["adminform"].form, *(each.formset for each in context["inline_admin_formsets"])]
        context["mistakes"] = mistakes(*forms) if context["errors"] else []
        return super().render_change_form(request, context, *args, **kwargs)

    def get_urls(self) -> list[URLPattern]:
        own = path(
            "preview-text/",
            self.admin_site.admin_view(self.preview_text),
            name=_preview_name(self.model),
        )
        return [own, *super().get_urls()]

    @method_decorator(require_POST)
    def preview_text(self, request: HttpRequest) -> JsonResponse:
        """A Markdown text of this screen as readers will see it. Nothing is stored."""
        if not (self.has_change_permission(request) or self.has_add_permission(request)):
            raise PermissionDenied
        return text_preview.answer(request)

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm[Any], change: bool) -> None:
        obj.staff_edited_at = timezone.now()
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        self.index(form.instance)

    def index(self, obj: Any) -> None:
        """What search notes of what was saved, with its words; nothing where it cannot be found."""

    @admin.display(description=_("edited by staff"), boolean=True, ordering="staff_edited_at")
    def edited(self, obj: Any) -> bool:
        return obj.staff_edited_at is not None


def _preview_name(model: type[models.Model], namespace: str = "") -> str:
    return f"{namespace}{model._meta.app_label}_{model._meta.model_name}_preview_text"
