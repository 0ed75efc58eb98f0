"""The start page, and one page for each step of questions."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.datastructures import MultiValueDict
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from appointments import abuse, drafts, forms, lifecycle, limits, steps
from appointments.drafts import Draft, Posted
from appointments.views import way
from clinic_site.kept_public import keep_public


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """What will be asked, how long it takes, and what to do instead in an emergency."""
    response = render(
        request, "appointments/start.html", {"first": steps.FIRST, "ended": "ended" in request.GET}
    )
    keep_public(response)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def step(request: HttpRequest, name: str) -> HttpResponse:
    """One page of questions. A page that is not reached yet leads to the first one still open."""
    current, draft = steps.named(name), way.draft_of(request)
    if request.method == "POST":
        return _answer(request, current, draft)
    if draft is None or draft.submitted:
        return _show(request, current, _form(current, None)) if current == steps.FIRST else way.to_start()
    if not _is_reached(draft, current):
        return way.forward(draft)
    form = _form(current, draft, draft.refused.get(name))
    if "again" in request.GET and name not in draft.refused:
        form = steps.checked(current, draft.answers, lifecycle.today())
    return _show(request, current, form, draft)


def _csrf_failed_step(request: HttpRequest, name: str) -> HttpResponse:
    """Show the answers again, unsaved, with a fresh token; an emergency is told of even so."""
    current, draft = steps.named(name), way.draft_of(request)
    form = _form(current, draft, way.posted(request))
    if way.is_emergency({**form.answers, **form.told()}):
        return redirect("appointments:emergency")
    return _show(request, current, form, draft, status=403, send_again=True)


step.csrf_failed = never_cache(_csrf_failed_step)  # type: ignore[attr-defined]


def _answer(request: HttpRequest, current: steps.Step, draft: Draft | None) -> HttpResponse:
    """Keep what was answered, or what was refused, and lead on. An emergency sign comes before all else."""
    if draft is not None and draft.submitted and current != steps.FIRST:
        return redirect("appointments:received")
    begun = None if draft is None or draft.submitted else draft
    posted = way.posted(request)
    form = _form(current, begun, posted)
    if way.is_emergency({**form.answers, **form.told()}):
        return way.stop(draft)
    accepted = form.is_valid() and not (current == steps.FIRST and abuse.trap(request.POST).filled)
    if not accepted and not drafts.has_room(begun, current.name, posted):
        return _show(request, current, form, begun, status=422)
    try:
        draft = begun or way.begin(request)
    except limits.Limited as limited:
        return _show(request, current, form, limited=limited)
    opened = request.POST.get(abuse.OPENED, "")
    right = form if accepted else None
    draft = drafts.change(draft, lambda kept: _keep(kept, current, posted, right, opened))
    return _onward(draft, current, expired=begun is None and current != steps.FIRST)


def _keep(
    draft: Draft, current: steps.Step, posted: Posted, form: forms.StepForm | None, opened: str
) -> None:
    """Put the answers of a form that was accepted into the draft; of one that was not, what was posted."""
    if abuse.opened_at(draft.opened) is None and abuse.opened_at(opened):
        draft.opened = opened
    if form is None:
        draft.refused[current.name] = posted
        return
    for name in (current.name, way.CHECK):
        draft.refused.pop(name, None)
    draft.answers.update(form.stored())
    if current.name not in draft.done:
        draft.done.append(current.name)


def _onward(draft: Draft, current: steps.Step, *, expired: bool) -> HttpResponse:
    """To the next page; to the same one where something is to be mended; an emergency ends it here too.

    The answers of two tabs may be an emergency only together.
    """
    if draft.submitted:
        return redirect("appointments:received")
    if way.is_emergency(draft.answers):
        return way.stop(draft)
    if expired:
        response = way.to_step(steps.FIRST, "kept")
    elif current.name in draft.refused and _is_reached(draft, current):
        response = redirect("appointments:step", name=current.name)
    else:
        response = way.forward(draft)
    way.set_cookie(response, draft)
    return response


def _is_reached(draft: Draft, current: steps.Step) -> bool:
    return current.name in draft.done or current == steps.first_open(draft.answers, draft.done)


def _form(current: steps.Step, draft: Draft | None, posted: Posted | None = None) -> forms.StepForm:
    """The step's form with what was posted, or with what the draft holds."""
    answers = draft.answers if draft else {}
    initial = current.form.initial_from(answers)
    data = None if posted is None else MultiValueDict(posted)
    return current.form(data, initial=initial, answers=answers, today=lifecycle.today())


def _show(
    request: HttpRequest,
    current: steps.Step,
    form: forms.StepForm,
    draft: Draft | None = None,
    *,
    status: int = 200,
    send_again: bool = False,
    limited: limits.Limited | None = None,
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
    if current == steps.FIRST:
        context |= {"trap": abuse.trap(form.data), "opened": abuse.stamp(), "going_on": _going_on(draft, row)}
    return way.page(request, "appointments/step.html", context, status, limited)


def _going_on(draft: Draft | None, row: list[steps.Step]) -> dict[str, Any] | None:
    """For who comes back to the first page: the later step that is still open, and its number."""
    following = steps.first_open(draft.answers, draft.done) if draft else None
    if following is None or following == steps.FIRST:
        return None
    return {"name": following.name, "number": row.index(following) + 1}
