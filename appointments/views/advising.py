"""What cannot wait: call 911, or be seen today."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import drafts, steps
from appointments.views import way
from clinic_site.kept_public import keep_public


@require_safe
def emergency(request: HttpRequest) -> HttpResponse:
    """Call 911: the same page for everyone, which says nothing about who sees it."""
    response = render(request, "appointments/emergency.html")
    keep_public(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """Where to go today, shown at once and each piece of advice once; then the request goes on."""
    draft = way.draft_of(request)
    if draft is None:
        return way.to_start()
    if draft.submitted:
        return redirect("appointments:received")
    rules = [rule for rule in way.same_day(draft) if rule.code not in draft.advised]
    if request.method == "POST":
        codes = {rule.code for rule in rules}
        draft = drafts.change(draft, lambda kept: kept.advised.extend(sorted(codes - set(kept.advised))))
        response = way.forward(draft)
        way.set_cookie(response, draft)
        return response
    if not rules:
        return way.forward(draft)
    following = steps.first_open(draft.answers, draft.done)
    context = {
        "advice": way.advice(rules),
        "eye_closes": draft.answers.get("eye_closes", ""),
        "back": following and steps.before(following, draft.answers),
    }
    return render(request, "appointments/today.html", context)
