"""What staff read of a request, in words."""

from datetime import UTC, datetime, timedelta

from django.utils.timesince import timesince
from hypothesis import example, given
from hypothesis import strategies as st

from appointments.admin.presentation import how_long

MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


@given(MOMENTS, st.timedeltas(timedelta(days=-1), timedelta(days=800)))
@example(datetime(2027, 2, 1, tzinfo=UTC), timedelta(weeks=4))
@example(datetime(2027, 2, 1, tzinfo=UTC), timedelta(weeks=4, microseconds=-1))
def test_how_long_says_what_django_says(earlier: datetime, between: timedelta) -> None:
    later = earlier + between
    assert how_long(earlier, later) == timesince(earlier, later, depth=1)
