"""What a question finds: the words of pages, terms and updates, ranked; only what is public now."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from services import search, search_index
from services.models import Page, PageText, SearchEntry, SearchPhrase, SearchWord, Term
from tests.content import add_clinic, add_facts, add_page, add_point, add_update
from tests.searching import find, noted, phrase, plain, titles

pytestmark = pytest.mark.django_db


# ------------------------------------------------------------------------------------------ what is found


def test_a_page_is_found_by_any_form_of_its_words_wherever_they_stand() -> None:
    page = add_page(
        "/a/",
        "Protecting your eye",
        menu_title="Eye care",
        summary="Keep it *moist*.",
        body="## Night\n\nTape.",
    )
    add_point(page, "Drops", body="Use **ointments**.")
    add_facts(page, ("purpose", "To guard the cornea"))
    search_index.index_page(page)
    for asked in (
        "eyes",
        "protect",
        "care",
        "moist",
        "taping at night",
        "drop",
        "ointment",
        "corneas",
        "EYE",
    ):
        assert titles(asked) == ["Protecting your eye"], asked
    assert titles("smile") == []


def test_titles_count_more_than_what_stands_out_and_that_more_than_the_text() -> None:
    noted("/body/", "One", body="Nerves. About the synkinesis.")
    noted("/summary/", "Two", summary="About synkinesis.")
    noted("/title/", "Synkinesis")
    assert titles("synkinesis") == ["Synkinesis", "Two", "One"]


def test_a_treatment_stands_before_another_page_that_answers_as_well() -> None:
    noted("/a/", "Botulinum toxin")
    noted("/b/", "Botulinum toxin", kind="treatment")
    noted("/c/", "Botulinum toxin", kind="updates")
    assert [str(hit.kind) for hit in find("botulinum").hits] == ["Treatment", "Article", "Overview"]


def test_people_and_places_are_found_by_what_their_pages_show() -> None:
    noted("/jane/", "Jane Doe", kind="person", role="therapist", languages=["es"])
    noted("/westlake/", "Westlake", kind="location", city="Westlake", postal_code="44145")
    noted("/sew/", "Sewing", kind="procedure", goals=["smile"])
    assert titles("therapist spanish") == ["Jane Doe"]
    assert titles("44145") == ["Westlake"]
    assert titles("surgery smile") == ["Sewing"]


def test_the_clinics_own_data_are_found_as_pages_show_them() -> None:
    add_clinic()
    noted("/a/", "Calling", body="[Write]({billing_url}) to {clinic} at {email}.")
    hit = find("erie gulf").hits[0]
    assert plain(hit.excerpt) == "Write to Erie &amp; Gulf Clinic at faces@example.org."


def test_all_words_are_wanted_and_quotes_minus_and_or_mean_what_they_mean_elsewhere() -> None:
    noted("/a/", "Nerve repair")
    noted("/b/", "Nerve transfer after repair")
    assert titles("repair nerve transfer") == ["Nerve transfer after repair"]
    assert titles('"nerve repair"') == ["Nerve repair"]
    assert titles("nerve -transfer") == ["Nerve repair"]
    assert sorted(titles("transfer OR repair")) == ["Nerve repair", "Nerve transfer after repair"]
    assert titles("-nerve") == []


def test_where_no_page_has_all_words_those_with_some_are_shown_and_it_is_said() -> None:
    noted("/a/", "Nerve repair")
    noted("/b/", "Eye drops")
    found = find("what can nerve drops do")
    assert (found.any_word, found.total) == (True, 2)
    assert not find("nerve repair").any_word


def test_terms_and_updates_are_found_on_the_pages_that_show_them() -> None:
    term = Term.objects.create(key="synkinesis")
    term.texts.create(language="en", word="synkinesis", forms=["synkinetic"], meaning="Unwanted movement.")
    search_index.index_term(term)
    update = add_update("Snow closes Westlake", body="Call *first*.")
    search_index.index_update(update)
    assert (titles("synkinetic"), titles("snow")) == ([], [])
    add_page("/glossary/", "Words", kind="glossary")
    add_page("/updates/", "News", kind="updates")
    (word,), (news,) = find("synkinetic").hits, find("snow").hits
    assert (word.path, word.anchor, str(word.kind), word.trail) == (
        "/glossary/",
        "synkinesis",
        "Word explained",
        ["Words"],
    )
    assert (news.path, str(news.kind), plain(news.excerpt)) == ("/updates/", "Update", "Call first.")
    update.ends_at = timezone.now()
    update.save()
    assert titles("snow") == []


def test_each_language_finds_its_own_words_without_minding_accents() -> None:
    page = noted("/a/", "Paralysis")
    PageText.objects.create(
        page=page, language="es", title="Parálisis facial", body="Los nervios de la cara."
    )
    PageText.objects.create(page=page, language="ht", title="Paralizi figi")
    search_index.index_page(page)
    assert titles("paralisis nervio", "es") == ["Parálisis facial"]
    assert titles("figi", "ht") == ["Paralizi figi"]
    assert (titles("facial"), titles("figi", "es")) == ([], [])


def test_the_way_to_a_page_is_told_as_far_as_it_is_public() -> None:
    add_page("/care/", "Facial paralysis in full", menu_title="Facial paralysis")
    add_page("/care/hidden/", "Hidden", status="draft")
    noted("/care/hidden/taping/", "Taping")
    assert find("taping").hits[0].trail == ["Facial paralysis"]


# ------------------------------------------------------------------------------------------ what is public

HIDDEN: list[dict[str, Any]] = [
    {"status": "draft"},
    {"status": "archived"},
    {"status": "scheduled", "publish_at": timezone.now() + timedelta(days=1)},
    {"archive_at": timezone.now() - timedelta(seconds=1)},
]


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_is_not_public_now_is_neither_found_nor_told_of(hidden: dict[str, Any]) -> None:
    page = noted("/zygomaticus/", "Zygomaticus trial")
    assert titles("zygomaticus") == titles("zygomatikus") == ["Zygomaticus trial"]
    Page.objects.filter(pk=page.pk).update(**hidden)
    for asked in ("zygomaticus", "zygomatikus", "zygo trial"):
        found = find(asked)
        assert (found.hits, found.likely, found.suggestions, found.shown_for) == ([], [], [], "")
    assert search.pages_resembling("/zygomaticus/", "en") == []


def test_a_scheduled_page_is_found_when_its_time_has_come_without_being_noted_again() -> None:
    page = noted("/a/", "Trial", status="scheduled", publish_at=timezone.now() + timedelta(days=1))
    assert titles("trial") == []
    Page.objects.filter(pk=page.pk).update(publish_at=timezone.now())
    assert titles("trial") == ["Trial"]


# ------------------------------------------------------------------------------------------ many answers


def test_answers_come_ten_a_page_and_page_numbers_out_of_range_are_brought_in() -> None:
    for number in range(23):
        noted(f"/p{number:02}/", f"Nerve {number:02}")
    first, last = find("nerve"), find("nerve", page=99)
    assert (len(first.hits), first.total, first.page, first.pages) == (10, 23, 1, 3)
    assert (len(last.hits), last.page) == (3, 3)
    assert find("nerve", page=-5).page == 1
    paths = [hit.path for number in (1, 2, 3) for hit in find("nerve", page=number).hits]
    assert len(set(paths)) == 23


def test_of_very_many_answers_the_best_are_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search, "MOST", 3)
    monkeypatch.setattr(search, "WEIGHED", 4)
    for number in range(4):
        noted(f"/p{number}/", f"Page {number}", body="nerve")
    noted("/best/", "Nerve")
    found = find("nerve")
    assert (found.total, found.has_more, found.hits[0].title) == (3, True, "<mark>Nerve</mark>")


# ---------------------------------------------------------------------------------------------- what is noted


def test_noting_a_page_again_replaces_what_was_noted_and_forgetting_leaves_nothing() -> None:
    page = noted("/a/", "Old words")
    page.texts.update(title="New words")
    search_index.index_page(page)
    assert (titles("new"), titles("old")) == (["New words"], [])
    search_index.forget(page)
    assert not SearchEntry.objects.exists()


def test_everything_is_noted_anew_in_one_go() -> None:
    SearchWord.objects.create(language="en", word="stale")
    SearchPhrase.objects.create(kind="synonym", words=["wonky face"], means="facial palsy")
    add_page("/a/", "Facial palsy")
    add_page("/b/", "Draft", status="draft")
    add_update("Snow")
    Term.objects.create(key="t").texts.create(language="en", word="toxin", meaning="A medicine.")
    search_index.index_all()
    assert SearchEntry.objects.count() == 4
    words = dict(SearchWord.objects.values_list("word", "in_phrase"))
    assert (words["palsy"], words["wonky"], "stale" in words) == (False, True, False)
    search_index.index_all()
    assert SearchEntry.objects.count() == 4


def test_a_point_that_shows_under_a_condition_is_not_found() -> None:
    page = add_page("/a/", "Expertise")
    add_point(page, "Certified", shown_if="surgeons_double_certified")
    search_index.index_page(page)
    assert titles("certified") == []


@pytest.mark.parametrize("many", [1, 9])
def test_a_search_asks_as_often_for_many_answers_as_for_one(
    many: int, django_assert_num_queries: Any
) -> None:
    phrase("synonym", "lopsided", means="nerve")
    for number in range(many):
        noted(f"/p{number}/", f"Nerve {number}")
    with django_assert_num_queries(5):
        find("nerve")
