"""What every public page shows around its own content."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from services import markdown
from services.addresses import prefix
from services.models import Clinic, Page, Update


class Site:
    """Clinic, menu and updates, each read when a template first asks for it."""

    def __init__(self, request: HttpRequest, *, path: str = "") -> None:
        """``path``: the page being shown, where it is not the one the address names."""
        self._request = request
        self._path = path
        self.demonstration: bool = settings.DEMONSTRATION

    @cached_property
    def clinic(self) -> Clinic | None:
        return Clinic.objects.prefetch_related("texts").first()

    @cached_property
    def placeholders(self) -> dict[str, str]:
        """What ``{clinic}``, ``{phone}`` and the like stand for in editors' texts."""
        clinic = self.clinic
        if clinic is None:
            return {}
        return markdown.placeholders_for(
            name=clinic.name,
            phone=clinic.phone,
            phone_digits=clinic.phone_digits,
            email=clinic.email,
            links={"portal_url": clinic.portal_url, "billing_url": clinic.billing_url},
        )

    @cached_property
    def _offered(self) -> list[Page]:
        return list(Page.objects.offered_everywhere().in_language(get_language()))

    @property
    def menu(self) -> list[Page]:
        return [page for page in self._offered if page.in_menu]

    @property
    def footer(self) -> list[Page]:
        return [page for page in self._offered if page.in_footer]

    @cached_property
    def crisis_page(self) -> Page | None:
        """Help for somebody who may harm themselves, where editors keep such a page."""
        return self._page_at("/crisis-help/")

    @cached_property
    def language_page(self) -> Page | None:
        """The language-assistance notice, which the request form leads to."""
        return self._page_at("/language-help/")

    @cached_property
    def eye_page(self) -> Page | None:
        """How to care for an eye that does not close."""
        return self._page_at("/health-library/protecting-your-eye/")

    def _page_at(self, path: str) -> Page | None:
        return Page.objects.published().at(path).in_language(get_language()).first()

    @cached_property
    def updates(self) -> list[Update]:
        """The updates to show on top of the page asked for, the gravest first."""
        language = get_language()
        path = self._path or self._request.path_info.removeprefix(prefix(language))
        order = [Update.Level.EMERGENCY, Update.Level.IMPORTANT, Update.Level.INFORMATION]
        running = Update.objects.running(timezone.now()).shown_on(path).in_language(language)
        shown = sorted(running, key=lambda update: order.index(Update.Level(update.level)))
        for update in shown:
            body = update.text.body
            update.body_html = markdown.render(body, language=language, placeholders=self.placeholders)
        return shown


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``site``. Costs nothing on pages that do not use it."""
    return {"site": Site(request)}
