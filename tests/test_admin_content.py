"""Editors' screens: each opens and saves for those who may, and for nobody else."""

from typing import Any

import pytest
from django.db.models import Model
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from appointments import roles
from services.models import Clinic, Location, Page, Person, SearchEntry, Treatment, Update
from tests.builders import staff
from tests.content import add_clinic, add_facts, add_page, add_person, add_point, add_update
from tests.html import Element, parse

pytestmark = pytest.mark.django_db

MODELS: dict[str, type[Model]] = {
    "clinic": Clinic,
    "page": Page,
    "treatment": Treatment,
    "person": Person,
    "location": Location,
    "update": Update,
}
SCREENS = list(MODELS)
PAGES = {
    "page": "/a/",
    "treatment": "/t/",
    "person": "/jane/",
    "location": "/l/",
}


@pytest.fixture
def content() -> None:
    add_clinic()
    add_point(add_page("/a/", "A"), "Point")
    add_facts(add_page("/t/", "T", kind="treatment", goals=["smile"]), ("purpose", "To move"))
    add_person("/jane/", "Jane", languages=["en"])
    add_page("/l/", "L", kind="location")
    add_update("Closed")


def logged_in(client: Client, role: str) -> Client:
    client.force_login(staff(role))
    return client


@pytest.fixture
def editor(client: Client, content: None) -> Client:
    return logged_in(client, roles.CONTENT_EDITOR)


def address(screen: str) -> str:
    found = MODELS[screen]._default_manager.all()
    if screen in PAGES:
        found = found.filter(path=PAGES[screen])
    return f"/staff/services/{screen}/{found.get().pk}/change/"


def form_of(client: Client, where: str, screen: str) -> dict[str, Any]:
    answer = client.get(where)
    assert answer.status_code == 200, where
    return parse(answer.content).one("form", id=f"{screen}_form").fields()


def mistakes(answer: Any) -> list[str]:
    return parse(answer.content).texts("ul", css="errorlist")


@pytest.mark.parametrize("screen", SCREENS)
def test_an_editor_opens_the_list_and_the_screen_and_saves_it(editor: Client, screen: str) -> None:
    listed = parse(editor.get(f"/staff/services/{screen}/").content).one("table", id="result_list")
    assert address(screen) in listed.links()
    answer = editor.post(address(screen), form_of(editor, address(screen), screen))
    assert answer.status_code == 302, mistakes(answer)
    assert MODELS[screen]._default_manager.filter(staff_edited_at__isnull=False).count() == 1


@pytest.mark.parametrize("screen", SCREENS)
def test_nobody_else_sees_the_editors_screens(client: Client, content: None, screen: str) -> None:
    for where in (f"/staff/services/{screen}/", address(screen)):
        answer = client.get(where)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"/staff/login/?next={where}")
    desk = logged_in(client, roles.FRONT_DESK)
    before = list(Page.objects.values())
    for where in (f"/staff/services/{screen}/", address(screen)):
        assert desk.get(where).status_code == 403
        assert desk.post(where, {"title": "x"}).status_code == 403
    assert list(Page.objects.values()) == before


def test_an_editor_sees_no_requests(editor: Client) -> None:
    assert editor.get("/staff/appointments/appointmentrequest/").status_code == 403
    assert "/staff/appointments/" not in " ".join(parse(editor.get("/staff/").content).links())


NEW: dict[str, dict[str, Any]] = {
    "page": {"kind": "article"},
    "treatment": {"kind": "treatment", "treatment_kind": "medicine", "goals": ["smile", "speak"]},
    "person": {"kind": "person", "role": "surgeon", "languages": ["en", "es"]},
    "location": {
        "kind": "location", "region": "ohio", "street": "1 Lake Road", "city": "Cleveland", "state": "OH",
        "postal_code": "44101", "phone": "216-555-0143", "time_zone": "America/New_York",
    },
}  # fmt: skip


@pytest.mark.parametrize("screen", list(NEW))
def test_a_new_page_of_each_kind_is_published_where_its_address_says(editor: Client, screen: str) -> None:
    where = f"/staff/services/{screen}/add/"
    parent = Page.objects.get(path="/a/")
    words = {"texts-0-language": "en", "texts-0-title": "A new one", "texts-0-body": "*Words*"}
    place = {"slug": "new", "parent": str(parent.pk), "status": "published"}
    answer = editor.post(where, {**form_of(editor, where, screen), **NEW[screen], **place, **words})
    assert answer.status_code == 302, mistakes(answer)
    shown = parse(editor.get("/a/new/").content).one("main")
    assert (shown.one("h1").text, shown.texts("em")) == ("A new one", ["Words"])


def changed(editor: Client, screen: str, **changes: str) -> Any:
    fields = form_of(editor, address(screen), screen)
    return editor.post(address(screen), {**fields, **changes})


