"""A step's form filled in, and what it says or keeps."""

from typing import Any

from appointments import steps
from appointments.forms import StepForm
from tests.builders import TODAY, posted

STEPS = {step.name: step.form for step in steps.STEPS}


def filled(kind: type[StepForm], given: dict[str, Any], **before: Any) -> StepForm:
    return kind(given, answers=before, today=TODAY)


def errors(form: StepForm) -> dict[str, list[str]]:
    return {name: [str(message) for message in messages] for name, messages in form.errors.items()}


def accepted(form: StepForm) -> dict[str, Any]:
    assert form.is_valid(), form.errors
    return form.stored()


def changed(step: str, **fields: Any) -> dict[str, Any]:
    return {**posted()[step], **fields}
