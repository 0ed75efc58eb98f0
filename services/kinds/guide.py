"""Which part of the team: two questions, and the people and pages that fit the answers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

from crispy_forms.templatetags.crispy_forms_filters import as_crispy_form
from django import forms
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from clinic_site.postgresql.one_statement import AnyGiven, OneStatement
from services.context import LANGUAGE, NOW
from services.facets import Facet, Filtered
from services.kinds.treatment_facets import BEGAN, BELOW, GOAL, advice, closest_first, offered_below
from services.models import Goal, Person, Treatment
from services.showing import Showing

ANY = "any"
SENT = "show"
"""The name of the button: without an answer nothing else tells that the form was sent."""


def _with_any(facet: Facet[Treatment], label: Any) -> Facet[Treatment]:
    """The same question for somebody who cannot say: then every treatment fits."""
    return replace(
        facet,
        options=[*facet.options, (ANY, label)],
        codes=lambda treatment: [*facet.codes(treatment), ANY],
    )


TREATMENTS = OneStatement(lambda: {"treatments": offered_below(BELOW)})
PEOPLE = OneStatement(
    lambda: {"people": Person.objects.published(NOW).in_roles(AnyGiven("roles")).listed_in(LANGUAGE)}
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


@lru_cache(maxsize=256)
def _questions(language: str | None, answers: tuple[tuple[str, str], ...]) -> SafeString:
    """The form in the language being shown. The same for all who chose the same: known answers alone."""
    return as_crispy_form(GuideForm(initial=dict(answers)))


def context(showing: Showing) -> dict[str, Any]:
    treatments: list[Treatment] = showing.ask(TREATMENTS, below=showing.above)["treatments"]
    filtered = Filtered(treatments, QUESTIONS, showing)
    form = GuideForm()
    goal = filtered.codes.get(GOAL.name, "")
    found = closest_first(filtered.results, goal)
    roles = _ranked(found, by_goal=goal in Goal.values) if filtered.codes else []
    return {
        "questions": _questions(get_language(), tuple(filtered.codes.items())),
        "sent": SENT,
        "filtered": filtered,
        "was_asked": any(name in showing.chosen for name in [*form.fields, SENT]),
        "missing": [form[name].label for name in form.fields if name not in filtered.codes],
        **advice(filtered.codes),
        "found": found,
        "roles": _with_people(showing, roles),
        "noindex": bool(showing.chosen),
    }


def _ranked(treatments: Sequence[Treatment], *, by_goal: bool) -> list[str]:
    """Roles in the order to ask them: those who lead a treatment first, then those who take part in one.

    With a goal, the one leads who leads the treatment closest to it; without, who leads most treatments.
    """
    leading = [treatment.provided_by[0] for treatment in treatments if treatment.provided_by]
    first = leading if by_goal else [code for code, _times in Counter(leading).most_common()]
    return list(dict.fromkeys([*first, *(code for each in treatments for code in each.provided_by)]))


def _with_people(showing: Showing, codes: list[str]) -> list[dict[str, Any]]:
    people = showing.ask(PEOPLE, roles=codes)["people"] if codes else []
    return [
        {"label": Person.Role(code).label, "people": [person for person in people if person.role == code]}
        for code in codes
    ]
