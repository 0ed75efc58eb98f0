"""Is it safe to wait, when did it start, and what is it like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from appointments import answers as words
from appointments.fields import DatePartsField, ParagraphField
from appointments.forms.base import Fold, Lines, SignsField, StepForm, choice

NO_MONTH = _(
    "Write the month too, it decides how soon you need care. If you do not know it, choose “Not sure”."
)


class SafetyForm(StepForm):
    heading = _("Is it safe to wait?")
    topic = _("Safety")

    examined = choice(
        _("Has a doctor or nurse examined your face?"),
        words.YesNoUnsure,
        missing=_("Choose whether a doctor or nurse has examined your face."),
        short=_("Examined"),
    )
    signs = SignsField(
        label=_("Any of these now?"),
        short=_("Signs"),
        signs=words.EmergencySign.choices,
        missing=_("Choose the signs you have, or “None of these”."),
    )


class CourseForm(StepForm):
    heading = _("What happened")

    onset_kind = choice(
        _("When did it start?"),
        words.OnsetKind,
        short=_("Started"),
        missing=_("Choose the answer that fits best."),
        boxes={words.OnsetKind.DATE.value: ("onset_date",)},
    )
    onset_date = DatePartsField(
        partial=True,
        required=False,
        label=_("Date it started"),
    )
    began = choice(
        _("It began"),
        words.Began,
        missing=_("Choose how it began."),
        short=_("Began"),
        conditional=True,
    )

    side = choice(_("Which side is weak?"), words.Side, missing=_("Choose a side."), short=_("Side"))
    movement = choice(
        _("Does it move?"), words.Movement, missing=_("Choose how much it moves."), short=_("Moves")
    )
    trend = choice(_("Lately it is"), words.Trend, missing=_("Choose how it has been."), short=_("Lately"))
    onset_date.conditional = onset_date.bare = True  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        before = {"year": self._recent_year}
        self.fields["onset_date"].help_text = _("Before %(year)s, just the year") % before

    @property
    def _recent_year(self) -> int:
        """The first year that alone does not say whether it began days or months ago."""
        return self.today.year - (self.today.month == 1)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        kind, began = cleaned.get("onset_kind"), cleaned.get("onset_date")
        if kind == words.OnsetKind.DATE and not began and "onset_date" not in self.errors:
            self.add_error("onset_date", _("Write when it started, at least the year."))
        if kind != words.OnsetKind.DATE:
            self.not_asked("onset_date", None)
        elif began and _earliest(began) > self.today:
            self.add_error("onset_date", _("This date is in the future. Check the year."))
        elif began and began["month"] is None and began["year"] >= self._recent_year:
            self.add_error("onset_date", NO_MONTH)
        if kind == words.OnsetKind.BIRTH:
            self.not_asked("began")
        elif not cleaned.get("began") and "began" not in self.errors:
            self.add_error("began", _("Choose how it began."))
        return cleaned

    def summary(self) -> Lines:
        """Without the kind, "On or about", where the date itself follows."""
        lines = super().summary()
        return lines[1:] if self.cleaned_data.get("onset_date") else lines

    def shape(self, given: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: value for name, value in given.items() if name != "onset_date"}
        if "onset_date" not in given:
            return kept
        parts = given["onset_date"] or {"year": None, "month": None, "day": None}
        return {**kept, **{f"onset_{part}": number for part, number in parts.items()}}

    @classmethod
    def initial_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        initial = super().initial_from(answers)
        if answers.get("onset_year"):
            initial["onset_date"] = {part: answers.get(f"onset_{part}") for part in ("year", "month", "day")}
        return initial


def _earliest(parts: Mapping[str, int | None]) -> date:
    return date(parts["year"] or 1, parts["month"] or 1, parts["day"] or 1)


class EyeForm(StepForm):
    heading = _("Your eye")

    eye_closes = choice(
        _("Does the eye on that side close fully?"),
        words.YesNoUnsure,
        missing=_("Choose whether the eye closes."),
        short=_("Closes"),
    )
    eye_cared = choice(
        _("Is the eye being protected?"),
        words.YesNoUnsure,
        hint=_("For example with drops, ointment, tape or an operation."),
        missing=_("Choose whether the eye is protected."),
        short=_("Protected"),
        reveal=True,
    )
    eye_signs = SignsField(
        label=_("Is it newly"),
        signs=words.EyeSign.choices,
        missing=_("Choose what is new in the eye, or “None of these”."),
        short=_("Newly"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("eye_closes") == words.YesNoUnsure.YES:
            self.not_asked("eye_cared")
        elif cleaned.get("eye_closes") and not cleaned.get("eye_cared") and "eye_cared" not in self.errors:
            self.add_error("eye_cared", _("Choose whether the eye is protected."))
        return cleaned


class SignsForm(StepForm):
    heading = _("Other signs")
    topic = _("Symptoms")
    folds = (Fold(_("What was tried"), ("tried",)),)

    ear_signs = SignsField(
        label=_("New within 2 weeks"),
        signs=words.EarSign.choices,
        short=pgettext_lazy("summary", "New"),
        missing=_("Choose what has begun, or “None of these”."),
    )
    cause = choice(
        _("What came just before?"),
        words.Cause,
        missing=_("Choose what came just before."),
        short=_("Before"),
    )
    nerve_cut = choice(
        _("Was the facial nerve cut or removed?"),
        words.YesNoUnsure,
        missing=_("Choose whether the nerve was cut."),
        short=_("Nerve cut or removed"),
        reveal=True,
    )
    history = SignsField(
        label=_("Any of these, ever?"),
        short=_("Also"),
        signs=words.History.choices,
        missing=_("Choose what is true for you, or “None of these”."),
    )
    tried = ParagraphField(
        label=_("What has been tried so far, and when?"),
        help_text=_("For example: steroid tablets, May 2026. A few words are enough."),
        max_length=1500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("cause") == words.Cause.NOTHING:
            self.not_asked("nerve_cut")
        elif cleaned.get("cause") and not cleaned.get("nerve_cut") and "nerve_cut" not in self.errors:
            self.add_error("nerve_cut", _("Choose whether the nerve was cut."))
        return cleaned
