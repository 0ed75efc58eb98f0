"""What makes public pages read differently though nobody changes anything: time.

A page's or an update's time comes or ends, a door opens or closes, a day begins.
"""

import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

from django.db.models import Min, Q

from services.models import Location, Page, Update

DAY = timedelta(days=1)


def next_change(now: datetime) -> datetime:
    """The first moment after this one at which a page may read differently, the same for whoever asks; at the
    latest when the day ends (UTC).
    """
    planned = Page.objects.aggregate(
        begins=Min("publish_at", filter=Q(publish_at__gt=now)),
        ends=Min("archive_at", filter=Q(archive_at__gt=now)),
    )
    running = Update.objects.aggregate(
        begins=Min("starts_at", filter=Q(starts_at__gt=now)), ends=Min("ends_at", filter=Q(ends_at__gt=now))
    )
    tomorrow = datetime.combine(now.astimezone(UTC).date() + DAY, time(), UTC)
    return min(filter(None, [*planned.values(), *running.values(), *_at_the_doors(now), tomorrow]))


def _at_the_doors(now: datetime) -> Iterator[datetime]:
    """Where a sign on a door changes: open, closed, or the day it names."""
    for place in Location.objects.prefetch_related("hours"):
        opening = place.opening_at(now)
        if opening is not None:
            here = now.astimezone(zoneinfo.ZoneInfo(place.time_zone))
            yield opening.changes_at
            yield datetime.combine(here.date() + DAY, time(), here.tzinfo)
