"""The addresses of everything that is public at this moment."""

from services.addresses import in_language
from services.models import PageText
from services.models.page import Page


def addresses() -> set[str]:
    """Of each published page, in each language that it has words in."""
    pages = Page.objects.published()
    texts = PageText.objects.filter(page__in=pages).values_list("page__path", "language")
    return {in_language(path, language) for path, language in texts}
