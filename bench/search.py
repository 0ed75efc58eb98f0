"""How long PostgreSQL takes to answer a search among 10,000 pages, beside a plain scan of the same texts.

    .venv/bin/python bench/search.py [pages]

It makes an embedded PostgreSQL in a temporary folder, fills it, measures, and removes it. The time is that of
the statements of one search, all of them, as ``services.search.find`` sends them: sent to answered, without
Django's own. The scan is one ``ILIKE`` over the same texts and the same rule of what is public, ten rows.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.own_database import let_go, own_database, settled  # noqa: E402

ROUNDS = 12
WORDS_A_PAGE = 350
LIMIT_MILLISECONDS = 50
QUESTIONS = [
    ("one rare word", "hyponychium"),
    ("a word of every page", "face"),
    ("two words of many pages", "facial nerve"),
    ("three words", "eye surgery recovery"),
    ("a quoted phrase", '"facial nerve repair"'),
    ("a lay phrase", "lopsided face after surgery"),
    ("a typing error", "hyponichyum"),
    ("three typing errors", "fcaial nrevve paralisys"),
    ("words no page has together", "hyponychium surgery eye smile taping clinic"),
    ("nothing", "zzyzx qqfwp xkcdv"),
]
COMMON = "face facial nerve eye smile surgery muscle paralysis treatment recovery clinic visit doctor".split()
SYLLABLES = "ba ce di fo gu la me ni po ru sa te vi zo bra cle dri flo gru pla ske tri".split()


def main(pages: int) -> None:
    with own_database():
        run(pages)


def run(pages: int) -> None:
    import django

    django.setup()

    from clinic_site.management.commands.bootstrap import prepare_database

    began = time.perf_counter()
    prepare_database()
    fill(pages)
    print(settled())
    spent = time.perf_counter() - began
    print(f"{pages} pages of {WORDS_A_PAGE} words, noted in {spent:.0f} s; {ROUNDS} rounds\n")
    print(f"{'question':28} {'median ms':>10} {'95 % ms':>9} {'ILIKE ms':>9} {'times as fast':>14}")
    everything: list[float] = []
    for name, question in QUESTIONS:
        times, scans = measured(find, question), measured(scan, question)
        everything += times
        ratio = median(scans) / median(times)
        print(f"{name:28} {median(times):10.1f} {p95(times):9.1f} {median(scans):9.1f} {ratio:14.1f}")
    print(f"\n{'all':28} {median(everything):10.1f} {p95(everything):9.1f}   (aim: {LIMIT_MILLISECONDS} ms)")
    let_go()


def fill(pages: int) -> None:
    """Pages of seeded random text, words as unequally frequent as in real texts, and our phrases."""
    from services import search_index, starter
    from services.models import Page, PageText
    from services.starter_entries import store_phrases

    chance = random.Random(1)  # noqa: S311
    lexicon = COMMON + ["".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(20_000)]
    weights = [1 / (rank + 3) for rank in range(len(lexicon))]
    made = [Page(slug=f"page-{n}", path=f"/page-{n}/", status="published") for n in range(pages)]
    Page.objects.bulk_create(made, batch_size=1000)
    texts = []
    for number, page in enumerate(made):
        words = chance.choices(lexicon, weights, k=WORDS_A_PAGE)
        if number % 2_000 == 7:
            words[40:40] = ["hyponychium"]
        title, summary, body = " ".join(words[:5]), " ".join(words[5:25]), " ".join(words[25:])
        texts.append(PageText(page=page, language="en", title=title[:120], summary=summary[:400], body=body))
    PageText.objects.bulk_create(texts, batch_size=1000)
    content = starter.read(starter.FOLDER)
    for document in content.phrases:
        store_phrases(document.origin, None, document.data)
    search_index.index_all()


def find(question: str) -> None:
    from services import search

    search.find(question, language="en")


def scan(question: str) -> None:
    """The baseline: the text holds what was typed, letter by letter."""
    from services.models import Page, PageText

    public = Page.objects.published()
    found = PageText.objects.filter(page__in=public, language="en", body__icontains=question.strip('"'))
    list(found.values_list("title", flat=True)[:10])
    found.count()


def measured(ask: Callable[[str], None], question: str) -> list[float]:
    """Milliseconds in the database of each round, after one that warms it up."""
    from django.db import connection

    spent: list[float] = []

    def timed(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            spent[-1] += (time.perf_counter() - began) * 1000

    with connection.execute_wrapper(timed):
        for _ in range(ROUNDS + 1):
            spent.append(0.0)
            ask(question)
    return spent[1:]


def p95(times: list[float]) -> float:
    return quantiles(times, n=20)[18]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000)
