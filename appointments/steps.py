"""The order of the patient's way: which steps there are, which comes next, and whether all are answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from appointments import forms


@dataclass(frozen=True, slots=True)
class Step:
    """One page of questions; ``name`` is the last part of its address."""

    name: str
    form: type[forms.StepForm]


STEPS = (
    Step("safety", forms.SafetyForm),
    Step("start", forms.CourseForm),
    Step("eye", forms.EyeForm),
    Step("signs", forms.SignsForm),
    Step("wishes", forms.WishesForm),
    Step("patient", forms.PatientForm),
    Step("helper", forms.HelperForm),
    Step("contact", forms.ContactForm),
)
FIRST = STEPS[0]
NAMES = [step.name for step in STEPS]


def named(name: str) -> Step:
    """Raises KeyError for a name that is no step."""
    return {step.name: step for step in STEPS}[name]


def asked(answers: Mapping[str, Any]) -> list[Step]:
    """The steps that apply, given the answers so far."""
    return [step for step in STEPS if step.form.applies(answers)]


def first_open(answers: Mapping[str, Any], done: list[str]) -> Step | None:
    """The first step still to be answered; None when only checking and sending are left."""
    return next((step for step in asked(answers) if step.name not in done), None)


def before(step: Step, answers: Mapping[str, Any]) -> Step | None:
    """The step that "back" leads to."""
    row = asked(answers)
    index = row.index(step) if step in row else 0
    return row[index - 1] if index else None


def checked(step: Step, answers: Mapping[str, Any], today: date) -> forms.StepForm:
    """The step's stored answers, validated again."""
    return step.form(step.form.posted_from(answers), answers=answers, today=today)


def told(answers: Mapping[str, Any]) -> dict[str, Any]:
    """The stored answers of the steps that are asked: all but what was told before a change of mind."""
    void = {name for step in STEPS if not step.form.applies(answers) for name in step.form.base_fields}
    return {name: value for name, value in answers.items() if name not in void}


def are_offered(answers: Mapping[str, Any]) -> bool:
    """Whether what was chosen of the site's content is still there to choose."""
    return all(step.form.offers(answers) for step in STEPS)


class Review:
    """The stored answers as a whole: those of the steps that are asked, each validated again.

    What was told before a change of mind, to a step that no longer applies, is no part of it.
    ``first_invalid`` is the first step whose answers no longer hold: a day has passed, an earlier answer was
    changed.
    """

    def __init__(self, answers: Mapping[str, Any], today: date) -> None:
        self.forms = {step: checked(step, answers, today) for step in asked(answers)}
        self.first_invalid = next((step for step, form in self.forms.items() if not form.is_valid()), None)

    @property
    def answers(self) -> dict[str, Any]:
        """What is sent, once all steps are valid."""
        return {name: value for form in self.forms.values() for name, value in form.stored().items()}
