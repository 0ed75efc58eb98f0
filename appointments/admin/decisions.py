"""The pages on which staff decide: a GET asks, a POST acts. Each names and re-checks its permission."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache

from appointments import abuse, audit, duplicates, follow_up, lifecycle, states
from appointments.admin import alike, logged_off, meanwhile, presentation
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
            if not self.possible(stored, action):
                return self._not_possible(request, stored, action, [], status=200)
            return self._page(request, stored, action, self.asked(request, stored, action))
        form = self.form(stored, action, request.POST)
        if not form.is_valid():
            return self._page(request, stored, action, form, status=422)
        try:
            self.act(request, stored, action, form)
        except lifecycle.Outdated as outdated:
            return self._told(request, stored, action, outdated.events)
        except states.NotAllowed:
            return self._not_possible(request, stored, action, [], form=form)
        except (AppointmentRequest.DoesNotExist, IntegrityError):
            # Deleted this very moment; a note's key is checked when its transaction ends.
            messages.warning(request, gettext("This request is no longer there. Nothing was changed."))
            return redirect("admin:appointments_appointmentrequest_changelist")
        if form.errors:
            return self._page(request, stored, action, form, status=422)
        return self.done(request, stored, action)

    def asked(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> forms.Form:
        """The form of a page that is opened; the first question has the focus."""
        form = self.form(stored, action)
        first = next(iter(form.visible_fields()), None)
        if first is not None:
            first.field.widget.attrs["autofocus"] = True
        return form

    def done(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> HttpResponse:
        """The answer once it has been acted on."""
        messages.success(request, gettext("Saved: %(what)s.") % {"what": self.title(action)})
        return redirect("admin:appointments_appointmentrequest_change", stored.pk)

    def show_again(self, request: HttpRequest, pk: int, action: str = "") -> HttpResponse:
        """After a failed CSRF check: the same page with what was typed, nothing done.

        What another site sent is not put into a form of ours, under a button of ours.
        """
        if not self.site.has_permission(request):
            own = logged_off.from_our_own_page(request)
            return logged_off.give_back(self.site, request) if own else redirect("admin:login")
        stored = self._guarded(request, pk, action)
        if abuse.from_another_site(request.headers, request.get_host()):
            raise PermissionDenied
        messages.warning(
            request, gettext("Your page was too old to be saved. Please press the button again.")
        )
        return self._page(request, stored, action, self.form(stored, action, request.POST), status=403)

    def _guarded(self, request: HttpRequest, pk: int, action: str) -> AppointmentRequest:
        if not (may(request, "view_appointmentrequest") and may(request, self.permission(action))):
            raise PermissionDenied
        return get_object_or_404(AppointmentRequest, pk=pk)

    def _told(
        self, request: HttpRequest, stored: AppointmentRequest, action: str, events: list[Event]
    ) -> HttpResponse:
        """Say what changed meanwhile, and offer the form once more against the request as it now is."""
        stored.refresh_from_db()
        posted = request.POST.copy()
        posted["seen_version"] = str(stored.version)
        form = self.form(stored, action, posted)
        if not self.possible(stored, action):
            return self._not_possible(request, stored, action, events, form=form)
        told = {"changes": meanwhile.changes(events, reader=int(request.user.pk or 0)), "is_outdated": True}
        return self._page(request, stored, action, form, status=409, **told)

    def _not_possible(
        self,
        request: HttpRequest,
        stored: AppointmentRequest,
        action: str,
        events: list[Event],
        *,
        form: forms.Form | None = None,
        status: int = 409,
    ) -> HttpResponse:
        """Say that the step cannot be taken any more; what was typed can be kept as a note."""
        typed = [] if form is None else meanwhile.typed(form)
        note = form["reason"].value() if form is not None and "reason" in form.fields else ""
        context = {
            **self._context(request, stored, action),
            "changes": meanwhile.changes(events, reader=int(request.user.pk or 0)),
            "typed": typed,
            "note_form": NoteForm(initial={"text": note}) if note else None,
            "may_write_note": may(request, "write_note"),
        }
        return TemplateResponse(request, "admin/appointments/not_possible.html", context, status=status)

    def _context(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> dict[str, Any]:
        return {
            **self.site.each_context(request),
            "opts": AppointmentRequest._meta,
            "title": self.title(action),
            "stored": stored,
            "due": presentation.due(stored),
        }

    def _page(
        self,
        request: HttpRequest,
        stored: AppointmentRequest,
        action: str,
        form: forms.Form,
        *,
        status: int = 200,
        **told: Any,
    ) -> HttpResponse:
        context = {
            **self._context(request, stored, action),
            "form": form,
            "tells": self.tells(stored, action),
            "beside": self.beside(stored, action),
            **told,
        }
        return TemplateResponse(request, self.template, context, status=status)

    def possible(self, stored: AppointmentRequest, action: str) -> bool:
        """Whether this can be done to the request as it is."""
        return True

    def beside(self, stored: AppointmentRequest, action: str) -> list[tuple[str, list[str]]]:
        """What to have in view while deciding, each under its heading."""
        return []

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

    def possible(self, stored: AppointmentRequest, action: str) -> bool:
        return action in [row.action for row in states.allowed(stored.status)]

    def asked(self, request: HttpRequest, stored: AppointmentRequest, action: str) -> forms.Form:
        """An address may choose the outcome, and the request that this one repeats: codes and ids only."""
        form = super().asked(request, stored, action)
        for name in ("outcome", "duplicate_of"):
            field, chosen = form.fields.get(name), request.GET.get(name, "")
            if isinstance(field, forms.ChoiceField) and field.valid_value(chosen):
                form.initial[name] = chosen
        return form

    def beside(self, stored: AppointmentRequest, action: str) -> list[tuple[str, list[str]]]:
        return presentation.wishes(stored) if action == "schedule" else []

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
        others = duplicates.likely(stored) if states.Need.OUTCOME in row.needs else []
        initial = {"seen_version": stored.version}
        visit = stored.scheduled_for if states.Need.OUTCOME in row.needs else None
        offered = alike.choices(others)
        return TakeStepForm(
            data,
            transition=row,
            duplicates=offered,
            all_are_duplicates=bool(others) and not offered,
            visit=visit,
            initial=initial,
        )

    def act(self, request: HttpRequest, stored: AppointmentRequest, action: str, form: forms.Form) -> None:
        given = form.cleaned_data
        lifecycle.take_step(
            actor=audit.staff(int(request.user.pk or 0)), request_id=stored.pk, action=action, **given
        )


class UrgencyView(DecisionView):
    """The urgency, raised or lowered with a reason."""

    def possible(self, stored: AppointmentRequest, action: str) -> bool:
        return stored.is_open

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
