"""Staff accounts: Django's own screens, without a search box whose words would stand in the address."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext
from django_otp.plugins.otp_static.admin import StaticDevice
from django_otp.plugins.otp_totp.admin import TOTPDevice

from appointments import audit
from appointments.security import second_factor, sessions
from clinic_site.own_filters import OwnFiltersOnly

# The screens of django-otp, registered by the imports above, would show secrets and recovery codes.
admin.site.unregister([Group, User, StaticDevice, TOTPDevice])


@admin.register(Group)
class RoleAdmin(OwnFiltersOnly, GroupAdmin):
    search_fields = ()


@admin.register(User)
class StaffAdmin(OwnFiltersOnly, UserAdmin):
    """Who is no superuser makes none, touches none, and gives permissions by role only."""

    search_fields = ()
    list_display = ("username", "first_name", "last_name", "is_active", "last_login")
    list_filter = ("is_active", "groups")
    change_form_template = "admin/appointments/account.html"

    def get_urls(self) -> list[URLPattern]:
        reset = self.admin_site.admin_view(self.reset_second_factor)
        return [path("<int:pk>/second-factor/", reset, name="auth_user_second_factor"), *super().get_urls()]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        own = (*super().get_readonly_fields(request, obj), "last_login", "date_joined")
        return own if request.user.is_superuser else (*own, "is_superuser", "user_permissions")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        beyond = obj is not None and obj.is_superuser and not request.user.is_superuser
        return super().has_change_permission(request, obj) and not beyond

    def may_reset(self, request: HttpRequest, account: User) -> bool:
        """Whoever may change the account, but not their own: who lost a phone is known by somebody else."""
        return self.has_change_permission(request, account) and account.pk != request.user.pk

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        account = self.get_object(request, object_id)
        if account is not None:
            extra_context = {
                **(extra_context or {}),
                "second_factor_is_set_up": second_factor.is_set_up(account),
                "may_reset": self.may_reset(request, account),
            }
        return super().change_view(request, object_id, form_url, extra_context)

    def reset_second_factor(self, request: HttpRequest, pk: int) -> HttpResponse:
        """A GET asks, a POST resets. Raises PermissionDenied, Http404."""
        if not self.has_change_permission(request):
            raise PermissionDenied
        account = get_object_or_404(User, pk=pk)
        if not self.may_reset(request, account):
            raise PermissionDenied
        if request.method == "POST":
            second_factor.reset(actor=audit.staff(int(request.user.pk or 0)), account=account)
            messages.success(request, gettext("The second factor is reset, and every log-in has ended."))
            return redirect("admin:auth_user_change", pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": gettext("Reset the second factor"),
            "account": account,
        }
        return TemplateResponse(request, "admin/appointments/reset_second_factor.html", context)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Whoever is let in no more is logged off at once, and stays so when they are let in again."""
        super().save_model(request, obj, form, change)
        if change and not (obj.is_active and obj.is_staff):
            sessions.end_all(actor=audit.staff(int(request.user.pk or 0)), account=obj.pk)

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Whoever's password is changed is logged off everywhere, but for the one who changes their own."""
        response: HttpResponse = super().user_change_password(request, id, form_url)
        if request.method == "POST" and response.status_code == 302:
            actor = int(request.user.pk or 0)
            own = request.session.session_key if str(actor) == str(id) else None
            sessions.end_all(actor=audit.staff(actor), account=int(id), but=own)
        return response
