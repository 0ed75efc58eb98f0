"""The order of pages: below a page, in the main menu, at the foot of each page."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from services.models import Page
from services.querysets import PageQuerySet

HIGHEST = 32767
"""The highest position that the database can hold."""


class OrderChanged(Exception):
    """Somebody else has changed the order, or what stands in it, since it was seen."""


def reorder(*, pages: PageQuerySet[Page], seen: list[int], wanted: list[int]) -> None:
    """Put the pages, in the order ``seen``, into the order ``wanted``; both hold their keys.

    The places that these pages have among all pages stay theirs as far as possible: one position serves the
    menu and the list below a page. Raises OrderChanged, and then changes nothing.
    """
    with transaction.atomic():
        current = list(pages.order_by("position", "path").select_for_update(of=("self",)))
        stored = {page.pk: page for page in current}
        if [page.pk for page in current] != seen or sorted(wanted) != sorted(seen):
            raise OrderChanged
        places = _places([page.position for page in current])
        for pk, place in zip(wanted, places, strict=True):
            if stored[pk].position != place:
                Page.objects.filter(pk=pk).update(position=place, staff_edited_at=timezone.now())


def moved(keys: list[int], key: int, by: int) -> list[int]:
    """The keys with this one so many places further down; at an end it stays there."""
    order = [each for each in keys if each != key]
    order.insert(max(0, min(len(order), keys.index(key) + by)), key)
    return order


def _places(positions: list[int]) -> list[int]:
    """The same positions, made distinct by raising what is equal."""
    places: list[int] = []
    for position in sorted(positions):
        places.append(max(position, places[-1] + 1) if places else position)
    return places if max(places, default=0) <= HIGHEST else list(range(1, len(places) + 1))
