"""The patient's way: start, the steps, emergency and same-day advice, check, received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import audit, drafts, forms, lifecycle, steps, urgency
from appointments.drafts import Draft
from appointments.models import AppointmentRequest

COOKIE = "request_draft"
View = Callable[..., HttpResponse]


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What will be asked, how long it takes, and what to do instead in an emergency."""
    response = render(request, "appointments/start.html", {"first": steps.FIRST})
    patch_cache_control(response, public=True, max_age=settings.PAGE_MAX_AGE_SECONDS)
    return response


@require_safe
def emergency(request: HttpRequest) -> HttpResponse:
    """Call 911: the same page for everyone, which says nothing about who sees it."""
    response = render(request, "appointments/emergency.html")
    patch_cache_control(response, public=True, max_age=settings.PAGE_MAX_AGE_SECONDS)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One page of questions. A page that is not reached yet leads to the first one still open."""
    current, draft = steps.named(name), _draft(request)
    if request.method == "POST":
        return _answer(request, current, draft)
    if draft is None or draft.submitted:
        return _show(request, current, _blank(current)) if current == steps.FIRST else _to_first(request)
    reached = steps.first_open(draft.answers, draft.done)
    if current.name not in draft.done and current != reached:
        return _forward(draft)
    form = current.form(
        initial=current.form.initial_from(draft.answers), answers=draft.answers, today=lifecycle.today()
    )
    if "again" in request.GET:
        form = steps.checked(current, draft.answers, lifecycle.today())
    return _show(request, current, form, draft)


def _csrf_failed_step(request: HttpRequest, name: str) -> HttpResponse:
    """Show the answers again, unsaved, with a fresh token."""
    draft = _draft(request)
    answers = draft.answers if draft else {}
    form = steps.named(name).form(request.POST, answers=answers, today=lifecycle.today())
    return _show(request, steps.named(name), form, draft, status=403, send_again=True)


step.csrf_failed = never_cache(_csrf_failed_step)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, current: steps.Step, draft: Draft | None) -> HttpResponse:
    if draft is not None and draft.submitted and current != steps.FIRST:
        return redirect("appointments:received")
    answers = draft.answers if draft and not draft.submitted else {}
    form = current.form(request.POST, answers=answers, today=lifecycle.today())
    if not form.is_valid():
        return _show(request, current, form, draft, status=422)
    given = {**answers, **form.stored()}
    if urgency.assess(given, today=lifecycle.today()).level == urgency.Level.EMERGENCY:
        return _stop(draft)
    expired = draft is None and current != steps.FIRST
    if draft is None or draft.submitted:
        draft = drafts.begin()
    draft = drafts.change(draft, lambda kept: _keep(kept, current, form))
    response = redirect("appointments:step", name=steps.FIRST.name) if expired else _forward(draft)
    if expired:
        response["Location"] += "?kept"
    _set_cookie(response, draft)
    return response


def _keep(draft: Draft, current: steps.Step, form: forms.StepForm) -> None:
    draft.answers.update(form.stored())
    if current.name not in draft.done:
        draft.done.append(current.name)


def _stop(draft: Draft | None) -> HttpResponse:
    """An emergency sign: nothing is kept but a count."""
    if draft is not None:
        drafts.discard(draft)
    lifecycle.count_emergency_stop()
    response = redirect("appointments:emergency")
    response.delete_cookie(COOKIE)
    return response


def _forward(draft: Draft) -> HttpResponse:
    """To the advice for today if there is new advice, else to the next open step, else to the check."""
    if _fresh_advice(draft):
        return redirect("appointments:today")
    following = steps.first_open(draft.answers, draft.done)
    if following is None:
        return redirect("appointments:check")
    return redirect("appointments:step", name=following.name)


def _same_day(draft: Draft) -> list[urgency.Rule]:
    reasons = urgency.assess(draft.answers, today=lifecycle.today()).reasons
    return [rule for rule in reasons if rule.level == urgency.Level.SAME_DAY]


def _fresh_advice(draft: Draft) -> list[urgency.Rule]:
    return [rule for rule in _same_day(draft) if rule.code not in draft.advised]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def today(request: HttpRequest) -> HttpResponse:
    """Where to go today, shown at once; then the request goes on."""
    draft = _draft(request)
    if draft is None or draft.submitted:
        return _to_first(request)
    rules = _same_day(draft)
    if request.method == "POST":
        codes = [rule.code for rule in rules]
        draft = drafts.change(draft, lambda kept: kept.advised.extend(codes))
        return _forward(draft)
    return render(request, "appointments/today.html", {"advice": _advice(rules)})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Everything answered so far, each with a way to change it; consent; send."""
    draft = _draft(request)
    if draft is None:
        return _to_first(request)
    if draft.submitted:
        return redirect("appointments:received")
    if steps.first_open(draft.answers, draft.done):
        return _forward(draft)
    invalid = steps.first_invalid(draft.answers, lifecycle.today())
    if invalid:
        response = redirect("appointments:step", name=invalid.name)
        response["Location"] += "?again"
        return response
    if request.method == "POST":
        return _send(request, draft)
    return _show_check(request, draft, _consent(draft))