def test_a_changed_text_is_on_the_page_at_once(editor: Client) -> None:
    assert changed(editor, "page", **{"texts-0-title": "Better"}).status_code == 302
    assert parse(editor.get("/a/").content).one("h1").text == "Better"


def test_search_finds_a_changed_update_by_what_it_says_now(editor: Client) -> None:
    add_page("/updates/", "Updates", kind="updates")
    assert changed(editor, "update", **{"texts-0-title": "Snowed in"}).status_code == 302
    titles = SearchEntry.objects.filter(update__isnull=False).values_list("title", flat=True)
    assert list(titles) == ["Snowed in"]
    answer = editor.get("/search/", {"q": "snowed"}).content
    assert "Snowed in" in parse(answer).one("main").text


MISTAKES: list[tuple[dict[str, str], str]] = [
    ({"slug": "t"}, "There is a page at this address already."),
    ({"slug": "staff"}, "This address is used by the site itself. Choose another."),
    ({"slug": "Not_this"}, "Use lower-case letters and digits, with hyphens between words."),
    ({"slug": ""}, "Give the page an address"),
    ({"slug": "a" * 81}, "at most 80 characters"),
    ({"kind": "poem"}, "poem is not one of the available choices"),
    ({"parent": "999999"}, "That choice is not one of the available choices"),
    ({"position": "-1"}, "greater than or equal to 0"),
    ({"texts-0-title": "x" * 121}, "at most 120 characters"),
    ({"texts-0-title": "a\0b"}, "Null characters are not allowed"),
    ({"texts-0-language": "tlh"}, "tlh is not one of the available choices"),
    ({"points-0-link": "javascript:alert(1)"}, "Begin with / for a page of this site"),
    ({"reviewed_on": "soon"}, "Enter a valid date."),
]


def test_a_mistake_is_told_beside_its_field_and_nothing_is_stored(editor: Client) -> None:
    before, fields = list(Page.objects.values()), form_of(editor, address("page"), "page")
    for changes, says in MISTAKES:
        answer = editor.post(address("page"), {**fields, **changes})
        assert answer.status_code == 200, changes
        assert any(says in told for told in mistakes(answer)), (changes, mistakes(answer))
    assert list(Page.objects.values()) == before


def test_a_second_home_page_is_refused(editor: Client) -> None:
    add_page("/", "Home", kind="home")
    answer = changed(editor, "page", kind="home")
    assert "There is a page at this address already." in " ".join(mistakes(answer))


def test_a_page_that_others_stand_below_is_not_deleted_but_explained(editor: Client) -> None:
    add_page("/a/b/", "B")
    page = Page.objects.get(path="/a/")
    where = f"/staff/services/page/{page.pk}/delete/"
    assert editor.get(where).status_code == 200
    editor.post(where, {"post": "yes"})
    assert Page.objects.filter(pk=page.pk).exists()


def test_there_is_one_clinic_to_change_and_none_to_add_or_delete(editor: Client) -> None:
    assert editor.get("/staff/services/clinic/add/").status_code == 403
    assert editor.get(f"/staff/services/clinic/{Clinic.objects.get().pk}/delete/").status_code == 403


def test_an_update_that_ends_before_it_starts_is_refused(editor: Client) -> None:
    ends = {"ends_at_0": "2025-01-01", "ends_at_1": "08:00:00"}
    answer = changed(editor, "update", **ends)
    assert answer.status_code == 200 and mistakes(answer)
    assert Update.objects.get().ends_at is None


def test_only_the_kinds_of_a_screen_are_listed_and_offered(editor: Client) -> None:
    listed = parse(editor.get("/staff/services/page/").content).one("table", id="result_list")
    assert [row.one("a").text for row in listed.one("tbody").all("th")] == ["A"]
    kinds = parse(editor.get("/staff/services/treatment/add/").content).one("select", name="kind")
    assert [option.attributes["value"] for option in kinds.all("option")] == ["treatment", "procedure"]
    assert editor.get(f"/staff/services/page/{Person.objects.get().pk}/change/").status_code == 302


def without_inline(document: Element) -> None:
    for script in document.all("script"):
        assert script.attributes.get("src") or script.attributes.get("type") == "application/json", script
    for element in document.all():
        handlers = {name for name in element.attributes if name.startswith("on") or name == "style"}
        assert not handlers and element.tag != "style", element


@pytest.mark.parametrize("screen", ["page", "location", "update"])
def test_the_screens_need_no_inline_script_or_style(editor: Client, screen: str) -> None:
    for where in (f"/staff/services/{screen}/", address(screen)):
        answer = editor.get(where)
        without_inline(parse(answer.content))
        assert "unsafe" not in answer["Content-Security-Policy"]


