"""Setting up the second factor: by who must before anything else, or by who is logged in."""

from __future__ import annotations

import time
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.admin import log_in
from appointments.admin.log_in import CodeForm, CodeInput
from appointments.limits import Limited
from appointments.security import guessing, second_factor

KEY, SHOWN_UNTIL = "second_factor_key", "recovery_codes_shown_until"
SHOWN_SECONDS = 10 * 60


class SetUpForm(CodeForm):
    """A code of the new app; and of what is there already, where something is."""

    def __init__(self, *args: Any, replaces: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = gettext("Code from the app")
        self.fields["code"].help_text = gettext("The 6 digits that the app shows for this site now.")
        if replaces:
            self.fields["present_code"] = forms.CharField(
                label=_("Code you have used so far"),
                max_length=40,
                help_text=_("From the phone you have used so far, or one of your recovery codes."),
                widget=CodeInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
            )


def set_up(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """A GET shows the secret, a POST takes it once a code has proven that the app has it."""
    logged_in = site.has_permission(request)
    account: Any = request.user if logged_in else log_in.proven_account(request)
    if account is None:
        return log_in.log_in_again(request)
    replaces = second_factor.is_set_up(account)
    if replaces and not logged_in:
        return redirect("admin:log_in_code")
    key = request.session.setdefault(KEY, second_factor.new_key())
    form = SetUpForm(request.POST or None, replaces=replaces)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid() and (device := _taken(request, account, form, key)):
                return _done(request, account, device, logged_in=logged_in)
        except Limited as limited:
            form.add_error(None, log_in.told_to_wait(limited))
            status = 429
    return _page(site, request, account, form, key, status)


def _taken(request: HttpRequest, account: Any, form: SetUpForm, key: str) -> Any:
    """The new device; None where a code was wrong, and the form says which."""
    if "present_code" in form.fields and not _proves(request, account, form, "present_code"):
        return None
    keep = request.session.session_key
    device = second_factor.set_up(account=account, key=key, code=form.cleaned_data["code"], keep=keep)
    if device is None:
        form.add_error("code", log_in.wrong_code())
    return device


def _proves(request: HttpRequest, account: Any, form: forms.Form, field: str) -> bool:
    """Whether the code is one of those the account has; counted like those of a log-in. Raises Limited."""
    counted = guessing.count_code(request, account=account.pk, username=account.get_username())
    if second_factor.verify(account=account, code=form.cleaned_data[field]) is None:
        form.add_error(field, log_in.wrong_code())
        return False
    guessing.give_back(counted)
    return True


def _done(request: HttpRequest, account: Any, device: Any, *, logged_in: bool) -> HttpResponse:
    """On to the recovery codes; as a new log-in, since the one before was proven by less."""
    response = log_in.complete(request, account=account, to=_with_next(request), device=device)
    request.session[SHOWN_UNTIL] = time.time() + SHOWN_SECONDS
    return response


def _with_next(request: HttpRequest) -> str:
    return f"{reverse('admin:recovery_codes')}?{urlencode({'next': _next(request)})}"


def _next(request: HttpRequest) -> str:
    """Where the person was going; nowhere outside this site."""
    to = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return to if safe else reverse("admin:index")


def _page(
    site: admin.AdminSite, request: HttpRequest, account: Any, form: forms.Form, key: str, status: int
) -> HttpResponse:
    context = {
        **site.each_context(request),
        "title": gettext("Set up your second factor"),
        "form": form,
        "account": account,
        "qr": second_factor.qr_code(account, key),
        "secret": second_factor.typed_secret(key),
        "next": _next(request),
    }
    return TemplateResponse(request, "admin/second_factor.html", context, status=status)


def recovery_codes(site: admin.AdminSite, request: HttpRequest) -> HttpResponse:
    """A POST makes new ones; a GET shows them for ten minutes after, so that a reload loses none."""
    account: Any = request.user
    if not second_factor.is_set_up(account):
        return redirect("admin:second_factor_set_up")
    form = CodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        try:
            if form.is_valid() and _proves(request, account, form, "code"):
                second_factor.make_recovery_codes(account=account)
                request.session[SHOWN_UNTIL] = time.time() + SHOWN_SECONDS
                messages.success(
                    request, gettext("New recovery codes are made. Those before no longer work.")
                )
                return redirect("admin:recovery_codes")
        except Limited as limited:
            form.add_error(None, log_in.told_to_wait(limited))
            status = 429
    shown = request.session.get(SHOWN_UNTIL, 0) > time.time()
    codes = second_factor.recovery_codes(account)
    context = {
        **site.each_context(request),
        "title": gettext("Your recovery codes"),
        "codes": codes if shown else [],
        "left": len(codes),
        "form": form,
        "next": _next(request),
    }
    return TemplateResponse(request, "admin/recovery_codes.html", context, status=status)
