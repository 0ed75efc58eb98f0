"""One page as it is being shown: what every part of it needs to know."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from django.http import HttpRequest, QueryDict
from django.utils.safestring import SafeString

from services import markdown
from services.addresses import in_language
from services.context import Site
from services.glossary import Marker
from services.models import Page, Term


@dataclass(frozen=True)
class Showing:
    """A page, the language it is shown in, and what was chosen in its address (``?goal=smile``)."""

    page: Page
    site: Site
    language: str
    chosen: QueryDict

    @classmethod
    def of(cls, page: Page, request: HttpRequest, language: str) -> Showing:
        return cls(page, Site(request, path=page.path), language, request.GET)

    @cached_property
    def terms(self) -> Marker:
        """Finds the glossary's words on this page; on the home page, a cover, nothing is looked up."""
        is_cover = self.page.kind == Page.Kind.HOME
        return Marker([] if is_cover else Term.objects.in_language(self.language))

    def text(self, source: str) -> SafeString:
        """The HTML of an editor's Markdown; glossary words are marked where they first stand."""
        return self.terms.mark(self.plain(source))

    def line(self, source: str) -> SafeString:
        """The same for a single line."""
        return self.terms.mark(self.plain_line(source))

    def plain(self, source: str) -> SafeString:
        """The HTML of an editor's Markdown, without marks: for what stands in a heading, a link, a notice."""
        return markdown.render(source, language=self.language, placeholders=self.site.placeholders)

    def plain_line(self, source: str) -> SafeString:
        """The same for a single line."""
        return markdown.render_inline(source, language=self.language, placeholders=self.site.placeholders)

    def address(self, path: str) -> str:
        """A path of this site in the language being shown; any other link as it is."""
        return in_language(path, self.language)
