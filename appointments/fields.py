"""Form fields of the request form: plain text without tricks, dates in three boxes, phone numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from appointments.answers import E164

BIDI = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
LINE_BREAKS = frozenset("\n\t")
UNSEEN = str.maketrans("", "", "\u00ad\u200b\u2060\ufeff\u115f\u1160\u3164\uffa0\u2800")
"""Soft hyphen, spaces of no width, letters that look like nothing: nobody sees that they paste them."""


def refuse_hidden_characters(value: str, allowed: AbstractSet[str] = frozenset()) -> None:
    """Raise ValidationError for control characters and for those that turn the direction of text around."""
    if any(_is_hidden(character) for character in value if character not in allowed):
        raise ValidationError(
            _("This has a character that cannot be shown. Type it again instead of pasting it."),
            code="hidden_character",
        )


def refuse_foreign_mailbox(address: str) -> None:
    """Raise ValidationError for letters before the @ that most mail servers cannot deliver to."""
    if not address.rpartition("@")[0].isascii():
        raise ValidationError(
            _(
                "This address has a letter before the @ that we cannot write to. "
                "Please give another address, or a phone number."
            ),
            code="foreign_mailbox",
        )


def _is_hidden(character: str) -> bool:
    """Controls, line separators, private use, what Unicode says is no character, tags, changes of direction.

    Not all that this Python's Unicode does not know yet: that may be an emoji of next year.
    """
    number = ord(character)
    no_character = number & 0xFFFE == 0xFFFE or 0xFDD0 <= number <= 0xFDEF
    unreadable = character == "\ufffd"
    is_tag = 0xE0000 <= number <= 0xE007F
    kind = unicodedata.category(character)
    return kind in ("Cc", "Cs", "Co", "Zl", "Zp") or no_character or unreadable or is_tag or character in BIDI


def _normal(text: str) -> str:
    return unicodedata.normalize("NFC", text.translate(UNSEEN))


class LineField(forms.CharField):
    """One line of text, in one normal form."""

    def to_python(self, value: Any) -> str:
        return re.sub("[ \u00a0]+", " ", _normal(super().to_python(value) or "")).strip(" ")

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_hidden_characters(value)


class ParagraphField(forms.CharField):
    """Several lines of text; line ends are stored as a single newline."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        return _normal(super().to_python(value) or "").replace("\r\n", "\n").replace("\r", "\n").strip(" \n")

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_hidden_characters(value, LINE_BREAKS)


class PartsWidget(forms.MultiWidget):
    """Several boxes for one value, each with a name."""

    def __init__(self, boxes: Mapping[str, forms.Widget]) -> None:
        self.names = list(boxes)
        super().__init__(dict(boxes))

    def posted_from(self, name: str, value: Any) -> dict[str, Any]:
        """The value as a browser would post it."""
        parts = zip(self.names, self.decompress(value), strict=True)
        return {f"{name}_{part}": said for part, said in parts}

    def decompress(self, value: Any) -> list[Any]:
        raise NotImplementedError


class DatePartsWidget(PartsWidget):
    """Month, day and year in three boxes, in the order that people in the US write them."""

    template_name = "clinic/widgets/date_parts.html"
    parts = ("month", "day", "year")

    def __init__(self, *, autocomplete: bool = False) -> None:
        tokens = {"month": "bday-month", "day": "bday-day", "year": "bday-year"}
        widgets = {}
        for part in self.parts:
            attributes = {"inputmode": "numeric", "maxlength": "4" if part == "year" else "2"}
            if autocomplete:
                attributes["autocomplete"] = tokens[part]
            widgets[part] = forms.TextInput(attributes)
        super().__init__(widgets)

    def decompress(self, value: Any) -> list[Any]:
        if isinstance(value, date):
            return [value.month, value.day, value.year]
        if isinstance(value, dict):
            return [value.get("month"), value.get("day"), value.get("year")]
        return [None, None, None]


class DatePartsField(forms.MultiValueField):
    """A date in three boxes. Its value is a dict of ``year``, ``month`` and ``day``.

    With ``partial`` the day, or the month and the day, may be left empty (None): "about when". With
    ``autocomplete`` it is a date of birth.
    """

    def __init__(self, *, partial: bool = False, autocomplete: bool = False, **kwargs: Any) -> None:
        self.partial = partial
        self.example = {"year": 1968 if autocomplete else 2026}
        super().__init__(
            fields=[forms.CharField(required=False) for _part in DatePartsWidget.parts],
            require_all_fields=False,
            widget=DatePartsWidget(autocomplete=autocomplete),
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> dict[str, int | None] | None:
        if not any(data_list):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        numbers = [self._number(text) for text in data_list]
        month, day, year = numbers
        if year is None:
            raise ValidationError(_("Write the year, for example %(year)s.") % self.example, code="year")
        if not 1900 <= year <= 2100:
            raise ValidationError(
                _("Write the year with 4 digits, for example %(year)s.") % self.example, code="year"
            )
        if day is not None and month is None:
            raise ValidationError(_("Write the month too."), code="month")
        if not self.partial and (month is None or day is None):
            raise ValidationError(_("Write the month, the day and the year."), code="incomplete")
        try:
            date(year, 1 if month is None else month, 1 if day is None else day)
        except ValueError as error:
            raise ValidationError(
                _("There is no such date. The month comes first: 3 14 is March 14."), code="no_such_date"
            ) from error
        return {"year": year, "month": month, "day": day}

    def _number(self, text: str) -> int | None:
        if not text:
            return None
        if not re.fullmatch("[0-9]{1,4}", text):
            raise ValidationError(
                _("Use numbers only, for example 3 14 %(year)s.") % self.example, code="numbers"
            )
        return int(text)


class PhoneField(LineField):
    """A phone number, stored as E.164. A number without a country code is taken as a US number.

    A number copied from a phone's contacts is wrapped in marks of direction; they are no part of it.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.input_type = "tel"
        self.widget.attrs["autocomplete"] = "tel"

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        return "".join(character for character in text if unicodedata.category(character) != "Cf")

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "US")
        except phonenumbers.NumberParseException as error:
            raise self._unknown() from error
        stored = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
        if not phonenumbers.is_valid_number(number) or number.extension or not re.match(E164, stored):
            raise self._unknown()
        return stored

    def _unknown(self) -> ValidationError:
        return ValidationError(
            _("This is not a phone number we can call or text. Write it like 216-555-0123."), code="phone"
        )

    def prepare_value(self, value: Any) -> Any:
        return phone_as_written(value) if isinstance(value, str) else value


AMERICAN = re.compile(r"\+1(\d{3})(\d{3})(\d{4})")


def phone_as_written(stored: str) -> str:
    """A stored number as people in the US write it; anything else as it is."""
    if not stored.startswith("+"):
        return stored
    if american := AMERICAN.fullmatch(stored):
        return "-".join(american.groups())
    try:
        number = phonenumbers.parse(stored)
    except phonenumbers.NumberParseException:
        return stored
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
