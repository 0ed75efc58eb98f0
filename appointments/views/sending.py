"""Check the answers, send them, and read what happens next."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import abuse, audit, drafts, forms, lifecycle, limits, steps, urgency
from appointments.drafts import Draft, Posted
from appointments.fields import phone_as_written
from appointments.models import AppointmentRequest, RequestDraft
from appointments.views import way


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything answered so far, each with a way to change it; consent; send."""
    draft = way.draft_of(request)
    if draft is None:
        return way.to_start()
    if draft.submitted:
        return redirect("appointments:received")
    if steps.first_open(draft.answers, draft.done):
        return way.forward(draft)
    if request.method == "POST" and _still_as_shown(request, draft):
        return _answer(request, draft, steps.told(draft.answers))
    review = steps.Review(draft.answers, lifecycle.today())
    if review.first_invalid:
        return way.to_step(review.first_invalid, "again")
    if way.is_emergency(review.answers):
        return way.stop(draft)
    if request.method != "POST":
        return _show(request, draft, review, _consent(draft, draft.refused.get(way.CHECK)))
    if not any(_is_shown(request, draft, review.answers, ago) for ago in (0, 1)):
        return _back(draft, None, "?changed")
    return _answer(request, draft, review.answers)


def _csrf_failed_check(request: HttpRequest) -> HttpResponse:
    """Show the answers and the consent again; nothing is sent."""
    draft = way.draft_of(request)
    if draft is None or draft.submitted or steps.first_open(draft.answers, draft.done):
        request.method = "GET"
        return check(request)
    review = steps.Review(draft.answers, lifecycle.today())
    if review.first_invalid:
        return way.to_step(review.first_invalid, "again")
    if way.is_emergency(review.answers):
        return redirect("appointments:emergency")
    form = _consent(draft, way.posted(request))
    return _show(request, draft, review, form, status=403, send_again=True)


check.csrf_failed = never_cache(_csrf_failed_check)  # type: ignore[attr-defined]


def _still_as_shown(request: HttpRequest, draft: Draft) -> bool:
    """Whether these very answers were found right and shown today, and what they name is still offered.

    Then they need not be looked through once more.
    """
    told = steps.told(draft.answers)
    return _is_shown(request, draft, told) and steps.are_offered(told)


def _is_shown(request: HttpRequest, draft: Draft, answers: Mapping[str, Any], days_ago: int = 0) -> bool:
    """Whether the page that was sent showed these answers, on this day or so many before."""
    shown = _digest(draft, answers, lifecycle.today() - timedelta(days=days_ago))
    return constant_time_compare(request.POST.get(way.SHOWN, ""), shown)


def _answer(request: HttpRequest, draft: Draft, answers: Mapping[str, Any]) -> HttpResponse:
    """Send what was shown and agreed to; anything else comes back to the page, which says why."""
    posted = way.posted(request)
    form = _consent(draft, posted)
    if not drafts.has_room(draft, way.CHECK, posted):
        return _show_again(request, draft, form, status=422)
    if not form.is_valid() or abuse.trap(request.POST).filled:
        return _back(draft, posted)
    if not abuse.took_time(draft.opened):
        return _back(draft, posted, "?once_more")
    return _send(request, draft, answers, form)


def _back(draft: Draft, posted: Posted | None, mark: str = "") -> HttpResponse:
    """To the check page once more, with what was posted there, unless it no longer fits."""

    def keep(kept: Draft) -> None:
        kept.refused.pop(way.CHECK, None)
        if posted is not None:
            kept.refused[way.CHECK] = posted
        if abuse.opened_at(kept.opened) is None:
            kept.opened = abuse.stamp()

    draft = drafts.change(draft, keep)
    response = redirect(reverse("appointments:check") + mark)
    way.set_cookie(response, draft)
    return response


def _digest(draft: Draft, answers: Mapping[str, Any], day: date) -> str:
    """Stands for the answers as they were right and shown on that day, and the words agreed to.

    Only we can make it.
    """
    key = str(draft.row.submission_key)
    shown = json.dumps([key, forms.CONSENT_VERSION, day.isoformat(), answers], sort_keys=True)
    return salted_hmac("appointments.views.sending", shown, algorithm="sha256").hexdigest()


def _send(
    request: HttpRequest, draft: Draft, answers: Mapping[str, Any], form: forms.ConsentForm
) -> HttpResponse:
    try:
        lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=draft.row.submission_key,
            answers=answers,
            consent_version=forms.CONSENT_VERSION,
            site_language=way.language(),
            address=way.address_of(request),
        )
    except lifecycle.Emergency:
        return way.stop(draft)
    except limits.Limited as limited:
        return _show_again(request, draft, form, limited=limited)
    except RequestDraft.DoesNotExist:
        # Another tab met an emergency sign at this very moment.
        return way.to_start()
    response = redirect("appointments:received")
    way.set_cookie(response, draft)
    return response


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The reference and what happens next. Reload, back and bookmark are safe while the cookie lasts."""
    draft = way.draft_of(request)
    if draft is None or draft.row.request is None:
        return render(request, "appointments/not_here.html", status=404)
    stored: AppointmentRequest = draft.row.request
    reasons = filter(None, map(urgency.rules().rule, stored.urgency_reasons))
    context = {
        "stored": stored,
        "phone": phone_as_written(stored.phone),
        "advice": way.advice([rule for rule in reasons if rule.level == urgency.Level.SAME_DAY]),
    }
    return render(request, "appointments/received.html", context)


def _consent(draft: Draft, posted: Posted | None) -> forms.ConsentForm:
    data = None if posted is None else MultiValueDict(posted)
    return forms.ConsentForm(data, answers=draft.answers, today=lifecycle.today())


def _show_again(request: HttpRequest, draft: Draft, form: forms.ConsentForm, **why: Any) -> HttpResponse:
    review = steps.Review(draft.answers, lifecycle.today())
    if review.first_invalid:
        return way.to_step(review.first_invalid, "again")
    return _show(request, draft, review, form, **why)


def _show(
    request: HttpRequest,
    draft: Draft,
    review: steps.Review,
    form: forms.ConsentForm,
    *,
    status: int = 200,
    send_again: bool = False,
    limited: limits.Limited | None = None,
) -> HttpResponse:
    sections = [
        {"step": step, "heading": answered.topic or answered.heading, "lines": answered.summary()}
        for step, answered in review.forms.items()
    ]
    context = {
        "form": form,
        "sections": sections,
        "advice": way.advice(way.same_day(draft)),
        "number": len(sections) + 1,
        "total": len(sections) + 1,
        "send_again": send_again,
        "changed": "changed" in request.GET,
        "once_more": "once_more" in request.GET,
        "trap": abuse.trap(form.data),
        "shown": _digest(draft, review.answers, lifecycle.today()),
    }
    return way.page(request, "appointments/check.html", context, status, limited)
