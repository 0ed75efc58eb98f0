"""The trail, for auditors: view-only, by who, what, which request and when."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from appointments import watching
from appointments.admin import trail_entries
from appointments.admin.forms import A_DAY
from appointments.admin.ids import is_id
from appointments.admin.presentation import action_label
from appointments.admin.view_only import ViewOnly
from appointments.models import AppointmentRequest, Event
from appointments.reference import normalise

LIST = "admin:appointments_event_changelist"


class TrailForm(forms.Form):
    """What the trail is filtered by; it stands in the address, so that it takes ids and codes only."""

    actor = forms.ChoiceField(label=_("By"), required=False)
    action = forms.ChoiceField(label=_("What"), required=False)
    request = forms.IntegerField(
        label=_("Request, by its number"), required=False, min_value=1, max_value=2**63 - 1
    )
    since = forms.DateField(label=_("From"), **A_DAY)
    until = forms.DateField(label=_("To, that day too"), **A_DAY)
    before = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        people = get_user_model().objects.filter(is_staff=True).order_by("username")
        kinds = [kind for kind in Event.ActorKind if kind != Event.ActorKind.STAFF]
        self.fields["actor"].choices = [  # type: ignore[attr-defined]
            ("", _("anybody")),
            *((kind.value, kind.label) for kind in kinds),
            *((str(number), name) for number, name in people.values_list("pk", "username")),
            *self._gone(str((data or {}).get("actor", ""))),
        ]
        labels = sorted((action_label(action), action) for action in trail_entries.actions())
        self.fields["action"].choices = [  # type: ignore[attr-defined]
            ("", _("anything")),
            *((action, label) for label, action in labels),
        ]

    def _gone(self, actor: str) -> list[tuple[str, str]]:
        """An account that is no staff any more: the trail still knows what it did."""
        return [(actor, gettext("account %(number)s") % {"number": actor})] if is_id(actor) else []

    def clean_since(self) -> datetime | None:
        day = self.cleaned_data["since"]
        return make_aware(datetime.combine(day, time.min)) if day else None

    def clean_until(self) -> datetime | None:
        """The beginning of the day after, which is no longer asked for."""
        day = self.cleaned_data["until"]
        return make_aware(datetime.combine(day + timedelta(days=1), time.min)) if day else None


@admin.register(Event)
class EventAdmin(ViewOnly):
    change_list_template = "admin/appointments/trail.html"

    def get_urls(self) -> list[URLPattern]:
        find = self.admin_site.admin_view(require_POST(self.find))
        return [path("find/", find, name="appointments_event_find"), *super().get_urls()]

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A page of the trail. Raises PermissionDenied."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        form = TrailForm(request.GET)
        page = None
        if form.is_valid():
            try:
                page = trail_entries.page(form.cleaned_data)
            except Event.DoesNotExist:
                form.add_error(None, gettext("The trail has no such entry to continue from."))
        if page:
            numbers = [entry.event.pk for entry in page.entries]
            shown = {"entries": [numbers[0], numbers[-1]]} if numbers else {}
            watching.shown(request, filters=_chosen(form) or None, **shown)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("The trail"),
            "form": form,
            "page": page,
            "older": _query(request, before=page.before) if page and page.before else "",
            "newest": _query(request),
            "chain": trail_entries.chain(),
            **(extra_context or {}),
        }
        status = 200 if page else 422
        return TemplateResponse(request, self.change_list_template, context, status=status)

    def find(self, request: HttpRequest) -> HttpResponseBase:
        """From a reference, which stands in no address, to what happened to its request."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        try:
            reference = normalise(request.POST.get("reference", ""))
        except ValueError:
            messages.warning(request, gettext("That is no reference: one letter or more is not right."))
            return redirect(LIST)
        number = AppointmentRequest.objects.filter(reference=reference).values_list("pk", flat=True).first()
        if number is None:
            messages.warning(request, gettext("No request has this reference. It may have been erased."))
            return redirect(LIST)
        return redirect(f"{reverse(LIST)}?request={number}")


def _chosen(form: TrailForm) -> dict[str, str]:
    """The filters in use as codes: what the form has let through is an id, a code or a day."""
    return {name: str(value) for name, value in form.cleaned_data.items() if value}


def _query(request: HttpRequest, before: int | None = None) -> str:
    """The same filters, from that entry back or from the latest."""
    query = request.GET.copy()
    query.pop("before", None)
    if before:
        query["before"] = str(before)
    return f"?{query.urlencode()}"
