"""The content's addresses: pages, and uploaded pictures."""

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from clinic_site.kept_public import keep_public
from services.addresses import in_language
from services.models import Page
from services.rendering import published, render_page


@require_safe
def page(request: HttpRequest, path: str = "") -> HttpResponseBase:
    """The published page at this address, in the language of the address; where it moved to, if it did.

    Raises Http404.
    """
    language = get_language()
    current = published(f"/{path}", language)
    response = render_page(request, current) if current else _moved(request, f"/{path}", language)
    keep_public(response)
    return response


def _moved(request: HttpRequest, path: str, language: str) -> HttpResponse:
    moved = Page.objects.published().formerly_at(path).in_language(language).first()
    if moved is None:
        raise Http404
    query = request.META.get("QUERY_STRING", "")
    address = in_language(moved.path, language)
    return HttpResponsePermanentRedirect(f"{address}?{query}" if query else address)


@require_safe
def media(request: HttpRequest, path: str) -> FileResponse:
    """An uploaded picture from the default storage. Names hold a digest, so they never change.

    Raises Http404 where there is none. With object storage, ``MEDIA_URL`` points there and this is not asked.
    """
    try:
        file = default_storage.open(path)
    except (OSError, ValueError) as error:
        raise Http404 from error
    response = FileResponse(file)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
