"""Versions of a page: kept at every save, listed, compared, brought back."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import gettext

from services import search_index, version_compare, versions
from services.admin.editing import StaffEdited
from services.admin.lost_rows import with_lost_rows_as_new
from services.models import Page, PageVersion

PER_PAGE = 50


class SeenVersionForm(forms.ModelForm):
    """A page's form that knows which version it was filled in from."""

    seen_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["seen_version"].initial = versions.newest_number(self.instance.pk or 0)

    def clean(self) -> dict[str, Any]:
        """Tell who saved in between; the form stays filled, and saving it once more is then a choice."""
        cleaned = super().clean() or {}
        seen, newest = cleaned.get("seen_version"), versions.newest(self.instance.pk or 0)
        if newest and seen is not None and seen < newest.number and "_preview" not in self.data:
            posted = cast(QueryDict, self.data).copy()
            posted[self.add_prefix("seen_version")] = str(newest.number)
            self.data = posted
            raise ValidationError(_told(self.instance, seen, newest))
        return cleaned


def _told(page: Page, seen: int, newest: PageVersion) -> str:
    """Who was quicker, and where to read what they changed."""
    where = reverse(f"admin:services_{page._meta.model_name}_compare", args=[page.pk])
    return format_html(
        '{} <a href="{}?older={}&amp;newer={}">{}</a> {}',
        gettext("%(who)s has saved this page since you opened it (%(when)s).")
        % {"who": who(newest), "when": date_format(localtime(newest.saved_at), "M j, g:i a")},
        where,
        seen or newest.number,
        newest.number,
        gettext("See what changed."),
        gettext("What you typed is still here. Save again to store it in place of theirs."),
    )


def who(version: PageVersion) -> str:
    """Who saved it, for a reader."""
    if version.action == PageVersion.Action.FOUND:
        return gettext("not known")
    return version.saved_by or gettext("the set-up")


class Versioned(StaffEdited):
    """A page's screen that keeps a version of every save, and shows them all."""

    form: type[forms.ModelForm[Any]] = SeenVersionForm
    kinds: list[Page.Kind] = []

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """While it is being saved, the page's row is held: who saves second sees what the first one saved."""
        found = super().get_object(request, object_id, from_field)
        if found is None or request.method != "POST" or not transaction.get_connection().in_atomic_block:
            return found
        Page.objects.select_for_update().filter(pk=found.pk).first()
        return super().get_object(request, object_id, from_field)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if change:
            versions.catch_up(obj)
        super().save_model(request, obj, form, change)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        getattr(form.instance, "_prefetched_objects_cache", {}).clear()  # the title of before
        actor = request.user.get_username()
        versions.keep(page=form.instance, actor=actor, action=PageVersion.Action.SAVED)

    def index(self, obj: Any) -> None:
        search_index.index_page(obj)

    def get_formset_kwargs(self, request: HttpRequest, obj: Any, inline: Any, prefix: str) -> dict[str, Any]:
        """Rows that somebody else removed in between stay with whoever is writing in them."""
        given: dict[str, Any] = super().get_formset_kwargs(request, obj, inline, prefix)
        if "data" in given and obj.pk:
            (link,) = (
                field.name
                for field in inline.model._meta.fields
                if field.related_model and issubclass(type(obj), field.related_model)
            )
            rows = inline.model._default_manager.filter(**{link: obj.pk})
            stored = {str(pk) for pk in rows.values_list("pk", flat=True)}
            given["data"] = with_lost_rows_as_new(given["data"], prefix, stored)
        return given

    def get_urls(self) -> list[URLPattern]:
        name, wrap = f"services_{self.opts.model_name}", self.admin_site.admin_view
        own = [
            path("<int:pk>/versions/", wrap(partial(listed, self)), name=f"{name}_versions"),
            path("<int:pk>/versions/compare/", wrap(partial(compare, self)), name=f"{name}_compare"),
            path("<int:pk>/versions/<int:number>/", wrap(partial(restore, self)), name=f"{name}_restore"),
        ]
        return own + super().get_urls()


def listed(screen: Versioned, request: HttpRequest, pk: int) -> HttpResponse:
    """Every version of a page, also of one that was deleted. Raises PermissionDenied, Http404."""
    page = _page(screen, request, pk)
    kept = PageVersion.objects.filter(page_id=pk).order_by("-number")
    if page is None and not kept.exists():
        raise Http404
    shown = Paginator(kept, PER_PAGE).get_page(request.GET.get("p"))
    older = kept.filter(number__lt=shown[-1].number).first() if len(shown) else None
    befores = [*shown[1:], older] if len(shown) else []
    rows = [
        {
            "version": version,
            "who": who(version),
            "before": before,
            "changed": version_compare.changed_fields(before.document, version.document) if before else [],
        }
        for version, before in zip(shown, befores, strict=True)
    ]
    may = page is not None and screen.has_change_permission(request, page)
    context = {"rows": rows, "shown": shown, "may_restore": may, "newest": versions.newest_number(pk)}
    return _answer(screen, request, pk, page, "versions", gettext("Versions"), context)


