"""The page: its address follows its place, and the database holds what must always be true."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone

from services.models import Clinic, Location, OpeningHours, Page, PageText, Person, Update
from tests.content import add_clinic, add_facts, add_page, add_update

pytestmark = pytest.mark.django_db


def paths() -> list[str]:
    return list(Page.objects.order_by("path").values_list("path", flat=True))


def problems(page: Page) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as refused:
        page.full_clean(exclude=["path"])
    return refused.value.message_dict


def refused_by(constraint: str, make: Any) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        make()


def test_moving_a_page_moves_everything_below_it() -> None:
    for path in ("/a/", "/a/b/", "/a/b/c/", "/ab/"):
        add_page(path)
    page = Page.objects.get(path="/a/")
    page.slug = "x"
    page.save()
    assert paths() == ["/ab/", "/x/", "/x/b/", "/x/b/c/"]
    below = Page.objects.get(path="/x/b/")
    below.parent = Page.objects.get(path="/ab/")
    below.save()
    assert paths() == ["/ab/", "/ab/b/", "/ab/b/c/", "/x/"]


def test_a_person_is_moved_through_the_page_it_stands_below() -> None:
    add_page("/team/")
    add_page("/team/jane/", kind="person")
    page = Page.objects.get(path="/team/")
    page.slug = "people"
    page.save()
    assert Person.objects.get().path == "/people/jane/"


def test_a_page_below_the_home_page_has_an_address_at_the_top() -> None:
    home = add_page("/", kind="home")
    page = Page.objects.create(slug="a", parent=home)
    assert page.path == "/a/"


def test_a_page_with_pages_below_it_is_not_deleted() -> None:
    add_page("/a/")
    add_page("/a/b/")
    with pytest.raises(ProtectedError):
        Page.objects.get(path="/a/").delete()


@pytest.mark.parametrize("slug", ["request", "staff", "static", "media", "healthz", "en", "es", "xx"])
def test_an_address_the_site_uses_itself_is_refused_at_the_top_only(slug: str) -> None:
    assert problems(Page(slug=slug)) == {"slug": ["This address is used by the site itself. Choose another."]}
    home = add_page("/", kind="home")
    assert list(problems(Page(slug=slug, parent=home))) == ["slug"]
    Page(slug=slug, parent=add_page("/a/")).full_clean(exclude=["path"])


@pytest.mark.parametrize("slug", ["", "A", "a_b", "a b", "a/b", "é", "-a", "a-", "a.b", "a\n"])
def test_an_address_no_link_could_lead_to_is_refused(slug: str) -> None:
    assert list(problems(Page(slug=slug))) == ["slug"]


def test_an_address_that_is_taken_is_refused_as_a_mistake_in_a_field() -> None:
    add_page("/", kind="home")
    add_page("/a/")
    assert problems(Page(slug="a")) == {"slug": ["There is a page at this address already."]}
    assert list(problems(Page(kind="home"))) == ["slug"]
    Page.objects.get(path="/a/").full_clean(exclude=["path"])


def test_an_address_that_would_grow_too_long_below_is_refused() -> None:
    for depth in (1, 2, 3):
        add_page("/" + f"{'a' * 79}/" * depth)
    page = Page.objects.get(path=f"/{'a' * 79}/")
    page.slug = "b" * 80
    page.full_clean(exclude=["path"])
    add_page("/" + f"{'a' * 79}/" * 3 + "c" * 8 + "/")
    assert problems(page) == {"slug": ["The whole address is too long. Use a shorter word."]}


def test_a_page_cannot_stand_below_itself() -> None:
    for path in ("/a/", "/a/b/", "/a/b/c/"):
        add_page(path)
    page = Page.objects.get(path="/a/")
    for below in ("/a/", "/a/b/c/"):
        page.parent = Page.objects.get(path=below)
        assert problems(page) == {"parent": ["A page cannot stand below itself."]}


def test_the_home_page_has_the_first_address_whatever_was_typed() -> None:
    page = Page(kind="home", slug="welcome", parent=add_page("/a/"))
    page.full_clean(exclude=["path"])
    page.save()
    assert (page.path, page.slug, page.parent) == ("/", "", None)


def test_the_database_keeps_addresses_and_words_apart() -> None:
    page = add_page("/a/")
    refused_by("services_page_path_key", lambda: Page.objects.create(slug="a"))
    refused_by("page_slug_empty_only_at_home", lambda: Page.objects.filter(pk=page.pk).update(path="/"))
    refused_by("page_text_once_a_language", lambda: PageText.objects.create(page=page, title="Again"))


def test_the_database_keeps_one_clinic() -> None:
    add_clinic()
    refused_by("clinic_is_one_row", lambda: Clinic.objects.create(pk=2, treating_states=[]))


def test_the_database_keeps_times_in_order() -> None:
    place = add_page("/cleveland/", kind="location")
    hours = {"location": place, "weekday": 0, "opens": "08:00", "closes": "17:00"}
    OpeningHours.objects.create(**hours)
    refused_by("opening_hours_once_a_day", lambda: OpeningHours.objects.create(**hours))
    wrong = {**hours, "weekday": 1, "closes": "07:00"}
    refused_by("closes_after_it_opens", lambda: OpeningHours.objects.create(**wrong))
    now = timezone.now()
    refused_by("update_ends_after_it_starts", lambda: Update.objects.create(starts_at=now, ends_at=now))
    refused_by("portrait_focus_is_percent", lambda: add_page("/jane/", kind="person", portrait_focus_x=101))


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("Dr. Jane van Doe, MD, PhD", "JD"),
        ("Soo-min Calloway", "SC"),
        ("Prince", "P"),
        ("Ana (she) Ruiz", "AR"),
    ],
)
def test_initials_are_those_of_the_first_and_the_last_name(name: str, initials: str) -> None:
    assert add_page("/x/", name, kind="person").initials == initials


def test_languages_are_named_and_an_unknown_code_is_shown() -> None:
    assert Person(languages=["es", "qq"]).language_names == ["Spanish", "qq"]


def test_a_location_names_its_time_zone_as_people_do() -> None:
    assert Location(time_zone="America/New_York").zone_name == "Eastern time"
    assert Location(time_zone="America/Puerto_Rico").zone_name == "America/Puerto Rico"
    page = add_page("/x/", kind="location", time_zone="Cleveland")
    assert list(problems(page)) == ["time_zone"]


def test_a_page_without_words_in_the_language_asked_for_says_so() -> None:
    page = Page.objects.create(slug="a")
    with pytest.raises(PageText.DoesNotExist):
        page.text  # noqa: B018


def test_the_levels_and_facts_have_readable_names() -> None:
    page = add_page("/a/")
    add_facts(page, ("stay_recovery", "Two nights."))
    assert str(page.facts.get()) == "Stay and recovery: Two nights."
    update = add_update("Closed", level="emergency")
    assert (str(update), update.get_level_display()) == ("Closed", "Emergency")


@pytest.mark.parametrize(
    ("phone", "digits"),
    [
        ("216-555-0142", "+12165550142"),
        ("(216) 555 0142", "+12165550142"),
        ("+1 216 555 0142", "+12165550142"),
        ("1-216-555-0142", "+12165550142"),
        ("216 555 01", None),
        ("call us", None),
        ("", None),
    ],
)
def test_the_clinics_phone_can_be_dialled(phone: str, digits: str | None) -> None:
    clinic = add_clinic(phone=phone)
    if digits is None:
        with pytest.raises(ValidationError) as refused:
            clinic.full_clean()
        assert list(refused.value.message_dict) == ["phone"]
    else:
        clinic.full_clean()
        assert clinic.phone_digits == digits