def _csrf_failed_check(request: HttpRequest) -> HttpResponse:
    draft = _draft(request)
    if draft is None or draft.submitted or steps.first_open(draft.answers, draft.done):
        return check(_as_get(request))
    return _show_check(request, draft, _consent(draft, request.POST), status=403, send_again=True)


check.csrf_failed = never_cache(_csrf_failed_check)  # type: ignore[attr-defined]


def _as_get(request: HttpRequest) -> HttpRequest:
    request.method = "GET"
    return request


def _send(request: HttpRequest, draft: Draft) -> HttpResponse:
    form = _consent(draft, request.POST)
    if not form.is_valid():
        return _show_check(request, draft, form, status=422)
    try:
        lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=draft.row.submission_key,
            answers=draft.answers,
            site_language=get_language() or settings.LANGUAGE_CODE,
        )
    except lifecycle.Emergency:
        return _stop(draft)
    return redirect("appointments:received")


@never_cache
@require_safe
def received(request: HttpRequest) -> HttpResponse:
    """The reference and what happens next. Reload, back and bookmark are safe for as long as the cookie lasts."""
    draft = _draft(request)
    if draft is None or draft.row.request is None:
        return render(request, "appointments/not_here.html", status=404)
    stored: AppointmentRequest = draft.row.request
    reasons = {rule.code: rule for rule in urgency.rules().rules}
    advice = [reasons[code] for code in stored.urgency_reasons if code in reasons]
    context = {
        "stored": stored,
        "advice": _advice([rule for rule in advice if rule.level == urgency.Level.SAME_DAY]),
        "time_zone": settings.TIME_ZONE,
    }
    return render(request, "appointments/received.html", context)


def _advice(rules: list[urgency.Rule]) -> list[str]:
    language = get_language() or settings.LANGUAGE_CODE
    return list(dict.fromkeys(rule.advice_text(language) for rule in rules))


def _blank(current: steps.Step) -> forms.StepForm:
    return current.form(answers={}, today=lifecycle.today())


def _consent(draft: Draft, data: Any = None) -> forms.ConsentForm:
    return forms.ConsentForm(data, answers=draft.answers, today=lifecycle.today())


def _show(
    request: HttpRequest,
    current: steps.Step,
    form: forms.StepForm,
    draft: Draft | None = None,
    *,
    status: int = 200,
    send_again: bool = False,
) -> HttpResponse:
    answers = draft.answers if draft else {}
    row = steps.asked(answers)
    context = {
        "step": current,
        "form": form,
        "number": row.index(current) + 1 if current in row else 1,
        "total": len(row) + 1,
        "back": steps.before(current, answers),
        "changing": bool(draft and not steps.first_open(draft.answers, draft.done)),
        "kept": "kept" in request.GET,
        "send_again": send_again,
    }
    return render(request, "appointments/step.html", context, status=status)


def _show_check(
    request: HttpRequest,
    draft: Draft,
    form: forms.ConsentForm,
    *,
    status: int = 200,
    send_again: bool = False,
) -> HttpResponse:
    sections = []
    for each in steps.asked(draft.answers):
        answered = steps.checked(each, draft.answers, lifecycle.today())
        answered.is_valid()
        sections.append({"step": each, "heading": each.form.heading, "lines": answered.summary()})
    context = {
        "form": form,
        "sections": sections,
        "advice": _advice(_same_day(draft)),
        "number": len(sections) + 1,
        "total": len(sections) + 1,
        "send_again": send_again,
    }
    return render(request, "appointments/check.html", context, status=status)


def _draft(request: HttpRequest) -> Draft | None:
    return drafts.find(request.COOKIES.get(COOKIE, ""))


def _to_first(request: HttpRequest) -> HttpResponse:
    return redirect("appointments:start")


def _set_cookie(response: HttpResponse, draft: Draft) -> None:
    response.set_cookie(
        COOKIE,
        draft.token,
        max_age=settings.DRAFT_LIFETIME_SECONDS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