def compare(screen: Versioned, request: HttpRequest, pk: int) -> HttpResponse:
    """Two versions, field by field. Raises PermissionDenied, Http404."""
    page = _page(screen, request, pk)
    older, newer = sorted(
        [_version(pk, request.GET.get("older", "")), _version(pk, request.GET.get("newer", ""))],
        key=lambda version: version.number,
    )
    context = {
        "older": older,
        "newer": newer,
        "older_who": who(older),
        "newer_who": who(newer),
        "changes": version_compare.changes(older.document, newer.document),
    }
    title = gettext("Version %(older)s and version %(newer)s")
    title %= {"older": older.number, "newer": newer.number}
    return _answer(screen, request, pk, page, "compare", title, context)


def restore(screen: Versioned, request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """GET shows what would change, POST brings the version back. Raises PermissionDenied, Http404."""
    page = _page(screen, request, pk)
    if page is None:
        raise Http404
    if not screen.has_change_permission(request, page):
        raise PermissionDenied
    version, newest = _version(pk, str(number)), versions.newest_number(pk)
    if request.method == "POST":
        if request.POST.get("seen_version") == str(newest):
            return _restored(screen, request, page, version)
        messages.warning(request, gettext("The page was saved in between. Look again before you restore."))
    now, said = versions.document(page), version.document
    context = {
        "version": version,
        "who": who(version),
        "newest": newest,
        "changes": version_compare.changes(now, {**now, "page": said["page"], "words": said["words"]}),
        "place": version_compare.changes(now, {**now, "place": said["place"]}),
        "publication": version_compare.changes(now, {**now, "publication": said["publication"]}),
    }
    title = gettext("Restore version %(number)s") % {"number": number}
    return _answer(screen, request, pk, page, "restore", title, context)


def _restored(screen: Versioned, request: HttpRequest, page: Page, version: PageVersion) -> HttpResponse:
    try:
        done = versions.restore(
            version=version,
            actor=request.user.get_username(),
            place="place" in request.POST,
            publication="publication" in request.POST,
        )
    except versions.NotRestorable as refused:
        told = gettext("Version %(number)s cannot be restored as it is: %(why)s")
        messages.error(request, told % {"number": version.number, "why": refused})
        return redirect(f"admin:services_{screen.opts.model_name}_versions", page.pk)
    told = gettext("Version %(number)s is restored.") % {"number": version.number}
    screen.log_change(request, page, told)
    messages.success(request, told)
    if done.missing:
        gone = gettext("Not there any more, and left out: %(what)s") % {"what": ", ".join(done.missing)}
        messages.warning(request, gone)
    return redirect(f"admin:services_{screen.opts.model_name}_change", page.pk)


def _page(screen: Versioned, request: HttpRequest, pk: int) -> Page | None:
    """The page, if it is still there and of this screen; None where it was deleted.

    Raises PermissionDenied, and Http404 for a page of another screen.
    """
    page: Page | None = screen.get_queryset(request).filter(pk=pk).first()
    if not screen.has_view_permission(request, page):
        raise PermissionDenied
    if page is None and (Page.objects.filter(pk=pk).exists() or not _was_of(screen, pk)):
        raise Http404
    return page


def _was_of(screen: Versioned, pk: int) -> bool:
    """Whether the deleted page was of a kind that this screen shows."""
    last = versions.newest(pk)
    return last is not None and last.document["page"]["kind"] in screen.kinds


def _version(pk: int, number: str) -> PageVersion:
    is_number = number.isdecimal() and len(number) < 10
    version = PageVersion.objects.filter(page_id=pk, number=number).first() if is_number else None
    if version is None:
        raise Http404
    return version


def _answer(
    screen: admin.ModelAdmin[Any],
    request: HttpRequest,
    pk: int,
    page: Page | None,
    name: str,
    title: str,
    context: dict[str, Any],
) -> HttpResponse:
    newest = versions.newest(pk)
    common = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "title": title,
        "subtitle": str(page) if page else None,
        "original": page,
        "pk": pk,
        "path": page.path if page else newest.path if newest else "",
        "versions_url": f"admin:services_{screen.opts.model_name}_versions",
        "compare_url": f"admin:services_{screen.opts.model_name}_compare",
        "restore_url": f"admin:services_{screen.opts.model_name}_restore",
        "change_url": f"admin:services_{screen.opts.model_name}_change",
    }
    return TemplateResponse(request, f"admin/services/{name}.html", common | context)
