"""The screen that lists what is marked as a sample, and removes or keeps it in one step."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext, ngettext

from services import samples
from services.admin.kinds import change_url, specific
from services.models import Page
from services.starter_pages import MODELS


def _may_all(request: HttpRequest, action: str) -> bool:
    """Whether somebody may do this to everything that can be a sample."""
    models = {*samples.models_with_samples(), *MODELS.values()}
    singular = [model for model in models if model._meta.model_name != "clinic" or action != "delete"]
    return all(request.user.has_perm(f"services.{action}_{model._meta.model_name}") for model in singular)


def sample_content(screen: admin.ModelAdmin[Page], request: HttpRequest) -> HttpResponse:
    """GET lists, POST removes or keeps what is ticked. Raises PermissionDenied."""
    if not _may_all(request, "view"):
        raise PermissionDenied
    may_remove, may_keep = _may_all(request, "delete"), _may_all(request, "change")
    status = 200
    chosen: set[str] | None = None
    if request.method == "POST":
        chosen = set(request.POST.getlist("sample"))
        keeping = "keep" in request.POST
        if not (may_keep if keeping else may_remove):
            raise PermissionDenied
        if keeping or "sure" in request.POST:
            _keep(screen, request, chosen) if keeping else _remove(screen, request, chosen)
            return redirect("admin:services_page_samples")
        messages.warning(request, gettext("Nothing was removed: tick the box that says you are sure."))
        status = 422
    groups = samples.listed()
    listed = [sample for group in groups for sample in group.samples]
    if chosen is None:
        chosen = {sample.key for sample in listed if sample.ticked}
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "title": gettext("Sample content"),
        "groups": groups,
        "chosen": chosen,
        "going": samples.going(listed, chosen),
        "may_remove": may_remove,
        "may_keep": may_keep,
    }
    return TemplateResponse(request, "admin/services/samples.html", context, status=status)


def _remove(screen: admin.ModelAdmin[Page], request: HttpRequest, chosen: set[str]) -> None:
    def log(thing: Any) -> None:
        screen.log_deletions(request, [specific(thing)])  # type: ignore[arg-type]  # any iterable will do

    done = samples.remove(chosen=chosen, log=log)
    told = ngettext("%(count)s sample is removed.", "%(count)s samples are removed.", done.gone)
    messages.success(request, told % {"count": done.gone})
    for sample in done.staying:
        messages.warning(request, f"{sample.thing}: {sample.fixed}")
    if done.linking:
        pages = format_html_join(
            ", ", '<a href="{}">{}</a>', ((change_url(page), page) for page in done.linking)
        )
        told = gettext("These pages lead to something that is removed now. Change their links:")
        messages.warning(request, format_html("{} {}", told, pages))


def _keep(screen: admin.ModelAdmin[Page], request: HttpRequest, chosen: set[str]) -> None:
    kept = samples.keep(chosen=chosen, actor=request.user.get_username())
    for thing in kept:
        screen.log_change(request, specific(thing), gettext("Kept as the clinic's own."))
    told = ngettext("%(count)s sample is yours now.", "%(count)s samples are yours now.", len(kept))
    messages.success(request, told % {"count": len(kept)})
