"""Which part of the team: two questions, and the people and pages that fit the answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from services.facets import Facet, Filtered
from services.kinds.treatment_facets import BEGAN, GOAL
from services.models import OnsetWindow, Person, Treatment
from services.showing import Showing

ANY = "any"


def _with_any(facet: Facet[Treatment], label: Any) -> Facet[Treatment]:
    """The same question for somebody who cannot say: then every treatment fits."""
    return replace(
        facet,
        options=[*facet.options, (ANY, label)],
        codes=lambda treatment: [*facet.codes(treatment), ANY],
    )


QUESTIONS = [_with_any(BEGAN, _("I am not sure")), _with_any(GOAL, _("Something else, or I am not sure"))]


class GuideForm(forms.Form):
    """Never bound: a missing answer is no mistake, and an unknown one is left out before."""

    use_required_attribute = False
    began = forms.ChoiceField(
        label=_("When did it begin?"), choices=QUESTIONS[0].options, widget=forms.RadioSelect
    )
    goal = forms.ChoiceField(
        label=_("What matters most to you?"), choices=QUESTIONS[1].options, widget=forms.RadioSelect
    )


def context(showing: Showing) -> dict[str, Any]:
    treatments = Treatment.objects.published().of_service(showing.page.parent)
    filtered = Filtered(list(treatments.in_language(showing.language)), QUESTIONS, showing)
    form = GuideForm(initial=filtered.codes)
    return {
        "form": form,
        "filtered": filtered,
        "was_asked": any(name in showing.chosen for name in form.fields),
        "missing": [form[name].label for name in form.fields if name not in filtered.codes],
        "first_days": filtered.codes.get(BEGAN.name) == OnsetWindow.DAYS,
        "roles": _roles(showing, filtered.results) if filtered.codes else [],
        "noindex": bool(showing.chosen),
    }


def _roles(showing: Showing, treatments: list[Treatment]) -> list[dict[str, Any]]:
    """Who gives these treatments, those who give most of them first, each with the people."""
    counts = Counter(role for treatment in treatments for role in treatment.provided_by)
    codes = sorted(counts, key=lambda code: -counts[code])
    people = list(Person.objects.published().in_language(showing.language).in_roles(codes))
    return [
        {
            "label": Person.Role(code).label,
            "count": counts[code],
            "people": [person for person in people if person.role == code],
        }
        for code in codes
    ]
