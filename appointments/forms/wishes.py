"""What the patient would like: goals, visit, place, times, language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments.fields import LineField, ParagraphField
from appointments.forms.base import CodesField, Fold, choice
from appointments.forms.times import TimesForm
from services.models import US_STATES, Goal, Location, Person


class WishesForm(TimesForm):
    heading = _("What matters most to you?")
    topic = _("Wishes")
    field_order = ("goals", "visit_type", "state", "place", "person")
    folds = (
        Fold(_("Place and person"), ("place", "person")),
        Fold(_("Days that suit you"), ("time_1", "time_2", "time_3"), _("We try to match one of them.")),
        Fold(_("Language and help"), ("language", "interpreter", "easier")),
    )

    goals = CodesField(
        label=_("What matters most to you?"),
        choices=[*Goal.choices, *words.OtherGoal.choices],
        error_messages={"required": _("Choose at least one. “Not sure yet” is fine.")},
    )
    visit_type = choice(
        _("How shall we meet?"),
        words.VisitType,
        missing=_("Choose how you would like to meet us."),
        short=_("Meet"),
        boxes={words.VisitType.EITHER.value: ("state",)},
    )
    state = forms.ChoiceField(
        label=_("State the patient is in now"),
        help_text=_("We may treat by video only in some states."),
        choices=[("", _("Choose a state")), *US_STATES.items()],
        required=False,
        error_messages={"invalid_choice": _("Choose one of the states shown.")},
    )
    place = forms.ChoiceField(
        label=_("Where?"),
        widget=forms.RadioSelect,
        required=False,
        error_messages={"invalid_choice": _("Choose one of the places shown.")},
    )
    person = forms.ChoiceField(
        label=_("Is there someone you would like to see?"),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the people shown.")},
    )
    language = choice(
        _("Which language would you like to speak with us?"),
        words.Language,
        missing="",
        short=_("Language"),
        conditional=True,
        boxes={words.Language.OTHER.value: ("other_language",)},
    )
    other_language = LineField(label=_("Which other language?"), max_length=60, required=False)
    interpreter = forms.BooleanField(
        label=_("I would like an interpreter, spoken or sign language. It is free."), required=False
    )
    easier = ParagraphField(
        label=_("What would make the visit easier for you?"),
        help_text=_("For example: step-free access, a quiet place to wait, a person who comes along."),
        max_length=1000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    goals.bare = True  # type: ignore[attr-defined]  # the heading asks
    state.conditional = other_language.conditional = True  # type: ignore[attr-defined]
    goals.short = _("Matters")  # type: ignore[attr-defined]
    interpreter.short = _("Interpreter")  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places, people = _offered(Location), _offered(Person)
        self.fields["place"].choices = [  # type: ignore[attr-defined]
            ("", _("No preference")),
            *((place.slug, _with_state(place)) for place in places),
        ]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            ("", _("No preference")),
            *((person.slug, person.text.title) for person in people),
        ]
        spoken = (get_language() or settings.LANGUAGE_CODE).partition("-")[0]
        self.fields["language"].preset = spoken  # type: ignore[attr-defined]
        self.initial.setdefault("language", spoken)

    @classmethod
    def offers(cls, answers: Mapping[str, Any]) -> bool:
        chosen = ((Location, answers.get("place")), (Person, answers.get("person")))
        return all(not slug or _offered(pages).filter(slug=slug).exists() for pages, slug in chosen)

    def clean_language(self) -> str:
        """The language of the page where none was chosen."""
        return self.cleaned_data["language"] or str(self.initial["language"])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("visit_type") == words.VisitType.IN_PERSON:
            self.not_asked("state")
        elif cleaned.get("visit_type") and not cleaned.get("state") and "state" not in self.errors:
            self.add_error("state", _("Choose a state."))
        if cleaned.get("language") != words.Language.OTHER:
            self.not_asked("other_language")
        elif not cleaned.get("other_language") and "other_language" not in self.errors:
            self.add_error("other_language", _("Write which language."))
        return cleaned


def _offered(pages: type[Location] | type[Person]) -> QuerySet[Any]:
    """Those that can be chosen on a page in this language."""
    return pages.objects.published().in_language(get_language() or settings.LANGUAGE_CODE)


def _with_state(place: Location) -> str:
    """Its name and its state, for whoever knows neither town."""
    state = US_STATES.get(place.state)
    return f"{place.text.short_title}, {state}" if state else place.text.short_title
