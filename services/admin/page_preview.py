"""The page as the public would see it, before the public does."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import get_language_info, gettext, override

from services.admin.mistakes import Mistake
from services.admin.versions import Versioned
from services.models import Page
from services.rendering import render_page, stored

MAIN = b"<main"


class Previewed(Versioned):
    """A page's screen that shows the page itself: as it is stored, and as it would be."""

    def response_add(
        self, request: HttpRequest, obj: Any, post_url_continue: str | None = None
    ) -> HttpResponse:
        if self.previewing(request):
            return self._unsaved(request, obj)
        return super().response_add(request, obj, post_url_continue)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if self.previewing(request):
            return self._unsaved(request, obj)
        return super().response_change(request, obj)

    def previewing(self, request: HttpRequest) -> bool:
        """Whether what is being saved will be taken back. Files would stay: none may be uploaded for it."""
        return "_preview" in request.POST

    def _unsaved(self, request: HttpRequest, page: Page) -> HttpResponse:
        """The saved page, shown; then the transaction of Django's form view takes back all that was saved."""
        response = self.shown(request, page, request.POST["_preview"], unsaved=True)
        transaction.set_rollback(True)
        return response

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(partial(_stored, self))
        return [
            path("<int:pk>/preview/", view, name=f"services_{self.opts.model_name}_preview"),
            *super().get_urls(),
        ]

    def shown(
        self, request: HttpRequest, page: Page, language: str, *, unsaved: bool = False
    ) -> HttpResponse:
        """The public page, with a bar that says what this is."""
        written = set(page.texts.values_list("language", flat=True))
        languages = [code for code, _name in settings.LANGUAGES if code in written]
        if not languages:
            return self._nothing_to_show(request)
        chosen = language if language in languages else languages[0]
        loaded = stored(page.path, chosen)
        with override(chosen):
            response = render_page(request, loaded)
        context = {
            "page": loaded.page,
            "unsaved": unsaved,
            "publication": loaded.page.publication,
            "languages": [(code, gettext(get_language_info(code)["name"])) for code in languages],
            "chosen": chosen,
            "change_url": f"admin:services_{self.opts.model_name}_change",
        }
        bar = render_to_string("admin/services/preview_bar.html", context, request)
        # Set in here, so that the public templates need to know nothing of previews.
        response.content = response.content.replace(MAIN, bar.encode() + MAIN, 1)
        return response

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        """What keeps a preview from being shown, and no second form to write in."""
        response = super().render_change_form(request, context, *args, **kwargs)
        if not (request.method == "POST" and self.previewing(request) and context["errors"]):
            return response
        whole_form = context["adminform"].form.non_field_errors()
        return self._nothing_to_show(
            request, [*(Mistake("", "", says) for says in whole_form), *context["mistakes"]]
        )

    def _nothing_to_show(self, request: HttpRequest, mistakes: Sequence[Mistake] = ()) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Nothing to preview"),
            "mistakes": mistakes,
        }
        return TemplateResponse(request, "admin/services/no_preview.html", context, status=422).render()


def _stored(screen: Previewed, request: HttpRequest, pk: int) -> HttpResponse:
    """The page as it is stored, whatever its status; for colleagues. Raises PermissionDenied, Http404."""
    page = screen.get_queryset(request).filter(pk=pk).first()
    if not screen.has_view_permission(request, page):
        raise PermissionDenied
    if page is None:
        raise Http404
    return screen.shown(request, page, request.GET.get("language", ""))
