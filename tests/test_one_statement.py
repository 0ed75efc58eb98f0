"""Querysets that one statement answers give the same as when Django asks for them one by one."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import (
    Count,
    DecimalField,
    DurationField,
    F,
    FloatField,
    Model,
    Prefetch,
    QuerySet,
    UUIDField,
    Value,
)
from django.db.models.signals import post_init
from pytest_django import DjangoAssertNumQueries

from clinic_site.postgresql.one_statement import AnyGiven, Given, OneStatement
from services.models import (
    Clinic,
    Location,
    Page,
    PageText,
    PageVersion,
    Person,
    Picture,
    Source,
    Treatment,
    Update,
)
from tests.content import add_clinic, add_facts, add_page, add_person, add_point, add_update

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 11, 27, 15, 30, 12, 345678, tzinfo=UTC)


@pytest.fixture(autouse=True)
def content() -> None:
    add_clinic()
    jane = add_person("/jane/", "Jane “J.” O’Hara\\", languages=["en", "es"], reviewed_on=date(2026, 2, 28))
    ann = add_person("/ann/", "Ann", portrait="portraits/a.jpg")
    for slug in ("west", "east"):
        place = add_page(f"/{slug}/", slug, kind="location", publish_at=MOMENT)
        place.hours.create(weekday=4, opens=time(8, 30), closes=time(17, 0))
        jane.places.add(place)
    PageText.objects.create(page=ann, language="es", title="Ana")
    botulinum = add_page(
        "/b/", "B", kind="treatment", reviewer=jane, goals=["smile", "close_eye"], body="100 % {x} \\ '\"\n€"
    )
    add_facts(botulinum, ("purpose", "P"), ("limits", "L"))
    add_point(botulinum, "Point", goals=["even"])
    Source.objects.create(page=botulinum, title="No year")
    Source.objects.create(page=botulinum, title="A year", year=2020)
    add_update("Now", body="Words", pages=(botulinum,), ends_at=MOMENT)
    PageVersion.objects.create(
        page_id=botulinum.pk, path="/b/", number=1, document={"a": [1, 2.5, None, "é"], "b": {}}
    )


def asked(queryset: QuerySet[Any, Any], **given: Any) -> list[Any]:
    return OneStatement(lambda: {"rows": queryset}).ask(**given)["rows"]


def columns(row: Model) -> dict[str, Any]:
    """All that was read of a row: deferred fields are not among it."""
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def typed(values: Any) -> Any:
    if isinstance(values, dict):
        return {name: typed(value) for name, value in values.items()}
    return (type(values).__name__, str(values))


@pytest.mark.parametrize(
    "model", [Clinic, Location, Page, PageText, PageVersion, Person, Source, Treatment, Update]
)
def test_every_column_comes_through_with_its_own_type(model: Any) -> None:
    queryset = model.objects.order_by("pk")
    expected = [typed(columns(row)) for row in queryset]
    assert [typed(columns(row)) for row in asked(queryset)] == expected
    assert expected


def test_instances_are_whole() -> None:
    [treatment] = asked(Treatment.objects.all())
    assert (treatment._state.adding, treatment._state.db) == (False, "default")
    assert treatment == Treatment.objects.get()
    treatment.slug = "c"
    treatment.save()
    assert Page.objects.filter(path="/c/").exists()


def test_who_listens_to_the_making_of_instances_hears_of_these_too() -> None:
    heard = []

    def hear(instance: Clinic, **_told: Any) -> None:
        heard.append(instance.name)

    post_init.connect(hear, sender=Clinic)
    try:
        [clinic] = asked(Clinic.objects.all())
    finally:
        post_init.disconnect(hear, sender=Clinic)
    assert heard == [clinic.name]


def test_a_model_that_reads_its_rows_by_itself_is_left_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def from_db(_db: str, names: list[str], values: list[Any]) -> Any:
        return dict(zip(names, values, strict=True))

    monkeypatch.setattr(Clinic, "from_db", classmethod(lambda _cls, *told: from_db(*told)))
    [expected] = Clinic.objects.values("id", "name")
    assert asked(Clinic.objects.only("name")) == [expected]


def test_numbers_times_and_identifiers_that_no_column_of_ours_has() -> None:
    exact, name = Decimal("12345678901234567.10"), uuid.UUID("0123456789abcdef0123456789abcdef")
    [row] = asked(
        Clinic.objects.annotate(
            exact=Value(exact, DecimalField(max_digits=19, decimal_places=2)),
            rounded=Value(0.1, FloatField()),
            name_of_it=Value(name, UUIDField()),
            nothing=Value(None, DecimalField(max_digits=3, decimal_places=1)),
        )
    )
    assert (row.exact, row.rounded, row.name_of_it, row.nothing) == (exact, 0.1, name, None)


def test_a_type_that_is_not_known_is_refused() -> None:
    with pytest.raises(TypeError, match="DurationField is not read from JSON"):
        asked(Clinic.objects.annotate(long=Value(timedelta(1), DurationField())))


def test_deferred_columns_are_read_when_they_are_asked_for(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    [row] = asked(Treatment.objects.defer("goals", "slug"))
    assert row.get_deferred_fields() == {"goals", "slug"}
    with django_assert_num_queries(1):
        assert row.goals == ["smile", "close_eye"]


def test_related_rows_come_along(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    pages = asked(Page.objects.with_details().select_related("reviewer").order_by("path"))
    with django_assert_num_queries(0):
        found = {page.path: page for page in pages}
        assert found["/b/"].treatment.goals == ["smile", "close_eye"]
        assert found["/b/"].treatment.page_ptr is found["/b/"]
        assert found["/b/"].reviewer.languages == ["en", "es"]
        assert found["/jane/"].person.role == "surgeon"
        assert found["/jane/"].reviewer is None
        assert not hasattr(found["/jane/"], "location")


def test_annotations_and_tuples_come_along() -> None:
    counted = Person.objects.annotate(offices=Count("places")).order_by("path")
    assert [(person.path, person.offices) for person in asked(counted)] == [("/ann/", 0), ("/jane/", 2)]
    tuples = Person.objects.order_by("path").values_list("languages", F("texts__title"), "reviewed_on")
    expected = list(tuples.filter(texts__language="en"))
    assert asked(tuples.filter(texts__language="en")) == expected


def places(person: Person) -> list[str]:
    return [place.path for place in person.loaded_places]  # type: ignore[attr-defined]


STAFF: Any = Prefetch("people", Person.objects.in_language("en"), to_attr="staff")
PREFETCHED: list[tuple[QuerySet[Any, Any], Callable[[Any], Any]]] = [
    (Page.objects.prefetch_related("texts"), lambda page: [text.title for text in page.texts.all()]),
    (Page.objects.with_sources(), lambda page: [(each.title, each.year) for each in page.sources.all()]),
    (Page.objects.in_language("es"), lambda page: (page.text.title, page.text.page.path)),
    (Page.objects.in_language("en").with_facts("en"), lambda page: [f.value for f in page.loaded_facts]),
    (Page.objects.with_review("en"), lambda page: page.reviewer and page.reviewer.text.title),
    (Page.objects.with_details().filter(kind="person").with_places("en"), lambda page: places(page.person)),
    (
        Page.objects.with_details().with_places("en"),
        lambda page: places(page.person) if page.kind == "person" else "",
    ),
    (
        Location.objects.prefetch_related("hours"),
        lambda place: [(day.weekday, day.opens) for day in place.hours.all()],
    ),
    (
        Location.objects.prefetch_related(STAFF),
        lambda place: [person.text.title for person in place.staff],
    ),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PREFETCHED)))
def test_what_is_prefetched_is_there_without_another_question(
    number: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    queryset, shown = PREFETCHED[number]
    ordered = queryset.all().order_by("path")
    expected = [(row.path, shown(row)) for row in ordered]
    with django_assert_num_queries(1):
        assert [(row.path, shown(row)) for row in asked(ordered)] == expected
    assert any(words for _path, words in expected)


def test_a_relation_of_another_kind_is_refused() -> None:
    with pytest.raises(TypeError, match="places is not prefetched in one statement"):
        asked(Person.objects.prefetch_related("places"))


def test_querysets_are_answered_together_each_with_what_is_given(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    statement = OneStatement(
        lambda: {
            "titled": Page.objects.in_language(Given("language")).order_by("path"),
            "public": Page.objects.published(Given("now")).filter(path=AnyGiven("paths")).order_by("path"),
            "below": Page.objects.filter(path__startswith=Given("start")),
            "nothing": Picture.objects.all(),
        }
    )
    given: dict[str, Any] = {
        "language": "es",
        "now": MOMENT,
        "paths": ["/east/", "/b/", "/x/"],
        "start": "/j",
    }
    with django_assert_num_queries(1):
        found = statement.ask(**given)
        assert {name: [row.path for row in rows] for name, rows in found.items()} == {
            "titled": ["/ann/"], "public": ["/b/", "/east/"], "below": ["/jane/"], "nothing": [],
        }  # fmt: skip
        assert found["titled"][0].text.title == "Ana"
    again = statement.ask(**{**given, "language": "en", "paths": [], "start": "/%"})
    assert {name: len(rows) for name, rows in again.items()} == {
        "titled": 5, "public": 0, "below": 0, "nothing": 0,
    }  # fmt: skip


@pytest.mark.parametrize("text", ["' OR 1=1 --", "%s", "%", "\\", "$1", "en') --"])
def test_what_is_given_is_never_read_as_sql(text: str) -> None:
    assert asked(Page.objects.filter(path=Given("path")), path=text) == []


def test_every_question_is_put_to_the_database() -> None:
    statement = OneStatement(lambda: {"pages": Page.objects.at(Given("path"))})
    assert statement.ask(path="/new/")["pages"] == []
    add_page("/new/")
    assert [page.path for page in statement.ask(path="/new/")["pages"]] == ["/new/"]
