"""The pages on which staff decide: a GET asks, a POST acts. Each names and re-checks its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from appointments import audit, follow_up, lifecycle, states
from appointments.admin import logged_off, presentation
from appointments.admin.forms import NoteForm, SeenForm, TakeStepForm, TriageForm, UrgencyForm
from appointments.models import AppointmentRequest, Event

STEPS = {row.action for row in states.TRANSITIONS if row.by is states.By.STAFF}


def may(request: HttpRequest, codename: str) -> bool:
    """Whether the signed-in person holds this permission of the app."""
    return bool(request.user.has_perm(f"appointments.{codename}"))


class DecisionView:
    """Guard, form, one call, back to the request. What was typed survives an error of any kind."""

    template = "admin/appointments/decide.html"

    def __init__(self, site: admin.AdminSite) -> None:
        self.site = site

    @classmethod
    def for_site(cls, site: admin.AdminSite) -> Callable[..., Any]:
        """The view as the admin serves it: only for signed-in staff, CSRF-protected."""
        decision = cls(site)
        view = site.admin_view(decision.answer)
        view.csrf_failed = never_cache(decision.show_again)  # type: ignore[attr-defined]
        return view

    def answer(self, request: HttpRequest, pk: int, action: str = "") -> HttpResponse:
        """GET asks, POST acts. Raises PermissionDenied, Http404."""
        stored = self._guarded(request, pk, action)
        if request.method != "POST":
            return self._page(request, stored, action, self.form(stored, action))
        form = self.form(stored, action, request.POST)
        if not form.is_valid():
            return self._page(request, stored, action, form, status=422)
        try:
            self.act(request, stored, action, form)
        except lifecycle.Outdated as outdated:
            return self._told(request, stored, action, what_happened(outdated.event))
        except states.NotAllowed:
            what = gettext("This step is no longer possible: the request has moved on.")
            if form.cleaned_data.get("reason"):
                return self._told(request, stored, action, what)
            messages.warning(request, what)
            return redirect("admin:appointments_appointmentrequest_change", pk)
        return self.done(request, stored, action)

    def done(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> HttpResponse:
        """The answer once it has been acted on."""
        messages.success(request, gettext("Saved: %(what)s.") % {"what": self.title(action)})
        return redirect("admin:appointments_appointmentrequest_change", stored.pk)

    def show_again(self, request: HttpRequest, pk: int, action: str = "") -> HttpResponse:
        """After a failed CSRF check: the same page with what was typed, nothing done."""
        if not self.site.has_permission(request):
            own = logged_off.from_our_own_page(request)
            return logged_off.give_back(self.site, request) if own else redirect("admin:login")
        stored = self._guarded(request, pk, action)
        messages.warning(
            request, gettext("Your page was too old to be saved. Please press the button again.")
        )
        return self._page(request, stored, action, self.form(stored, action, request.POST), status=403)

    def _guarded(self, request: HttpRequest, pk: int, action: str) -> AppointmentRequest:
        if not (may(request, "view_appointmentrequest") and may(request, self.permission(action))):
            raise PermissionDenied
        return get_object_or_404(AppointmentRequest, pk=pk)

    def _told(self, request: HttpRequest, stored: AppointmentRequest, action: str, what: str) -> HttpResponse:
        """Say what changed meanwhile, and offer the form once more against the request as it now is."""
        messages.warning(request, what)
        stored.refresh_from_db()
        posted = request.POST.copy()
        posted["seen_version"] = str(stored.version)
        return self._page(request, stored, action, self.form(stored, action, posted), status=409)

    def _page(
        self,
        request: HttpRequest,
        stored: AppointmentRequest,
        action: str,
        form: forms.Form,
        *,
        status: int = 200,
    ) -> HttpResponse:
        context = {
            **self.site.each_context(request),
            "opts": AppointmentRequest._meta,
            "title": self.title(action),
            "stored": stored,
            "form": form,
            "due": presentation.due(stored),
            "tells": self.tells(stored, action),
        }
        return TemplateResponse(request, self.template, context, status=status)

    def permission(self, action: str) -> str:
        raise NotImplementedError

    def title(self, action: str) -> str:
        raise NotImplementedError

    def tells(self, stored: AppointmentRequest, action: str) -> str:
        """What the patient hears of it, in words; empty where it does not concern them."""
        return ""

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> forms.Form:
        raise NotImplementedError

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        raise NotImplementedError


class StepView(DecisionView):
    """A step of the table of transitions."""

    def _row(self, action: str, status: str = "") -> states.Transition:
        rows = [row for row in states.TRANSITIONS if row.action == action and action in STEPS]
        if not rows:
            raise Http404
        return next((row for row in rows if status in row.sources), rows[0])

    def permission(self, action: str) -> str:
        return self._row(action).permission

    def title(self, action: str) -> str:
        return str(self._row(action).label)

    def tells(self, stored: AppointmentRequest, action: str) -> str:
        return presentation.tells(self._row(action, stored.status), stored)

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> TakeStepForm:
        row = self._row(action, stored.status)
        return TakeStepForm(data, transition=row, initial={"seen_version": stored.version})

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        given = form.cleaned_data
        lifecycle.take_step(
            actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, action=action, **given
        )


class UrgencyView(DecisionView):
    """The urgency, raised or lowered with a reason."""

    def permission(self, action: str) -> str:
        return "change_urgency"

    def title(self, action: str) -> str:
        return gettext("Change the urgency")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> TriageForm:
        return UrgencyForm(data, initial={"seen_version": stored.version, "level": stored.urgency})

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        lifecycle.change_urgency(
            actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, **form.cleaned_data
        )


class SeenView(DecisionView):
    """Staff have seen what the patient did by the private link."""

    def permission(self, action: str) -> str:
        return "contact_request"

    def title(self, action: str) -> str:
        return gettext("Seen")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> SeenForm:
        return SeenForm(data, initial={"seen_version": stored.version})

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        follow_up.mark_seen(
            actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, **form.cleaned_data
        )


class NoteView(DecisionView):
    """An internal note."""

    def permission(self, action: str) -> str:
        return "write_note"

    def title(self, action: str) -> str:
        return gettext("Write a note")

    def form(self, stored: AppointmentRequest, action: str, data: Any = None) -> NoteForm:
        return NoteForm(data)

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        lifecycle.write_note(
            actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, text=form.cleaned_data["text"]
        )


def what_happened(event: Event | None) -> str:
    """Who changed the request while someone else was looking at it."""
    if event is None:
        return gettext("This request has changed. Look at it again before you go on.")
    user = get_user_model().objects.filter(pk=event.actor_id).first() if event.actor_id else None
    who = user.get_username() if user else Event.ActorKind(event.actor_kind).label
    return gettext(
        "Meanwhile %(who)s was quicker: “%(what)s” (%(time)s). "
        "What you typed is still here; check that it still fits."
    ) % {
        "who": who,
        "what": presentation.event_label(event),
        "time": date_format(localtime(event.at), "M j, g:i a"),
    }
