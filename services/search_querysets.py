"""Named reads of what search has noted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.apps import apps
from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchRank, TrigramWordSimilarity
from django.db import models
from django.db.models import Case, F, Func, Q, Value, When
from django.db.models.functions import Left, Length
from django.db.models.lookups import LessThanOrEqual
from django.utils import timezone

if TYPE_CHECKING:
    from services.models.search import SearchEntry  # noqa: F401

WEIGHTS = [0.05, 0.15, 0.4, 1.0]
"""What a word counts for by where it stands, D to A: title A; summary, points and facts B; text C."""
KIND_COUNTS = {"service": 1.15, "treatment": 1.15, "procedure": 1.15, "updates": 0.85}
TERM_COUNTS = 0.95
UPDATE_COUNTS = 0.85

MARK_BEGINS, MARK_ENDS = "\x02", "\x03"
"""Around a word that was found; no indexed text holds these characters."""
LESS, GREATER = "\ue000", "\ue001"
"""In place of < and >, which PostgreSQL would take for tags and leave out."""
SHORT = 200
"""Characters of a text that is shown whole."""
LONGEST_SHOWN = 20_000
FRAGMENTS = {"max_words": 18, "min_words": 9, "max_fragments": 2, "fragment_delimiter": " … "}


class SearchEntryQuerySet(models.QuerySet["SearchEntry"]):
    """What can be found, by who may see it and how well it answers."""

    def visible(self, language: str, *, terms: bool, updates: bool) -> Self:
        """What everybody may see at this moment, in this language; the page decides, not what was noted.

        ``terms``, ``updates``: whether there is a public page that shows these.
        """
        pages = apps.get_model("services", "Page").objects.published()
        shown = Q(page__in=pages.values("pk"))
        if terms:
            shown |= Q(term__isnull=False)
        if updates:
            running = apps.get_model("services", "Update").objects.running(timezone.now())
            shown |= Q(update__in=running.values("pk"))
        return self.filter(shown, language=language)

    def of_pages(self) -> Self:
        return self.filter(page__isnull=False)

    def matching(self, query: SearchQuery) -> Self:
        return self.filter(vector=query)

    def titled(self, query: SearchQuery) -> Self:
        """Those whose title matches, the likeliest first; the title's own words are few and soon weighed."""
        likeness = SearchRank(F("heading_vector"), query)
        return self.filter(heading_vector=query).annotate(likeness=likeness).order_by("-likeness", "pk")

    def ranked(self, query: SearchQuery) -> Self:
        """The best answers first, by where the words stand and by what kind of page it is."""
        counts = Case(
            *(When(page__kind=kind, then=Value(factor)) for kind, factor in KIND_COUNTS.items()),
            When(term__isnull=False, then=Value(TERM_COUNTS)),
            When(update__isnull=False, then=Value(UPDATE_COUNTS)),
            default=Value(1.0),
        )
        rank = SearchRank(F("vector"), query, weights=WEIGHTS) * counts
        return self.matching(query).annotate(rank=rank).order_by("-rank", "title", "pk")

    def with_highlights(self, query: SearchQuery, config: str) -> Self:
        """With ``shown_title`` and ``shown_text``: the words found stand between the mark characters."""

        def marked(source: models.expressions.Combinable, **options: object) -> SearchHeadline:
            without_tags = Func(source, Value("<>"), Value(LESS + GREATER), function="translate")
            marks = {"start_sel": MARK_BEGINS, "stop_sel": MARK_ENDS}
            return SearchHeadline(without_tags, query, config=config, **marks, **options)  # type: ignore[arg-type]

        return self.select_related("page", "term", "update").annotate(
            shown_title=marked(F("title"), highlight_all=True),
            shown_text=Case(
                When(LessThanOrEqual(Length("text"), SHORT), then=marked(F("text"), highlight_all=True)),
                default=marked(Left("text", LONGEST_SHOWN), **FRAGMENTS),
            ),
        )

    def named_like(self, words: str) -> Self:
        """Those whose titles or addresses resemble these words, the likeliest first."""
        likeness = TrigramWordSimilarity(words, "names")
        return (
            self.filter(names__trigram_word_similar=words)
            .annotate(likeness=likeness)
            .order_by("-likeness", "pk")
        )
