"""How to reach whoever asks, and who may speak for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from appointments import answers as words
from appointments import contacts, email_domains
from appointments.fields import (
    LineField,
    PhoneField,
    phone_as_written,
    refuse_foreign_mailbox,
    refuse_hidden_characters,
)
from appointments.forms.base import Fold, StepForm, choice

PHONES = ("phone", "speaker_phone")


class ContactForm(StepForm):
    heading = _("How can we reach you?")
    topic = _("Contact")
    lead = _("No phone needed.")
    folds = (
        Fold(
            _("Help with speaking"),
            ("speaking_hard", "relay", "speaker_name", "speaker_phone"),
        ),
    )

    reach = choice(
        _("Answer me by"),
        words.Reach,
        missing=_("Choose how we can reach you."),
        short=_("By"),
        boxes={
            words.Reach.EMAIL.value: ("email", "email_answer"),
            words.Reach.PHONE.value: ("phone", "may_leave_message"),
        },
    )
    # A box that holds something stays in sight, though another way is chosen: the style sheet asks whether
    # the placeholder shows.
    email = forms.EmailField(
        label=_("E-mail address"),
        max_length=254,
        required=False,
        error_messages={"invalid": _("Write the whole address, like name@example.org.")},
        widget=forms.EmailInput(attrs={"autocomplete": "email", "placeholder": " "}),
    )
    email_answer = LineField(label="", max_length=254, required=False, widget=forms.RadioSelect)
    phone = PhoneField(label=_("Phone number for texts or calls"), required=False)
    may_leave_message = forms.BooleanField(label=_("You may leave me a message"), required=False)
    speaking_hard = forms.BooleanField(label=_("Speaking by phone is hard for me now"), required=False)
    relay = forms.BooleanField(label=_("I use a relay service (711)"), required=False)
    speaker_name = LineField(
        label=_("Someone who may speak for me"),
        help_text=_("That person’s name"),
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    speaker_phone = PhoneField(label=_("That person’s phone number"), required=False)
    reach.bare = True  # type: ignore[attr-defined]  # the heading asks
    email.conditional = phone.conditional = email_answer.conditional = True  # type: ignore[attr-defined]
    email.short = _("E-mail")  # type: ignore[attr-defined]
    phone.short = _("Phone")  # type: ignore[attr-defined]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["phone"].widget.attrs["placeholder"] = " "
        self.fields["speaker_phone"].widget.attrs["autocomplete"] = "off"
        if self.answers.get("for_whom") == words.ForWhom.HELPED:
            self.lead = _("We answer you, not the patient. No phone needed.")

    def shows(self, name: str) -> bool:
        return super().shows(name) and (name != "email_answer" or name in self.errors)

    def clean_email(self) -> str:
        address: str = self.cleaned_data["email"]
        refuse_hidden_characters(address)
        refuse_foreign_mailbox(address)
        return contacts.with_ascii_domain(address)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if "email_answer" in self.fields:
            self._question_email(str(self["email"].value() or "").strip())
        reach = cleaned.get("reach")
        if reach == words.Reach.EMAIL and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", _("Write your e-mail address, or choose another way."))
        by_phone = reach in (words.Reach.TEXT, words.Reach.PHONE)
        if by_phone and not cleaned.get("phone") and "phone" not in self.errors:
            self.add_error("phone", _("Write your phone number, or choose e-mail."))
        unnamed = not cleaned.get("speaker_name") and "speaker_name" not in self.errors
        if cleaned.get("speaker_phone") and unnamed:
            self.add_error("speaker_name", _("Write that person’s name too."))
        return cleaned

    def _question_email(self, typed: str) -> None:
        """Ask once whether an address that looks mistyped is meant; what was kept before is not asked again.

        The answer is the address itself, so that an answer about one address never counts for another.
        """
        said = self.cleaned_data.get("email_answer", "")
        self.not_asked("email_answer")
        meant = self._meant(typed)
        wrong = "email" in self.errors
        if meant is None or typed == self.answers.get("email") or (said == typed and not wrong):
            return
        if said == meant:
            self.errors.pop("email", None)
            self.cleaned_data["email"] = meant
            return
        answers = [(meant, _("Use %(address)s") % {"address": meant})]
        if not wrong:
            answers.append((typed, _("Keep %(address)s as I wrote it") % {"address": typed}))
        question = self["email_answer"]
        question.label = _("Did you mean %(address)s?") % {"address": meant}
        question.field.widget.choices = answers
        self.add_error("email_answer", _("Please check your e-mail address."))

    def _meant(self, typed: str) -> str | None:
        """The address that was probably meant, if it is one that can be written to."""
        meant = email_domains.suggestion(typed)
        try:
            refuse_hidden_characters(meant or "")
            refuse_foreign_mailbox(meant or "")
            return self.fields["email"].clean(meant) or None
        except forms.ValidationError:
            return None

    def shape(self, given: Mapping[str, Any]) -> dict[str, Any]:
        return {name: value for name, value in given.items() if name != "email_answer"}

    @classmethod
    def posted_from(cls, answers: Mapping[str, Any]) -> dict[str, Any]:
        """With the answer that kept the address: what is stored has been asked about."""
        return {**super().posted_from(answers), "email_answer": answers.get("email", "")}

    def shown(self, name: str, value: Any) -> str:
        return phone_as_written(value) if name in PHONES else super().shown(name, value)