@pytest.mark.parametrize("screen", ["page", "person", "update"])
def test_a_longer_list_costs_no_more_queries(
    editor: Client, django_assert_max_num_queries: DjangoAssertNumQueries, screen: str
) -> None:
    where, jane = f"/staff/services/{screen}/", Person.objects.get()
    jane.parent = Page.objects.get(path="/a/")
    jane.save()
    editor.get(where)
    with django_assert_max_num_queries(30) as at_one:
        editor.get(where)
    for number in range(8):
        add_page(f"/a/n{number}/", "N")
        add_person(f"/a/p{number}/", "P")
        add_update(f"Update {number}")
    with django_assert_max_num_queries(len(at_one)):
        rows = parse(editor.get(where).content).one("table", id="result_list").one("tbody").all("tr")
    assert len(rows) == 9


@pytest.mark.parametrize("year", ["9999", "1999"])
def test_an_update_of_another_age_is_refused(editor: Client, year: str) -> None:
    form = form_of(editor, address("update"), "update")
    answer = editor.post(address("update"), {**form, "starts_at_0": f"{year}-12-31", "starts_at_1": "23:59"})
    assert "Choose a date from 2000 to 2099." in mistakes(answer)


def test_an_update_needs_a_place_and_an_end_after_its_start(editor: Client) -> None:
    form = form_of(editor, address("update"), "update")
    nowhere = {name: value for name, value in form.items() if name not in ("sitewide", "pages")}
    assert "Choose at least one page, or tick “on every page”." in mistakes(
        editor.post(address("update"), nowhere)
    )
    backwards = {**form, "ends_at_0": "2001-01-01", "ends_at_1": "00:00"}
    assert "“Shown until” has to be after “Shown from”." in mistakes(
        editor.post(address("update"), backwards)
    )


def test_no_form_is_filled_in_from_its_address(editor: Client) -> None:
    for query in ("starts_at=zz", "ends_at=2026", "level=emergency"):
        page = parse(editor.get(f"/staff/services/update/add/?{query}").content)
        assert page.one("form", id="update_form").fields()["level"] == ["information"]


def test_what_is_kept_for_everybody_sets_no_cookie(client: Client, content: None) -> None:
    client.cookies["csrftoken"], client.cookies["sessionid"] = "y", "x"
    answer = client.get("/a/")
    assert answer.status_code == 200 and not answer.cookies


def test_lists_are_searched_by_title_and_filtered_by_their_own_kinds(editor: Client) -> None:
    add_page("/a/b/", "Benefits", kind="list")

    def listed(query: str, screen: str = "page") -> list[str]:
        shown = parse(editor.get(f"/staff/services/{screen}/?{query}").content)
        tables = shown.all("table", id="result_list")
        return [row.one("a").text for row in tables[0].one("tbody").all("th")] if tables else []

    assert (listed("q=benef"), listed("q=/a/b"), listed("q=nothing")) == (["Benefits"], ["Benefits"], [])
    assert (listed("q=closed", "update"), listed("q=open", "update")) == (["Closed"], [])
    assert listed("kind=list") == ["Benefits"]
    links = " ".join(parse(editor.get("/staff/services/treatment/").content).links())
    assert "kind=procedure" in links and "kind=person" not in links


def test_the_words_stand_first_and_no_link_leads_away_from_the_form(editor: Client) -> None:
    names = list(form_of(editor, address("page"), "page"))
    assert names.index("texts-0-title") < names.index("status")
    shown = parse(editor.get(address("page")).content)
    assert not shown.all(css="related-widget-wrapper-link")
    new = list(form_of(editor, "/staff/services/page/add/", "page"))
    assert new.index("slug") < new.index("texts-0-title")


def test_each_mistake_is_listed_with_a_link_to_its_field(editor: Client) -> None:
    answer = changed(editor, "page", slug="", **{"texts-0-title": ""})
    found = parse(answer.content)
    listed = found.one("ul", css="mistakes")
    assert listed.texts("li") == [
        "Address part : Give the page an address, such as first-visit.",
        "Text 1: Title : This field is required.",
    ]
    for link in listed.links():
        assert found.one(id=link.removeprefix("#")).tag == "input"


def test_a_refused_focus_leaves_the_portrait_as_it_is_stored(editor: Client) -> None:
    Person.objects.update(portrait="portraits/x.jpg")
    answer = changed(editor, "person", portrait_focus_x="10", portrait_focus_y="101")
    assert any("less than or equal to 100" in told for told in mistakes(answer))
    assert (
        "portraits/x-50-35-320.jpg"
        in [each.attributes["src"] for each in parse(answer.content).all("img")][-1]
    )


def test_only_pages_with_others_below_them_lead_to_an_order(editor: Client) -> None:
    above = Page.objects.get(path="/a/")
    where = f"/staff/services/page/order/{above.pk}/"
    assert where not in parse(editor.get(address("page")).content).links()
    add_person("/a/ann/", "Ann")
    for shown in (address("page"), "/staff/services/person/"):
        assert where in parse(editor.get(shown).content).links()
