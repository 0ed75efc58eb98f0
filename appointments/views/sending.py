"""Check the answers, send them, and read what happens next."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import audit, forms, lifecycle, steps, urgency
from appointments.drafts import Draft
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
    review = steps.Review(draft.answers, lifecycle.today())
    if review.first_invalid:
        return way.to_step(review.first_invalid, "again")
    if request.method != "POST":
        return _show(request, draft, review, _consent(draft))
    form = _consent(draft, request.POST)
    if not form.is_valid():
        return _show(request, draft, review, form, status=422)
    return _send(draft, review)


def _csrf_failed_check(request: HttpRequest) -> HttpResponse:
    """Show the answers and the consent again; nothing is sent."""
    draft = way.draft_of(request)
    if draft is None or draft.submitted or steps.first_open(draft.answers, draft.done):
        request.method = "GET"
        return check(request)
    review = steps.Review(draft.answers, lifecycle.today())
    if review.first_invalid:
        return way.to_step(review.first_invalid, "again")
    return _show(request, draft, review, _consent(draft, request.POST), status=403, send_again=True)


check.csrf_failed = never_cache(_csrf_failed_check)  # type: ignore[attr-defined]


def _send(draft: Draft, review: steps.Review) -> HttpResponse:
    try:
        lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=draft.row.submission_key,
            answers=review.answers,
            consent_version=forms.CONSENT_VERSION,
            site_language=way.language(),
        )
    except lifecycle.Emergency:
        return way.stop(draft)
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


def _consent(draft: Draft, data: Any = None) -> forms.ConsentForm:
    return forms.ConsentForm(data, answers=draft.answers, today=lifecycle.today())


def _show(
    request: HttpRequest,
    draft: Draft,
    review: steps.Review,
    form: forms.ConsentForm,
    *,
    status: int = 200,
    send_again: bool = False,
) -> HttpResponse:
    sections = [
        {"step": step, "heading": answered.heading, "lines": answered.summary()}
        for step, answered in review.forms.items()
    ]
    context = {
        "form": form,
        "sections": sections,
        "advice": way.advice(way.same_day(draft)),
        "number": len(sections) + 1,
        "total": len(sections) + 1,
        "send_again": send_again,
    }
    return render(request, "appointments/check.html", context, status=status)
