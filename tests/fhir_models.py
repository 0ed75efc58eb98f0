"""Whether R4's models accept a bundle: SMART's, made from FHIR 4.0.1, and those of fhir.resources.

The second hold every string, date and code to its form; in what we write, their R4B has the same elements as
R4. Neither looks at the value sets, so that is done here, with the models' own lists.
"""

import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from fhir.resources.R4B.bundle import Bundle
from fhirclient.models.bundle import Bundle as SmartBundle
from pydantic import BaseModel

ITEM_TYPES = (
    "group display question boolean decimal integer date dateTime time string text url choice open-choice "
    "attachment reference quantity"
).split()
"""http://hl7.org/fhir/R4/valueset-item-type.html, of which the model's own list has but the first."""


def accepted(text: str | bytes) -> dict[str, Any]:
    """The bundle, once both sets of models have taken it and given it back as it was."""
    bundle: dict[str, Any] = json.loads(text)
    assert SmartBundle(bundle).as_json() == bundle
    model = Bundle.model_validate(bundle)
    assert list(unknown_codes(model)) == []
    assert json.loads(model.model_dump_json()) == bundle
    assert unresolved(bundle) == []
    return bundle


@cache
def value_sets(kind: type[BaseModel]) -> dict[str, list[str]]:
    extras: dict[str, Any] = {name: field.json_schema_extra for name, field in kind.model_fields.items()}
    sets = {name: extra["enum_values"] for name, extra in extras.items() if extra and "enum_values" in extra}
    return sets | ({"type": ITEM_TYPES} if kind.__name__ == "QuestionnaireItem" else {})


def unknown_codes(model: BaseModel) -> Iterator[str]:
    """Codes that are none of those that R4 requires there."""
    sets = value_sets(type(model))
    for name in type(model).model_fields:
        value = getattr(model, name)
        if name in sets and value is not None and value not in sets[name]:
            yield f"{type(model).__name__}.{name}: {value}"
        for each in value if isinstance(value, list) else [value]:
            if isinstance(each, BaseModel):
                yield from unknown_codes(each)


def references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if "reference" in part:
            yield part["reference"]
        for each in part.values():
            yield from references(each)
    elif isinstance(part, list):
        for each in part:
            yield from references(each)


def unresolved(bundle: dict[str, Any]) -> list[str]:
    """References to what is not in the bundle, and addresses that stand there twice."""
    addresses = [entry["fullUrl"] for entry in bundle["entry"]]
    twice = [address for address in set(addresses) if addresses.count(address) > 1]
    return twice + [each for each in references(bundle) if each not in addresses]
