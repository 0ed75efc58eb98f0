"""Whole addresses, for those who read the site from outside: search engines, and pages that show a link."""

from functools import lru_cache
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest


def absolute(request: HttpRequest, path: str) -> str:
    """The whole address of a path of this site; an address that is whole already stays as it is.

    ``PUBLIC_ADDRESS`` is the one name the site wants to be known by, whichever name it was asked under.
    """
    base = settings.PUBLIC_ADDRESS or request.build_absolute_uri("/")
    return _joined(base, path)


@lru_cache(maxsize=1024)
def _joined(base: str, path: str) -> str:
    return urljoin(f"{base.rstrip('/')}/", path)
