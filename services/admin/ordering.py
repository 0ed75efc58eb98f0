"""The screen on which pages are put in order: below a page, in the menu, at the foot."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext

from services import ordering
from services.admin.kinds import may
from services.models import Page
from services.querysets import PageQuerySet

TOP, MENU, FOOT = "top", "menu", "foot"


@dataclass(frozen=True)
class _List:
    """A list of pages that has an order. ``name`` is its part of the screen's address."""

    name: str
    title: str
    pages: PageQuerySet[Page]


def _list(name: str) -> _List:
    """Raises Http404."""
    if name == TOP:
        return _List(name, gettext("Pages at the top"), Page.objects.filter(parent=None))
    if name == MENU:
        return _List(name, gettext("The main menu"), Page.objects.filter(in_menu=True))
    if name == FOOT:
        return _List(name, gettext("The list at the foot of each page"), Page.objects.filter(in_footer=True))
    above = Page.objects.filter(pk=int(name)).first() if name.isdecimal() and len(name) < 10 else None
    if above is None:
        raise Http404
    title = gettext("Pages below %(page)s") % {"page": above}
    return _List(name, title, Page.objects.filter(parent=above))


def order(screen: admin.ModelAdmin[Page], request: HttpRequest, name: str) -> HttpResponse:
    """GET shows the order, POST changes it. Raises PermissionDenied, Http404."""
    if not screen.has_view_permission(request):
        raise PermissionDenied
    shown = _list(name)
    pages = list(shown.pages.order_by("position", "path").prefetch_related("texts"))
    may_change = all(may(request, "change", page) for page in pages)
    status = 200
    if request.method == "POST":
        if not may_change:
            raise PermissionDenied
        try:
            seen = _keys(request, "seen")
            ordering.reorder(pages=shown.pages, seen=seen, wanted=_wanted(request, seen))
        except ordering.OrderChanged:
            told = gettext("Somebody else has changed this order in between. This is how it stands now.")
            messages.warning(request, told)
            status = 409
            pages = list(shown.pages.order_by("position", "path").prefetch_related("texts"))
        else:
            messages.success(request, gettext("The order is saved."))
            return redirect("admin:services_page_order", name)
    context = {
        **screen.admin_site.each_context(request),
        "opts": screen.opts,
        "title": gettext("Order: %(list)s") % {"list": shown.title},
        "pages": pages,
        "seen": ",".join(str(page.pk) for page in pages),
        "may_change": may_change,
        "lists": [(each, _list(each).title, each == name) for each in (TOP, MENU, FOOT)],
    }
    return TemplateResponse(request, "admin/services/order.html", context, status=status)


def _wanted(request: HttpRequest, seen: list[int]) -> list[int]:
    """The order asked for: one step of one page (without a script), or the whole list as it was arranged.

    Raises OrderChanged where it names what was not in the list.
    """
    for name, by in (("up", -1), ("down", 1)):
        if name in request.POST:
            keys = _keys(request, name)
            if len(keys) != 1 or keys[0] not in seen:
                raise ordering.OrderChanged
            return ordering.moved(seen, keys[0], by)
    return _keys(request, "order")


def _keys(request: HttpRequest, name: str) -> list[int]:
    """Raises OrderChanged for what no form of ours sends."""
    sent = ",".join(request.POST.getlist(name)).split(",")
    if not all(key.isdecimal() and len(key) < 19 for key in sent):
        raise ordering.OrderChanged
    return [int(key) for key in sent]
