"""What is made for search engines and link previews alone: sitemap, robots.txt, share pictures."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic_site.kept_public import keep_public
from services import share_pictures, sitemaps
from services.addresses import in_language
from services.context import Site
from services.head_data import is_invented
from services.models import Page
from services.public_address import absolute

PRIVATE = ("/request/", "/search/")
"""Addresses, in each language, that are for people and not for search results."""


@require_safe
def sitemap(request: HttpRequest) -> HttpResponse:
    return _kept(HttpResponse(sitemaps.sitemap(request), content_type="application/xml"))


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What robots may read: nothing of an invented clinic, all but forms and staff pages of a real one."""
    if is_invented(Site(request)):
        closed = ["/"]
    else:
        languages = [code for code, _name in settings.LANGUAGES]
        closed = [
            reverse("admin:index"),
            *(in_language(path, code) for code in languages for path in PRIVATE),
        ]
    rules = "".join(f"Disallow: {path}\n" for path in closed)
    text = f"User-agent: *\n{rules}\nSitemap: {absolute(request, reverse('sitemap'))}\n"
    return _kept(HttpResponse(text, content_type="text/plain; charset=utf-8"))


@require_safe
def share_picture(request: HttpRequest, path: str, digest: str) -> HttpResponse:
    """The picture for links to a page. Its address says what is drawn, so that nobody has other words drawn.

    Raises Http404 for a digest that is not the page's own, or no longer.
    """
    words = _words(request, f"/{path}")
    if words is None or words.digest != digest:
        raise Http404
    picture = share_pictures.kept(digest) or share_pictures.make(words)
    response = HttpResponse(picture, content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response


def _words(request: HttpRequest, path: str) -> share_pictures.Words | None:
    """What stands on the picture of the public page there; None where there is no such page."""
    page = Page.objects.published().at(path).in_language(get_language()).first()
    return share_pictures.words_of(page, Site(request).clinic) if page else None


def _kept(response: HttpResponse) -> HttpResponse:
    keep_public(response)
    return response
