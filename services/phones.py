"""Phone numbers of the clinic, as people write them and as phones dial them."""

from functools import lru_cache

import phonenumbers
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

HOME_COUNTRY = "US"


def validate_phone(text: str) -> None:
    """Raise ValidationError for what no phone could dial. Numbers kept for fiction (555-01xx) are fine."""
    try:
        number = phonenumbers.parse(text, HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        number = None
    if number is None or not phonenumbers.is_possible_number(number):
        raise ValidationError(_("Not a whole phone number. An example: 216-555-0100"))


@lru_cache(maxsize=256)
def dialled(text: str) -> str:
    """For a ``tel:`` link: with the country code, digits only. What is no number is left to the phone."""
    try:
        number = phonenumbers.parse(text, HOME_COUNTRY)
    except phonenumbers.NumberParseException:
        return text
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
