"""What all steps share: the heading, how the page is laid out, and answers in the shape the draft keeps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import TextChoices
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments.answers import NONE_OF_THESE
from appointments.fields import PartsWidget

Lines = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Fold:
    """Questions that few people need: closed under their title until opened."""

    title: Any
    names: tuple[str, ...]
    hint: Any = ""


@dataclass(frozen=True, slots=True)
class Part:
    """What the page shows together: one question, or the questions of a fold."""

    questions: list[Question]
    fold: Fold | None = None
    is_open: bool = False


class Question(forms.BoundField):
    """A question as the page shows it: each of its answers with the boxes that belong to that answer."""

    @cached_property
    def subwidgets(self) -> list[Any]:
        answers: list[Any] = super().subwidgets
        boxes = getattr(self.field, "boxes", {})
        for answer in answers:
            names = boxes.get(answer.data.get("value"), ())
            answer.boxes = [self.form[name] for name in names if self.form.shows(name)]  # type: ignore[attr-defined]
        return answers

    @property
    def holds_something(self) -> bool:
        """Whether there is an answer or an error that a closed fold would hide."""
        value = self.value()
        if isinstance(value, list):
            value = value[0]
        preset = getattr(self.field, "preset", "")
        return bool(self.errors) or value not in (None, "", False, preset)


class StepForm(forms.Form):
    """One step of the form. ``answers`` are those of the draft so far; ``today`` is the clinic's day."""

    bound_field_class = Question
    heading: ClassVar[Any] = ""
    topic: ClassVar[Any] = ""
    lead: Any = ""
    folds: ClassVar[tuple[Fold, ...]] = ()

    def __init__(self, *args: Any, answers: Mapping[str, Any], today: date, **kwargs: Any) -> None:
        self.answers = answers
        self.today = today
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True

    @classmethod
    def applies(cls, answers: Mapping[str, Any]) -> bool:
        """Whether this step is asked, given the answers so far."""
        return True

    @classmethod
    def offers(cls, answers: Mapping[str, Any]) -> bool:
        """Whether what these answers name of the site's content is still there to choose."""
        return True

    def shows(self, name: str) -> bool:
        """Whether the page has this question."""
        return name in self.fields

    def layout(self) -> Iterator[Part]:
        """The page from top to bottom; boxes that belong to an answer come with their question."""
        boxes = {
            name
            for field in self.fields.values()
            for names in getattr(field, "boxes", {}).values()
            for name in names
        }
        folded = {name for fold in self.folds for name in fold.names}
        for name in self.fields:
            if name not in boxes | folded:
                yield Part([self[name]])  # type: ignore[list-item]
        for fold in self.folds:
            questions: list[Question] = [self[name] for name in fold.names if self.shows(name)]  # type: ignore[misc]
            if questions:
                yield Part(questions, fold, any(question.holds_something for question in questions))

    def stored(self) -> dict[str, Any]:
        """The step's answers as the draft keeps them: JSON, one key a column of the request."""
        return self.shape(self.cleaned_data)

    def told(self) -> dict[str, Any]:
        """What was answered rightly, in the same shape, though another question of the page was not.

        A sign counts as told even beside "none of these" or an unknown one: it may be an emergency.
        """
        self.is_valid()
        return self.shape({**self._signs_told(), **self.cleaned_data})

    def _signs_told(self) -> dict[str, list[str]]:
        told = {}
        for name, field in self.fields.items():
            if isinstance(field, SignsField):
                told[name] = [code for code in self[name].data or [] if field.is_sign(code)]
        return told

    def shape(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Clean answers, of all questions or of some, as the draft keeps them."""
        return dict(given)

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The stored answers as this form's initial values."""
        return {name: answers[name] for name in cls.base_fields if name in answers}

    @classmethod
    def posted_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The stored answers as if posted again, to check them once more before they are sent."""
        posted: dict[str, Any] = {}
        for name, value in cls.initial_from(answers).items():
            widget = cls.base_fields[name].widget
            if isinstance(widget, PartsWidget):
                posted.update(widget.posted_from(name, value))
            elif value is not False:
                posted[name] = value
        return posted

    def not_asked(self, name: str, empty: Any = "") -> None:
        """Another answer makes this question void: what was said to it does not count, nor do its errors."""
        self.errors.pop(name, None)
        self.cleaned_data[name] = empty

    def summary(self) -> Lines:
        """Each answered question in short, and the answer as people read it."""
        lines = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value not in (None, "", [], False):
                lines.append((str(getattr(field, "short", None) or field.label), self.shown(name, value)))
        return lines

    def shown(self, name: str, value: Any) -> str:
        """One answer as people read it."""
        return _shown(self.fields[name], value)


def _shown(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.MultipleChoiceField):
        labels = labels_of(field)
        return "; ".join(labels.get(code, code) for code in value)
    if isinstance(field, forms.ChoiceField):
        return labels_of(field).get(value, value)
    if value is True:
        return gettext("Yes")
    if isinstance(value, dict):
        return date_shown(value)
    return str(value)


def labels_of(field: forms.ChoiceField) -> dict[str, str]:
    """A question's codes and the words for them."""
    choices: Iterable[tuple[Any, Any]] = field.choices  # type: ignore[assignment]
    return {str(code): str(label) for code, label in choices}


def date_shown(parts: Mapping[str, int | None]) -> str:
    """A whole or partial date in words, so that no order of numbers can be misread."""
    year, month, day = parts["year"], parts["month"], parts["day"]
    if year is None:
        return ""
    if month is None:
        return str(year)
    return date_format(date(year, month, day or 1), "DATE_FORMAT" if day else "YEAR_MONTH_FORMAT")


def choice(
    label: Any,
    options: type[TextChoices],
    *,
    missing: Any,
    hint: Any = "",
    short: Any = "",
    conditional: bool = False,
    reveal: bool = False,
    boxes: Mapping[str, tuple[str, ...]] | None = None,
) -> forms.ChoiceField:
    """One of several answers, as radio buttons.

    ``conditional`` where another answer decides if it is needed; ``reveal`` where it waits for that answer.
    ``boxes`` names the questions that stand under an answer, by its code.
    """
    field = forms.ChoiceField(
        label=label,
        choices=options.choices,
        widget=forms.RadioSelect,
        help_text=hint,
        required=not (conditional or reveal),
        error_messages={"required": missing, "invalid_choice": _("Choose one of the answers shown.")},
    )
    field.short, field.conditional, field.reveal = short, conditional or reveal, reveal  # type: ignore[attr-defined]
    field.boxes = boxes or {}  # type: ignore[attr-defined]
    return field


class CodesField(forms.MultipleChoiceField):
    """Any of several answers, each kept once however often it was sent."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, **kwargs: Any) -> None:
        not_shown = _("Choose from the answers shown.")
        kwargs["error_messages"] |= {"invalid_choice": not_shown, "invalid_list": not_shown}
        super().__init__(**kwargs)

    def clean(self, value: Any) -> list[str]:
        return list(dict.fromkeys(super().clean(value)))


class SignsField(CodesField):
    """Any of several signs, or none of them; a question left empty is not an answer."""

    def __init__(self, *, label: Any, signs: list[tuple[str, Any]], missing: Any, short: Any) -> None:
        super().__init__(
            label=label,
            choices=[*signs, (NONE_OF_THESE, _("None of these"))],
            error_messages={"required": missing},
        )
        self.short = short

    def is_sign(self, code: str) -> bool:
        """Whether this is one of the signs asked for."""
        return code != NONE_OF_THESE and self.valid_value(code)

    def clean(self, value: Any) -> list[str]:
        codes = super().clean(value)
        if NONE_OF_THESE in codes and len(codes) > 1:
            raise ValidationError(
                _("You chose a sign and also “None of these”. Take away one of the two."), code="both"
            )
        return codes
