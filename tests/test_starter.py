"""The starter content: all of it or none, once, and never over what staff did."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from services import starter
from services.models import Clinic, Page, PageText, Person, StarterRecord, Update
from services.starter_files import StarterError
from tests.content import CLINIC_YAML, add_clinic, add_page, page_file, write_starter
from tests.html import parse

pytestmark = pytest.mark.django_db

REVIEWED = page_file("Botox", kind="article", reviewer="/team/jane/")
JANE = page_file("Jane Doe, MD", kind="person", role="surgeon", languages="[en]")
TEAM = {"en/team/index.md": page_file("Team", kind="list"), "en/team/jane.md": JANE}
CLOSED = """\
- key: closed
  level: important
  starts_at: "2026-11-16T08:00:00-05:00"
  pages: [/team/]
  en: {title: "Closed", body: "Call {phone}."}
"""


def load(folder: Path, **files: str) -> starter.Loaded:
    return starter.load(write_starter(folder, files))


def everything() -> list[Any]:
    """All that loading could have stored."""
    return [list(model.objects.values()) for model in (Page, PageText, Clinic, Update, StarterRecord)]


def edited(page: Page) -> None:
    """As the admin marks what staff save."""
    Page.objects.filter(pk=page.pk).update(staff_edited_at=datetime.now(UTC))


def test_the_shipped_content_loads_whole_and_once() -> None:
    first = starter.load()
    assert (first.stored, first.kept) == (StarterRecord.objects.count(), 0)
    before = everything()
    again = starter.load()
    assert (again.stored, again.kept) == (0, first.stored)
    assert everything() == before
    assert Page.objects.filter(kind="procedure").count() == 8
    for page in Page.objects.filter(kind__in=["treatment", "procedure"]):
        assert page.reviewer and page.reviewed_on and page.review_due_on and page.sources.exists(), page.path


def test_the_shipped_content_names_the_clinic_only_where_the_name_is_filled_in() -> None:
    pages = starter.read(starter.FOLDER).pages
    for page in pages:
        unfilled = [page.data["title"], page.data.get("menu_title", ""), page.data.get("description", "")]
        unfilled += [point["heading"] for point in page.data.get("points", [])]
        assert not re.search(r"\{\w+\}", " ".join(unfilled)), page.path


def test_bootstrap_names_the_file_and_the_line_and_says_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic_site.management.commands import bootstrap

    monkeypatch.setattr(bootstrap, "prepare_database", lambda: None)
    write_starter(tmp_path, {"en/a.md": page_file("A", colour="red")})
    monkeypatch.setattr(starter.load, "__defaults__", (tmp_path,))
    with pytest.raises(CommandError, match=r"starter_content/en/a\.md, line 2: colour is not known here"):
        call_command("bootstrap")


def test_only_a_changed_file_is_stored_again(tmp_path: Path) -> None:
    assert load(tmp_path, **TEAM).stored == 4
    again = load(tmp_path, **{**TEAM, "en/team/index.md": page_file("Our people", kind="list")})
    assert (again.stored, again.kept) == (1, 3)
    assert PageText.objects.get(page__path="/team/").title == "Our people"


def test_a_staff_edit_is_never_overwritten(tmp_path: Path) -> None:
    load(tmp_path, **TEAM)
    edited(Page.objects.get(path="/team/"))
    PageText.objects.filter(page__path="/team/").update(title="Edited by staff")
    Clinic.objects.update(name="Renamed", staff_edited_at=datetime.now(UTC))
    changed = {"en/team/index.md": page_file("Our people", kind="list"), "clinic.yaml": CLINIC_YAML + "\n"}
    changed["clinic.yaml"] = CLINIC_YAML.replace("216", "440")
    assert load(tmp_path, **{**TEAM, **changed}).stored == 0
    assert PageText.objects.get(page__path="/team/").title == "Edited by staff"
    assert Clinic.objects.get().name == "Renamed"


def test_a_clinic_that_staff_entered_first_is_kept(tmp_path: Path) -> None:
    add_clinic(name="Entered by staff", staff_edited_at=datetime.now(UTC))
    load(tmp_path)
    assert Clinic.objects.get().name == "Entered by staff"


def test_a_deleted_page_stays_deleted_with_what_stood_below_it(tmp_path: Path) -> None:
    load(tmp_path, **TEAM)
    Person.objects.get().delete()
    Page.objects.get(path="/team/").delete()
    changed = {"en/team/jane.md": JANE.replace("Jane", "Joan"), "en/team/new.md": JANE}
    assert load(tmp_path, **{**TEAM, **changed}).stored == 0
    assert list(Page.objects.values_list("path", flat=True)) == ["/"]


def test_a_page_whose_reviewer_staff_deleted_loads_without_one(tmp_path: Path) -> None:
    load(tmp_path, **TEAM, **{"en/botox.md": REVIEWED})
    assert Page.objects.get(path="/botox/").reviewer == Person.objects.get()
    Person.objects.get().delete()
    load(tmp_path, **TEAM, **{"en/botox.md": REVIEWED.replace("Botox", "Toxin")})
    page = Page.objects.get(path="/botox/")
    assert (page.reviewer, page.texts.get().title) == (None, "Toxin")


def test_a_moved_page_keeps_its_place_when_its_file_changes(tmp_path: Path) -> None:
    load(tmp_path, **TEAM)
    team = Page.objects.get(path="/team/")
    team.slug = "people"
    team.save()
    new = {"en/team/jane.md": JANE.replace("Jane", "Joan"), "en/team/max.md": JANE.replace("Jane", "Max")}
    assert load(tmp_path, **{**TEAM, **new}).stored == 2
    titles = dict(PageText.objects.values_list("page__path", "title"))
    assert titles == {
        "/": "Home",
        "/people/": "Team",
        "/people/jane/": "Joan Doe, MD",
        "/people/max/": "Max Doe, MD",
    }


def test_where_staff_made_a_page_themselves_the_starter_page_is_left_out(tmp_path: Path) -> None:
    add_page("/team/", "Made by staff")
    load(tmp_path, **TEAM)
    assert dict(PageText.objects.values_list("page__path", "title")) == {
        "/": "Home",
        "/team/": "Made by staff",
    }


def test_an_update_is_loaded_with_its_pages_and_not_again_after_staff_deleted_it(tmp_path: Path) -> None:
    load(tmp_path, **TEAM, **{"updates.yaml": CLOSED})
    update = Update.objects.get()
    assert (update.level, update.starts_at) == ("important", datetime(2026, 11, 16, 13, tzinfo=UTC))
    assert [page.path for page in update.pages.all()] == ["/team/"]
    update.delete()
    load(tmp_path, **TEAM, **{"updates.yaml": CLOSED.replace("Closed", "Shut")})
    assert not Update.objects.exists()


@pytest.mark.parametrize(
    ("name", "text", "place", "says"),
    [
        ("en/a.md", "---\nkind: article\ntitle: [\n---\n", "en/a.md, line 4", "not readable as YAML"),
        ("en/a.md", page_file("A", kind="article", colour="red"), "en/a.md, line 3", "colour is not known"),
        ("en/a.md", "No front matter.", "en/a.md, line 1", "title is missing"),
        ("en/x/a.md", page_file("A"), "en/x/a.md, line 1", "stands below /x/, which has no file"),
        ("en/a.md", page_file("A", reviewer="/nobody/"), "en/a.md, line 2", "the page /nobody/"),
        ("en/a.md", page_file("A", reviewer="/"), "en/a.md, line 2", "/ is not of the kind person"),
        ("en/a.md", page_file("A", kind="poem"), "en/a.md, line 2", "'poem' is none of"),
        ("en/a.md", page_file("A", kind="procedure"), "en/a.md, line 1", "treatment_kind is missing"),
        ("en/a.md", page_file("A", points="5"), "en/a.md, line 2", "points: not a list"),
        ("en/a.md", page_file("A", points="[x]"), "en/a.md, line 2", "holds no keys"),
        (
            "en/a.md",
            page_file("A", points="\n  - {heading: H}\n  - {heading: H, icon: no}"),
            "en/a.md, line 4",
            "icon: False is none of",
        ),
        (
            "en/a.md",
            page_file("A", points='\n  - {heading: H, link: "javascript:x"}'),
            "en/a.md, line 3",
            "link: The link “javascript:x” is not allowed.",
        ),
        ("en/a.md", page_file("A", position="many"), "en/a.md, line 2", "position:"),
        ("en/a.md", page_file("A", description="x" * 161), "en/a.md, line 2", "description: Ensure"),
        ("en/a.md", page_file("A", reviewed_on="soon"), "en/a.md, line 2", "reviewed_on: not a date"),
        ("en/a_b.md", page_file("A"), "en/a_b.md, line 1", "slug: Use lower-case letters"),
        ("en/request.md", page_file("A"), "en/request.md, line 1", "slug: This address is used"),
        ("clinic.yaml", CLINIC_YAML + "colour: red\n", "clinic.yaml, line 8", "colour is not known"),
        ("clinic.yaml", CLINIC_YAML.replace("@", ""), "clinic.yaml, line 3", "email: Enter a valid email"),
        ("clinic.yaml", "- 1\n", "clinic.yaml, line 1", "holds no keys"),
        ("updates.yaml", CLOSED.replace("/team/", "/tea/"), "updates.yaml, line 4", "names the page /tea/"),
        ("updates.yaml", CLOSED.replace("imp", "un"), "updates.yaml, line 2", "'unortant' is none of"),
        ("updates.yaml", CLOSED.replace("2026-11", "2026-31"), "updates.yaml, line 3", "is not a time"),
        ("updates.yaml", CLOSED.replace("en:", "fr:"), "updates.yaml, line 5", "fr is not known"),
        ("updates.yaml", "key: closed\n", "updates.yaml, line 1", "not a list"),
    ],
)
def test_a_half_written_file_stops_with_its_line_and_changes_nothing(
    tmp_path: Path, name: str, text: str, place: str, says: str
) -> None:
    load(tmp_path, **TEAM)
    before = everything()
    files = {**TEAM, "en/team/index.md": page_file("Changed", kind="list"), name: text}
    with pytest.raises(StarterError) as stopped:
        load(tmp_path, **files)
    told = str(stopped.value)
    assert told.startswith(f"services/starter_content/{place}: ")
    assert says in told and "\n" not in told
    assert everything() == before


def test_a_missing_file_stops_with_its_name(tmp_path: Path) -> None:
    write_starter(tmp_path, {})
    (tmp_path / "clinic.yaml").unlink()
    with pytest.raises(StarterError, match="clinic.yaml, line 1: not readable"):
        starter.load(tmp_path)


@pytest.fixture
def spanish(settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]


SPANISH = {
    "es/index.md": page_file("Inicio"),
    "es/team/index.md": page_file("Equipo", summary="Llame al {phone}."),
}


def test_a_second_language_is_more_data(tmp_path: Path, client: Client, spanish: None) -> None:
    load(tmp_path, **TEAM, **SPANISH)
    answer = client.get("/es/team/")
    page = parse(answer.content)
    assert (answer.status_code, answer["Content-Language"]) == (200, "es")
    assert page.one("html").attributes["lang"] == "es"
    assert (page.one("h1").text, page.one("p", css="lead").text) == ("Equipo", "Llame al 216-555-0142 .")
    assert "/es/" in page.one("nav", css="crumbs").links()
    assert client.get("/es/team/jane/").status_code == 404
    assert parse(client.get("/team/").content).one("h1").text == "Team"


def test_words_that_staff_wrote_in_a_language_are_kept_when_its_file_comes(
    tmp_path: Path, spanish: None
) -> None:
    load(tmp_path, **TEAM)
    team = Page.objects.get(path="/team/")
    PageText.objects.create(page=team, language="es", title="Escrito por el personal")
    edited(team)
    load(tmp_path, **TEAM, **SPANISH)
    assert PageText.objects.get(page=team, language="es").title == "Escrito por el personal"
    assert PageText.objects.get(page__path="/", language="es").title == "Inicio"


def test_a_translation_of_nothing_stops(tmp_path: Path, spanish: None) -> None:
    with pytest.raises(StarterError, match=r"es/sobra.md, line 1: translates /sobra/, which has no file"):
        load(tmp_path, **{"es/sobra.md": page_file("Sobra")})
    with pytest.raises(StarterError, match=r"es/index.md, line 2: kind is not known here"):
        load(tmp_path, **{"es/sobra.md": "", "es/index.md": page_file("Inicio", kind="home")})
