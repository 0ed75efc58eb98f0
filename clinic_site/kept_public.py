"""How long browsers and shared caches may keep what is the same for everybody."""

from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control

FRESH_SECONDS = 30
WHILE_ASKING_SECONDS = 30
"""While the next one is fetched, this one is shown: together at most a minute, for emergency updates too."""

WHILE_BROKEN_SECONDS = 60 * 60
"""Where the site answers with errors, an older page says more than an error does."""


def keep_public(response: HttpResponseBase) -> None:
    """For what depends on its address alone: no cookie, no header, no person."""
    patch_cache_control(
        response,
        public=True,
        max_age=FRESH_SECONDS,
        stale_while_revalidate=WHILE_ASKING_SECONDS,
        stale_if_error=WHILE_BROKEN_SECONDS,
    )
