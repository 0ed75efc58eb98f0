"""What every public page shows around its own content."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from clinic_site.postgresql.one_statement import Answers, Given, OneStatement
from services import markdown
from services.addresses import prefix
from services.models import Clinic, Destination, Page, Update

NOW, LANGUAGE, PATH = Given("now"), Given("language"), Given("path")
CRISIS_PAGE, LANGUAGE_PAGE, EYE_PAGE = CARDS_LEAD_TO = (
    "/crisis-help/",
    "/language-help/",
    "/health-library/protecting-your-eye/",
)


def frame() -> dict[str, QuerySet[Any, Any]]:
    """What ``Site`` reads; a page of the content asks for it together with itself."""
    offered = Page.objects.offered_everywhere(NOW, paths=CARDS_LEAD_TO)
    return {
        "clinic": Clinic.objects.prefetch_related("texts"),
        "offered": offered.destinations_in(LANGUAGE),
        "updates": Update.objects.running(NOW).shown_on(PATH).readable(LANGUAGE),
    }


FRAME = OneStatement(frame)


class Contact(NamedTuple):
    """How to reach the clinic, in the language being shown."""

    name: str
    phone: str
    phone_digits: str
    phone_hours: str
    email: str


class Site:
    """Clinic, menu and updates; all is read when a template first asks for any of it."""

    def __init__(
        self, request: HttpRequest, *, path: str = "", read: Answers | None = None, texts: Sequence[str] = ()
    ) -> None:
        """``path``: the page being shown, where it is not the one the address names.

        ``read``: what ``frame`` found, where it was asked for already; ``texts``: the page's own Markdown.
        """
        self._request = request
        self._path = path
        self._given = read
        self._texts = texts
        self.demonstration: bool = settings.DEMONSTRATION

    @cached_property
    def _read(self) -> Answers:
        if self._given is not None:
            return self._given
        language = get_language()
        path = self._path or self._request.path_info.removeprefix(prefix(language))
        return FRAME.ask(now=timezone.now(), language=language, path=path)

    @property
    def clinic(self) -> Clinic | None:
        return next(iter(self._read["clinic"]), None)

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
    def _offered(self) -> list[Destination]:
        return [Destination(*row) for row in self._read["offered"]]

    @cached_property
    def contact(self) -> Contact | None:
        """What the head and the foot of a page say of the clinic."""
        clinic = self.clinic
        if clinic is None:
            return None
        return Contact(clinic.name, clinic.phone, clinic.phone_digits, clinic.phone_hours, clinic.email)

    @property
    def menu(self) -> tuple[Destination, ...]:
        return tuple(page for page in self._offered if page.in_menu)

    @property
    def footer(self) -> tuple[Destination, ...]:
        return tuple(page for page in self._offered if page.in_footer)

    @property
    def crisis_page(self) -> Destination | None:
        """Help for somebody who may harm themselves, where editors keep such a page."""
        return self._page_at(CRISIS_PAGE)

    @property
    def language_page(self) -> Destination | None:
        """The language-assistance notice, which the request form leads to."""
        return self._page_at(LANGUAGE_PAGE)

    @property
    def eye_page(self) -> Destination | None:
        """How to care for an eye that does not close."""
        return self._page_at(EYE_PAGE)

    def _page_at(self, path: str) -> Destination | None:
        return next((page for page in self._offered if page.path == path), None)

    @cached_property
    def pictures(self) -> dict[str, str]:
        """The pictures that the page's own texts and the updates on it name, by their keys."""
        return markdown.pictures_in([*self._texts, *(each.text.body for each in self._read["updates"])])

    @cached_property
    def updates(self) -> list[Update]:
        """The updates to show on top of the page asked for, the gravest first."""
        order = [Update.Level.EMERGENCY, Update.Level.IMPORTANT, Update.Level.INFORMATION]
        updates: list[Update] = self._read["updates"]
        shown = sorted(updates, key=lambda update: order.index(Update.Level(update.level)))
        for update in shown:
            update.body_html = markdown.render(
                update.text.body,
                language=update.text.language,
                placeholders=self.placeholders,
                pictures=self.pictures,
            )
        return shown


def site(request: HttpRequest) -> dict[str, Any]:
    """Template context: ``site``. Costs nothing on pages that do not use it."""
    return {"site": Site(request)}
