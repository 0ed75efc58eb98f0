"""A new private link for who has none. The answer is the same whether there is a request or not."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from appointments import abuse, contacts, follow_up, lifecycle, limits
from appointments.forms.follow import NewLinkForm
from appointments.views import way


@csrf_exempt  # No cookie is needed to ask: where the browser says that it comes from is enough.
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_link(request: HttpRequest) -> HttpResponse:
    """Ask for the contact that was given. Whatever it is, one wish is stored; the worker answers it."""
    form = NewLinkForm(
        request.POST if request.method == "POST" else None, answers={}, today=lifecycle.today()
    )
    trap = abuse.trap(request.POST)
    elsewhere = abuse.from_another_site(request.headers, request.get_host())
    context = {"form": form, "trap": trap, "elsewhere": elsewhere}
    if request.method != "POST":
        return render(request, "appointments/new_link.html", context)
    if not form.is_valid() or trap.filled or elsewhere:
        return render(request, "appointments/new_link.html", context, status=422)
    contact = form.cleaned_data["contact"]
    limits.count("link_wish_by_address", way.address_of(request))
    limits.count("link_wish_by_contact", contacts.mailbox(contact))
    follow_up.wish_for_link(contact=contact)
    return redirect("appointments:new_link_asked")


@never_cache
@require_safe
def new_link_asked(request: HttpRequest) -> HttpResponse:
    """What happens now, without a word on whether there is a request."""
    return render(request, "appointments/new_link_asked.html")
