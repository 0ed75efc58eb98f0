"""The log-in in two steps: name and password, then the second factor. ``complete`` is where it has worked.

Between the two nobody is logged in: the session only knows whose password was right, for ten minutes.
"""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.admin.forms import AdminAuthenticationForm
from django.contrib.auth import get_user_model, logout
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.models import User
from django.contrib.auth.views import LoginView, RedirectURLMixin
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.decorators import method_decorator
from django.utils.formats import time_format
from django.utils.http import urlencode
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic import FormView

from appointments.limits import Limited
from appointments.security import guessing, known_browsers, second_factor, sessions
from clinic_site.client_ip import client_ip

PROVEN = "password_proven"
PROVEN_SECONDS = 10 * 60


def expect_second_step(request: HttpRequest, account: User) -> None:
    """Note whose password was right, in a session that keeps nothing of an earlier one."""
    request.session.flush()
    proven = {"account": account.pk, "until": time.time() + PROVEN_SECONDS}
    request.session[PROVEN] = {**proven, "password": account.get_session_auth_hash()}


def proven_account(request: HttpRequest) -> User | None:
    """Whose password was right a moment ago, and has not been changed since."""
    proven = request.session.get(PROVEN)
    if not proven or proven["until"] < time.time():
        return None
    account = get_user_model().objects.filter(pk=proven["account"], is_active=True, is_staff=True).first()
    if account is None or not constant_time_compare(proven["password"], account.get_session_auth_hash()):
        return None
    return account


def complete(request: HttpRequest, *, account: User, to: str, device: Any = None) -> HttpResponse:
    """The one place at which a person becomes logged in."""
    sessions.begin(request, account=account, device=device)
    response = HttpResponseRedirect(to)
    known_browsers.remember(request, response, account.get_username())
    return response


def told_to_wait(limited: Limited) -> str:
    """When to try again, and whom to ask."""
    return gettext(
        "There were too many wrong tries. Please wait until %(time)s, then try again. To get in before that, "
        "use a browser you have logged in from before, or ask an administrator of this site."
    ) % {"time": time_format(localtime(limited.again_at), "g:i a")}


def limited_answer(response: HttpResponse, limited: Limited) -> HttpResponse:
    response.headers["Retry-After"] = str(limited.seconds)
    return response


class LogInForm(AdminAuthenticationForm):
    """Counts before the password is looked at. Known and unknown names go the same way. Raises Limited."""

    def clean(self) -> dict[str, Any]:
        username = self.cleaned_data.get("username")
        if not username or not self.cleaned_data.get("password"):
            return self.cleaned_data
        request: Any = self.request
        address = client_ip(request.META, settings.TRUSTED_PROXIES)
        counted = guessing.count_password(request, address=address, username=username)
        super().clean()
        guessing.give_back(counted)
        return self.cleaned_data


class LogInView(LoginView):
    """Name and password."""

    authentication_form = LogInForm
    template_name = "admin/login.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            logout(request)  # it holds no longer, or not for this site
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        try:
            return self.form_valid(form) if form.is_valid() else self.form_invalid(form)
        except Limited as limited:
            form.add_error(None, told_to_wait(limited))
            page = self.render_to_response(self.get_context_data(form=form), status=429)
            return limited_answer(page, limited)

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        context = super().get_context_data(**context)
        context.pop("site")  # Django's own would stand in the way of the clinic's
        return context

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        account, to = form.get_user(), self.get_success_url()
        if not second_factor.is_asked_of(account):
            return complete(self.request, account=account, to=to)
        expect_second_step(self.request, account)
        step = "log_in_code" if second_factor.is_set_up(account) else "second_factor_set_up"
        return redirect(f"{reverse(f'admin:{step}')}?{urlencode({'next': to})}")


class CodeInput(forms.TextInput):
    """A code is of no use a second time, so it is not shown again."""

    def format_value(self, value: Any) -> None:
        return None


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code"),
        max_length=40,
        help_text=_("The 6 digits that your app shows now, or one of your recovery codes."),
        widget=CodeInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )


def wrong_code() -> str:
    return gettext(
        "This code is not right, or was used already. Wait until your app shows the next one, and type that."
    )


@method_decorator([sensitive_post_parameters(), csrf_protect, never_cache], name="dispatch")
class CodeView(RedirectURLMixin, FormView):
    """The second factor of whoever's password was right."""

    form_class = CodeForm
    template_name = "admin/log_in_code.html"
    next_page = "admin:index"
    account: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        account = proven_account(request)
        if account is None:
            return log_in_again(request)
        self.account = account
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: CodeForm) -> HttpResponse:
        name = self.account.get_username()
        try:
            counted = guessing.count_code(self.request, account=self.account.pk, username=name)
        except Limited as limited:
            form.add_error(None, told_to_wait(limited))
            return limited_answer(self._page(form, 429), limited)
        device = second_factor.verify(account=self.account, code=form.cleaned_data["code"])
        if device is None:
            form.add_error("code", wrong_code())
            return self._page(form, 422)
        guessing.give_back(counted)
        return complete(self.request, account=self.account, to=self.get_success_url(), device=device)

    def _page(self, form: CodeForm, status: int) -> HttpResponse:
        """The page again, without the code, which is of no further use."""
        response: HttpResponse = self.render_to_response(self.get_context_data(form=form), status=status)
        return response

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        return super().get_context_data(**context) | {
            **self.kwargs["site"].each_context(self.request),
            "title": gettext("Your second factor"),
            "account": self.account,
            "next": self.get_redirect_url(),
        }


def log_in_again(request: HttpRequest) -> HttpResponse:
    """Back to the first step, where the second came too late."""
    if request.method == "POST":
        messages.warning(request, gettext("That took too long. Please log in again."))
    return redirect("admin:login")
