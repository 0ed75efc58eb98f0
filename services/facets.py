"""Filters that are plain links: each says beforehand how many it would leave.

The items are few and loaded anyway, so they are counted here and not by a query for each link.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.utils.functional import Promise
from django.utils.translation import ngettext

from services.showing import Showing

Item = TypeVar("Item")
FOUND = "#found"
"""Where a link leads on the page: to the number of what was found."""


@dataclass(frozen=True)
class Facet(Generic[Item]):
    """One question to filter by, with at most one answer chosen."""

    name: str
    label: str | Promise
    options: Sequence[tuple[str, str | Promise]]
    codes: Callable[[Item], Collection[str]]
    """The answers that an item is filed under."""
    always: bool = False
    """Whether an answer is offered even where no item has it."""


class Option(NamedTuple):
    """An answer as a link. One that is not chosen is chosen by it; one that is chosen is taken away."""

    name: str
    code: str
    label: str
    chosen: bool
    number: int
    """How many items following the link leaves; of a chosen one in its group: how many there are now."""
    address: str

    @property
    def results(self) -> str:
        return ngettext("%(n)s result", "%(n)s results", self.number) % {"n": self.number}


class Group(NamedTuple):
    label: str
    options: tuple[Option, ...]

    @property
    def chosen(self) -> Option | None:
        return next((option for option in self.options if option.chosen), None)


class Filtered(Generic[Item]):
    """Items, what was chosen of them in the address, and the links to choose otherwise."""

    def __init__(self, items: Sequence[Item], facets: Sequence[Facet[Item]], showing: Showing) -> None:
        self._items = items
        self._facets = facets
        self._path = showing.address(showing.page.path)
        self._filed = {facet.name: [frozenset(facet.codes(item)) for item in items] for facet in facets}
        self._given = {facet.name: str(showing.chosen.get(facet.name, "")) for facet in facets}
        known = {facet.name: {code for code, _label in facet.options} for facet in facets}
        self.codes = {name: code for name, code in self._given.items() if code in known[name]}

    @property
    def total(self) -> int:
        return len(self._items)

    @property
    def has_unknown(self) -> bool:
        """Whether the address names an answer that there is not."""
        return any(code and name not in self.codes for name, code in self._given.items())

    @cached_property
    def results(self) -> list[Item]:
        return [self._items[number] for number in self._matching(self.codes)]

    @cached_property
    def groups(self) -> tuple[Group, ...]:
        """The questions that make a difference here, each with its answers."""
        groups = [Group(str(facet.label), tuple(self._options(facet))) for facet in self._facets]
        return tuple(group for group in groups if group.options)

    @cached_property
    def chosen(self) -> list[Option]:
        """What was chosen, each as the link that takes it away."""
        return [
            self._option(facet, code, str(label), len(self._left_by_others(facet)))
            for facet in self._facets
            for code, label in facet.options
            if self.codes.get(facet.name) == code
        ]

    @property
    def clear(self) -> str:
        """The address of the page with nothing chosen."""
        return self._address({})

    def _options(self, facet: Facet[Item]) -> list[Option]:
        times = Counter(code for codes in self._filed[facet.name] for code in codes)
        filed = {code: times[code] for code, _label in facet.options}
        offered = [code for code, count in filed.items() if count or facet.always]
        if facet.name not in self.codes and all(filed[code] == self.total for code in offered):
            return []
        left = Counter(
            code for number in self._left_by_others(facet) for code in self._filed[facet.name][number]
        )
        return [
            self._option(facet, code, str(label), left[code])
            for code, label in facet.options
            if code in offered
        ]

    def _option(self, facet: Facet[Item], code: str, label: str, count: int) -> Option:
        is_chosen = self.codes.get(facet.name) == code
        address = self._address({**self.codes, facet.name: "" if is_chosen else code})
        return Option(facet.name, code, label, is_chosen, count, address)

    def _left_by_others(self, facet: Facet[Item]) -> list[int]:
        """The places of the items that fit all that was chosen in the other questions."""
        return self._matching({name: code for name, code in self.codes.items() if name != facet.name})

    def _matching(self, codes: dict[str, str]) -> list[int]:
        """The places of the items that fit all of these answers."""
        asked = [(self._filed[name], code) for name, code in codes.items()]
        return [number for number in range(self.total) if all(code in filed[number] for filed, code in asked)]

    def _address(self, codes: dict[str, str]) -> str:
        """The page with these answers, always in the same order: one address for one choice."""
        asked = [(facet.name, codes[facet.name]) for facet in self._facets if codes.get(facet.name)]
        return f"{self._path}{'?' if asked else ''}{urlencode(asked)}{FOUND}"
