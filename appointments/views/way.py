"""What the pages of the patient's way share: whose draft it is, where to go next, when to stop."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language

from appointments import drafts, lifecycle, steps, urgency
from appointments.drafts import Draft

COOKIE = "request_draft"


def draft_of(request: HttpRequest) -> Draft | None:
    """The draft that this browser's cookie opens."""
    return drafts.find(request.COOKIES.get(COOKIE, ""))


def set_cookie(response: HttpResponse, draft: Draft) -> None:
    """Let this browser keep the draft for as long as the database does."""
    response.set_cookie(
        COOKIE,
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
        response.delete_cookie(COOKIE)
    return response


def same_day(draft: Draft) -> list[urgency.Rule]:
    """The rules that say to be seen today."""
    reasons = urgency.assess(draft.answers, today=lifecycle.today()).reasons
    return [rule for rule in reasons if rule.level == urgency.Level.SAME_DAY]


def advice(rules: list[urgency.Rule]) -> list[str]:
    """What these rules tell the patient, each piece of advice once."""
    return list(dict.fromkeys(rule.advice_text(language()) for rule in rules))
