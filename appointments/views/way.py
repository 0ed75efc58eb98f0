"""What the pages of the patient's way share: whose draft it is, where to go next, when to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language

from appointments import abuse, drafts, lifecycle, limits, steps, urgency
from appointments.drafts import Draft, Posted
from clinic_site.client_ip import client_ip

CHECK = "check"
"""The name under which a draft keeps what was posted to the check page."""

SHOWN = "shown"
"""The hidden field with the digest of the answers that the check page showed."""

NOT_KEPT = {"csrfmiddlewaretoken", abuse.OPENED, SHOWN}


def draft_of(request: HttpRequest) -> Draft | None:
    """The draft that this browser's cookie opens."""
    return drafts.find(request.COOKIES.get(settings.DRAFT_COOKIE_NAME, ""))


def address_of(request: HttpRequest) -> str:
    """Whom the limits count as the sender."""
    return client_ip(request.META, settings.TRUSTED_PROXIES)


def begin(request: HttpRequest) -> Draft:
    """A new draft. Raises Limited where too many were begun from there."""
    limits.count("draft_by_address", address_of(request))
    return drafts.begin()


def posted(request: HttpRequest) -> Posted:
    """What was typed and chosen, as it came."""
    return {name: request.POST.getlist(name) for name in request.POST if name not in NOT_KEPT}


def page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    status: int,
    limited: limits.Limited | None,
) -> HttpResponse:
    """A page of the way; where a limit was met, it says so, and when to try again."""
    if limited is None:
        return render(request, template, context, status=status)
    response = render(request, template, {**context, "limited": limited}, status=429)
    response.headers["Retry-After"] = str(limited.seconds)
    return response


def set_cookie(response: HttpResponse, draft: Draft) -> None:
    """Let this browser keep the draft for as long as the database does."""
    response.set_cookie(
        settings.DRAFT_COOKIE_NAME,
        draft.token,
        max_age=settings.DRAFT_LIFETIME_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def language() -> str:
    """The language the page is read in."""
    return get_language() or settings.LANGUAGE_CODE


def to_start() -> HttpResponse:
    """To the start page, which says that there is nothing left to go on with."""
    return redirect(reverse("appointments:start") + "?ended")


def to_step(step: steps.Step, mark: str) -> HttpResponse:
    """To a step whose page says why it is shown."""
    response = redirect("appointments:step", name=step.name)
    response["Location"] += f"?{mark}"
    return response


def forward(draft: Draft) -> HttpResponse:
    """To the advice for today if there is new advice, else to the next open step, else to the check."""
    if any(rule.code not in draft.advised for rule in same_day(draft)):
        return redirect("appointments:today")
    following = steps.first_open(draft.answers, draft.done)
    if following is None:
        return redirect("appointments:check")
    return redirect("appointments:step", name=following.name)


def is_emergency(answers: dict[str, Any]) -> bool:
    return urgency.assess(answers, today=lifecycle.today()).level == urgency.Level.EMERGENCY


def stop(draft: Draft | None) -> HttpResponse:
    """An emergency sign: nothing is kept but a count. A request sent before stays with its patient."""
    if draft is not None:
        drafts.discard(draft)
    lifecycle.count_emergency_stop()
    response = redirect("appointments:emergency")
    if draft is None or not draft.submitted:
        response.delete_cookie(settings.DRAFT_COOKIE_NAME)
    return response


def same_day(draft: Draft) -> list[urgency.Rule]:
    """The rules that say to be seen today."""
    reasons = urgency.assess(draft.answers, today=lifecycle.today()).reasons
    return [rule for rule in reasons if rule.level == urgency.Level.SAME_DAY]


def advice(rules: list[urgency.Rule]) -> list[str]:
    """What these rules tell the patient, each piece of advice once."""
    return list(dict.fromkeys(rule.advice_text(language()) for rule in rules))
