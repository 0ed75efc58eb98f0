"""The requests that the filters of the queue choose, from the codes in an address.

The filters are the queue's own, asked as the queue asks them, so that what is exported is what was listed.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminLookup
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils.http import urlencode
from django.utils.text import capfirst
from django.utils.translation import gettext

from appointments.admin.filters import StatusFilter
from appointments.models import AppointmentRequest
from appointments.querysets import RequestQuerySet


class NotOffered(Exception):
    """The address holds a filter, or a value of one, that the queue does not offer."""


class Filters(ChangeList):
    """The filters of a list without the list."""

    def get_results(self, request: HttpRequest) -> None:
        """Nothing is listed, nothing counted."""


def codes(changelist: ChangeList) -> dict[str, str]:
    """What a list is filtered by, as it stands in its address."""
    return {
        name: changelist.params[name]
        for spec in changelist.filter_specs
        for name in spec.expected_parameters()
        if name and name in changelist.params
    }


def requests(request: HttpRequest, filters: Mapping[str, str]) -> RequestQuerySet:
    """Those that the queue lists under these filters, for this member of staff. Raises NotOffered."""
    found: Any = _filtered(request, filters).queryset
    return found.order_by()


def in_words(request: HttpRequest, filters: Mapping[str, str]) -> list[tuple[str, str]]:
    """The filters as the queue names them. Raises NotOffered."""
    specs = _filtered(request, filters).filter_specs
    said = [
        (capfirst(str(spec.title)), _offered(spec)[filters[name]])
        for spec in specs
        for name in spec.expected_parameters()
        if name and name in filters
    ]
    if StatusFilter.parameter_name not in filters:
        said.insert(0, (capfirst(str(StatusFilter.title)), gettext("Open")))
    return said


def _filtered(request: HttpRequest, filters: Mapping[str, str]) -> Filters:
    screen = admin.site.get_model_admin(AppointmentRequest)
    asked = copy.copy(request)
    asked.GET = QueryDict(urlencode(filters))
    kinds = screen.get_list_filter(asked)
    try:
        found = Filters(
            asked, AppointmentRequest, (), (), kinds, None, (), (), 1, 1, (), screen, (), None
        )  # fmt: skip
    except (IncorrectLookupParameters, DisallowedModelAdminLookup, ValidationError, ValueError) as error:
        raise NotOffered from error
    known = {name: _offered(spec) for spec in found.filter_specs for name in spec.expected_parameters()}
    if any(value not in known.get(name, {}) for name, value in filters.items()):
        raise NotOffered
    return found


def _offered(spec: Any) -> dict[str, str]:
    """The values of a filter with their words."""
    pairs = [*getattr(spec, "lookup_choices", []), *getattr(getattr(spec, "field", None), "flatchoices", [])]
    return {str(value): str(label) for value, label in pairs}
