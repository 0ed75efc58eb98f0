"""Form fields of the request form: plain text without tricks, dates in three boxes, phone numbers."""

from __future__ import annotations

import unicodedata
from datetime import date
from typing import Any

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

BIDI = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c")
LINE_BREAKS = {"\n", "\t"}


def refuse_hidden_characters(value: str, allowed: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Raise ValidationError for control characters and for those that turn the direction of text around."""
    for character in value:
        if character in allowed:
            continue
        if unicodedata.category(character) in ("Cc", "Cs", "Co", "Cn") or character in BIDI:
            raise ValidationError(
                _("This has a character that cannot be shown. Type it again instead of pasting it."),
                code="hidden_character",
            )


class LineField(forms.CharField):
    """One line of text, in one normal form."""

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return " ".join(text.split(" ")).strip()

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_hidden_characters(value)


class ParagraphField(forms.CharField):
    """Several lines of text; line ends are stored as a single newline."""

    widget = forms.Textarea

    def to_python(self, value: Any) -> str:
        text = unicodedata.normalize("NFC", super().to_python(value) or "")
        return text.replace("\r\n", "\n").replace("\r", "\n")

    def validate(self, value: str) -> None:
        super().validate(value)
        refuse_hidden_characters(value, LINE_BREAKS)


class DatePartsWidget(forms.MultiWidget):
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

    With ``partial`` the day, or the month and the day, may be left empty (None): "about when".
    """

    def __init__(self, *, partial: bool = False, autocomplete: bool = False, **kwargs: Any) -> None:
        self.partial = partial
        boxes = [forms.CharField(required=False, max_length=4) for _part in DatePartsWidget.parts]
        super().__init__(
            fields=boxes,
            require_all_fields=False,
            widget=DatePartsWidget(autocomplete=autocomplete),
            **kwargs,
        )

    def compress(self, data_list: list[str]) -> dict[str, int | None] | None:
        if not any(data_list):
            return None
        numbers = [self._number(text) for text in data_list]
        month, day, year = numbers
        if year is None:
            raise ValidationError(_("Write the year, for example 2026."), code="year")
        if not 1900 <= year <= 2100:
            raise ValidationError(_("Write the year with 4 digits, for example 2026."), code="year")
        if day is not None and month is None:
            raise ValidationError(_("Write the month too."), code="month")
        if not self.partial and (month is None or day is None):
            raise ValidationError(_("Write the month, the day and the year."), code="incomplete")
        try:
            date(year, month or 1, day or 1)
        except ValueError as error:
            raise ValidationError(
                _("There is no such date. Check the month and the day."), code="no_such_date"
            ) from error
        return {"year": year, "month": month, "day": day}

    def _number(self, text: str) -> int | None:
        text = (text or "").strip()
        if not text:
            return None
        if not (text.isascii() and text.isdigit()):
            raise ValidationError(_("Use numbers only, for example 3 14 2026."), code="numbers")
        return int(text)


class PhoneField(LineField):
    """A phone number, stored as E.164. A number without a country code is taken as a US number."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.input_type = "tel"
        self.widget.attrs["autocomplete"] = "tel"

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        try:
            number = phonenumbers.parse(text, "US")
        except phonenumbers.NumberParseException as error:
            raise self._unknown() from error
        if not phonenumbers.is_possible_number(number) or number.extension:
            raise self._unknown()
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)

    def _unknown(self) -> ValidationError:
        return ValidationError(
            _("This is not a phone number we can call or text. Write it like 216-555-0123."), code="phone"
        )

    def prepare_value(self, value: Any) -> Any:
        return phone_as_written(value) if isinstance(value, str) else value


def phone_as_written(stored: str) -> str:
    """A stored number as people in the US write it; anything else as it is."""
    if not stored.startswith("+"):
        return stored
    try:
        number = phonenumbers.parse(stored)
    except phonenumbers.NumberParseException:
        return stored
    if number.country_code == 1:
        digits = str(number.national_number)
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
