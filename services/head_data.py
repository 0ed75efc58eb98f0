"""What a page says of itself in its head: its address and languages, and how a link to it looks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import get_language

from services import share_pictures
from services.addresses import in_language
from services.context import Site
from services.models import Page
from services.plain import plain
from services.public_address import absolute

DESCRIPTION_LENGTH = 160
"""What result pages show before they cut."""


@dataclass(frozen=True)
class HeadData:
    """Read by ``components/head_data.html``. What has no page of the content is only hidden or not."""

    hidden: bool
    description: str = ""
    canonical: str = ""
    alternates: tuple[tuple[str, str], ...] = ()
    picture: str = ""

    @classmethod
    def of(cls, context: Mapping[str, Any]) -> HeadData:
        """From a page's template context; ``noindex`` there hides a variant, such as a filtered list."""
        site: Site = context["site"]
        page: Page | None = context.get("page")
        hidden = bool(context.get("noindex")) or is_invented(site)
        if page is None:
            return cls(hidden)
        request: HttpRequest = context["request"]
        return cls(
            hidden=hidden or page.is_sample or not page.is_public,
            description=description(context),
            canonical=absolute(request, in_language(page.path, get_language())),
            alternates=_alternates(page, request),
            picture=_picture(site, page, request),
        )


def is_invented(site: Site) -> bool:
    """Whether the whole site is a demonstration, which search engines shall not show to patients."""
    return site.demonstration or bool(site.clinic and site.clinic.is_sample)


def description(context: Mapping[str, Any]) -> str:
    """The editors' description; where there is none, the beginning of the summary."""
    written: str = context["text"].description
    return written or _beginning(context.get("summary", ""))


@lru_cache(maxsize=512)
def _beginning(summary: str) -> str:
    return Truncator(plain(summary)).chars(DESCRIPTION_LENGTH)


def _alternates(page: Page, request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """The page in each language it has words in, the default language also for everybody else."""
    if len(settings.LANGUAGES) == 1:
        return ()
    if len(page.written_in) == 1:
        return ()
    found = [(code, absolute(request, in_language(page.path, code))) for code in page.written_in]
    if settings.LANGUAGE_CODE in page.written_in:
        found.append(("x-default", absolute(request, page.path)))
    return tuple(found)


def _picture(site: Site, page: Page, request: HttpRequest) -> str:
    """Nothing for a page that is not public: its title is not drawn for everybody."""
    if not page.is_public:
        return ""
    words = share_pictures.words_of(page, site.clinic)
    address = reverse("services:share_picture", args=[page.path[1:], words.digest])
    return absolute(request, address)
