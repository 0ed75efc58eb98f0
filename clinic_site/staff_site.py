"""The staff's site: Django's admin, with what holds on each of its screens.

The screens are imported where they are needed: they register themselves on this very site.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, path, reverse
from django.utils.decorators import method_decorator
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect

from appointments.noting import noted

STEPS_OF_LOG_IN = ("login", "log_in_code", "second_factor_set_up")


class StaffSite(admin.AdminSite):
    """Whatever a screen of the staff must go through stands here, so that none can leave it out."""

    logout_template = "admin/logged_out.html"
    enable_nav_sidebar = False  # the queue needs the width

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Each screen such that what is changed on it stands in the trail."""
        super().register(model_or_iterable, noted(admin_class or admin.ModelAdmin), **options)

    def get_app_list(self, request: HttpRequest, app_label: str | None = None) -> Any:
        """Django's, made only where a page shows it: most do not, and it asks every screen who may what."""
        return SimpleLazyObject(partial(super().get_app_list, request, app_label))

    def get_log_entries(self, request: HttpRequest) -> Any:
        """Django's, for the one page that shows them."""
        return SimpleLazyObject(partial(super().get_log_entries, request))

    def has_permission(self, request: HttpRequest) -> bool:
        """Active staff; outside the demonstration only with a second factor proven in this log-in."""
        if not super().has_permission(request):
            return False
        return settings.DEMONSTRATION or bool(request.user.is_verified())  # type: ignore[union-attr]

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Any:
        """Django's guard; what a person does keeps the log-in alive; what comes too late is given back."""
        from appointments.admin import logged_off
        from appointments.security import sessions

        def acting(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if sessions.BACKGROUND not in request.headers:
                sessions.acted(request)
            return view(request, *args, **kwargs)

        guarded = super().admin_view(update_wrapper(acting, view), cacheable)

        def on_time(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            late = request.method == "POST" and not self.has_permission(request)
            if late and logged_off.typed(request):
                return logged_off.give_back(self, request)
            return guarded(request, *args, **kwargs)

        return update_wrapper(on_time, guarded)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        from appointments.admin import log_in, my_log_ins, second_factor

        def plain(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponseBase]:
            """For a view that itself says what it answers to whoever is not logged in."""
            return csrf_protect(never_cache(partial(view, self)))

        wrap = self.admin_view
        own: list[URLPattern | URLResolver] = [
            path("login/code/", log_in.CodeView.as_view(), {"site": self}, name="log_in_code"),
            path("login/second-factor/", plain(second_factor.set_up), name="second_factor_set_up"),
            path("log-ins/left/", plain(my_log_ins.left), name="log_in_left"),
            path("log-ins/", wrap(partial(my_log_ins.listed, self)), name="my_log_ins"),
            path("log-ins/end/", wrap(my_log_ins.end), name="end_log_in"),
            path("log-ins/codes/", wrap(partial(second_factor.recovery_codes, self)), name="recovery_codes"),
        ]
        return own + super().get_urls()

    @method_decorator([never_cache, login_not_required])
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        from appointments.admin.log_in import LogInView

        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        context = {
            **self.each_context(request),
            "title": gettext("Log in"),
            "subtitle": None,
            "app_path": request.get_full_path(),
            **(extra_context or {}),
        }
        if REDIRECT_FIELD_NAME not in request.GET and REDIRECT_FIELD_NAME not in request.POST:
            context[REDIRECT_FIELD_NAME] = reverse("admin:index")
        return LogInView.as_view(extra_context=context)(request)

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """What Django calls the site here is not ours, of which the head of each page tells."""
        response = super().logout(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data:
            response.context_data.pop("site", None)
        return response

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> Any:
        """Whoever changes their password ends their other log-ins."""
        from appointments import audit
        from appointments.security import sessions

        response = super().password_change(request, extra_context)
        if request.method == "POST" and response.status_code == 302:
            account = int(request.user.pk or 0)
            sessions.end_all(actor=audit.staff(account), account=account, but=request.session.session_key)
        return response

    def answer_csrf_failure(self, request: HttpRequest, url_name: str | None) -> HttpResponse | None:
        """For a form of ours whose token is older than the log-in; None for what another site sent."""
        from appointments.admin import log_in, logged_off

        if not logged_off.from_our_own_page(request):
            return None
        if url_name in STEPS_OF_LOG_IN:
            return redirect("admin:index") if self.has_permission(request) else log_in.log_in_again(request)
        return logged_off.give_back(self, request) if logged_off.typed(request) else None
