"""The start page, and one page for each step of questions."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import drafts, forms, lifecycle, steps
from appointments.drafts import Draft
from appointments.views import way


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What will be asked, how long it takes, and what to do instead in an emergency."""
    response = render(
        request, "appointments/start.html", {"first": steps.FIRST, "ended": "ended" in request.GET}
    )
    patch_cache_control(response, public=True, max_age=settings.PAGE_MAX_AGE_SECONDS)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One page of questions. A page that is not reached yet leads to the first one still open."""
    current, draft = steps.named(name), way.draft_of(request)
    if request.method == "POST":
        return _answer(request, current, draft)
    if draft is None or draft.submitted:
        return _show(request, current, _blank(current)) if current == steps.FIRST else way.to_start()
    reached = steps.first_open(draft.answers, draft.done)
    if current.name not in draft.done and current != reached:
        return way.forward(draft)
    form = current.form(
        initial=current.form.initial_from(draft.answers), answers=draft.answers, today=lifecycle.today()
    )
    if "again" in request.GET:
        form = steps.checked(current, draft.answers, lifecycle.today())
    return _show(request, current, form, draft)


def _csrf_failed_step(request: HttpRequest, name: str) -> HttpResponse:
    """Show the answers again, unsaved, with a fresh token; an emergency is told of even so."""
    current, draft = steps.named(name), way.draft_of(request)
    answers = draft.answers if draft else {}
    form = current.form(request.POST, answers=answers, today=lifecycle.today())
    if form.is_valid() and way.is_emergency({**answers, **form.stored()}):
        return redirect("appointments:emergency")
    return _show(request, current, form, draft, status=403, send_again=True)


step.csrf_failed = never_cache(_csrf_failed_step)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, current: steps.Step, draft: Draft | None) -> HttpResponse:
    if draft is not None and draft.submitted and current != steps.FIRST:
        return redirect("appointments:received")
    answers = draft.answers if draft and not draft.submitted else {}
    form = current.form(request.POST, answers=answers, today=lifecycle.today())
    if not form.is_valid():
        return _show(request, current, form, draft, status=422)
    if way.is_emergency({**answers, **form.stored()}):
        return way.stop(draft)
    expired = draft is None and current != steps.FIRST
    if draft is None or draft.submitted:
        draft = drafts.begin()
    draft = drafts.change(draft, lambda kept: _keep(kept, current, form))
    response = way.to_step(steps.FIRST, "kept") if expired else way.forward(draft)
    way.set_cookie(response, draft)
    return response


def _keep(draft: Draft, current: steps.Step, form: forms.StepForm) -> None:
    draft.answers.update(form.stored())
    if current.name not in draft.done:
        draft.done.append(current.name)


def _blank(current: steps.Step) -> forms.StepForm:
    return current.form(answers={}, today=lifecycle.today())


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
