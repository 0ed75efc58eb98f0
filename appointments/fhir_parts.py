"""What every R4 resource of ours is made of: names, references, codes, instants, strings."""

from __future__ import annotations

import re
from datetime import datetime
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid5

from django.conf import settings
from django.utils import timezone

from appointments import urgency
from appointments.export_words import Words
from appointments.models import AppointmentRequest

Resource = dict[str, Any]

NAMES = UUID("6a3b0c0e-6f5b-5d0c-9a57-3f2f6f1f4e21")
"""The space in which the ids of the resources are made from references, the same at every export."""


def base() -> str:
    """The address under which our own names and questions stand."""
    return f"{(settings.PUBLIC_ADDRESS or 'https://clinic.invalid').rstrip('/')}/fhir"


def text(value: str) -> str:
    """As an R4 string may be: no control character, no space but the plain one, not empty (else "")."""
    if value.isprintable():
        return value.strip()
    plain = re.sub(r"[^\S\r\n\t ]", " ", value)
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", "", plain).strip()


def instant(moment: datetime) -> str:
    """By the clinic's clock, with its offset from UTC."""
    return timezone.localtime(moment, urgency.rules().hours.time_zone).isoformat(timespec="seconds")


def urn(kind: str, request: AppointmentRequest) -> str:
    """What a resource is known by within the bundle."""
    return _urn(kind, request.reference)


@lru_cache(maxsize=64)
def _urn(kind: str, reference: str) -> str:
    return f"urn:uuid:{uuid5(NAMES, f'{kind}/{reference}')}"


def reference(kind: str, request: AppointmentRequest) -> Resource:
    return {"reference": urn(kind, request), "type": kind}


def identifier(request: AppointmentRequest) -> Resource:
    """The reference, which patient and staff know the request by."""
    return {"system": f"{base()}/request-reference", "value": request.reference}


def coding(words: Words, name: str, code: str) -> Resource:
    """An answer of ours as a code with its words."""
    return {"system": f"{base()}/CodeSystem/{name}", "code": code, "display": words.label(name, code)}


def concept(words: Words, name: str, code: str) -> Resource:
    own = coding(words, name, code)
    return {"coding": [own], "text": own["display"]}


def filled(**elements: Any) -> Resource:
    """R4 knows no empty element: what was not answered is not there."""
    return {name: value for name, value in elements.items() if value not in (None, "", [])}
