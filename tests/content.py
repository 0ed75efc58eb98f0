"""Small content to test with: a page here, a person there, a folder of starter files."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.models import Clinic, Fact, Location, Page, PageText, Person, Point, Treatment, Update

MODELS = {"person": Person, "location": Location, "treatment": Treatment, "procedure": Treatment}
NEEDED: dict[str, dict[str, Any]] = {
    "person": {"role": "surgeon"},
    "location": {
        "region": "ohio",
        "street": "1 Lake Road",
        "city": "Cleveland",
        "state": "OH",
        "postal_code": "44101",
        "phone": "216-555-0143",
        "time_zone": "America/New_York",
    },
    "treatment": {"treatment_kind": "medicine"},
    "procedure": {"treatment_kind": "surgery"},
}
KEPT_A_MINUTE = "public, max-age=30, stale-while-revalidate=30, stale-if-error=3600"
"""What is the same for everybody: thirty seconds fresh, thirty more while the next one comes."""

WORDS = ("menu_title", "summary", "description", "body")

CLINIC_YAML = """\
name: "Erie & Gulf Clinic"
phone: "216-555-0142"
email: "faces@example.org"
portal_url: "https://portal.example.org/"
billing_url: "https://billing.example.org/"
treating_states: [OH, FL]
en: {phone_hours: "Monday to Friday"}
"""


def add_clinic(**fields: Any) -> Clinic:
    defaults = {
        "name": "Erie & Gulf Clinic",
        "phone": "216-555-0142",
        "email": "faces@example.org",
        "portal_url": "https://portal.example.org/",
        "billing_url": "https://billing.example.org/",
        "treating_states": ["OH", "FL"],
    }
    clinic = Clinic.objects.create(pk=1, **{**defaults, **fields})
    clinic.texts.create(language="en", phone_hours="Monday to Friday")
    return clinic


def add_page(path: str, title: str = "", kind: str = "article", **fields: Any) -> Any:
    """A published page at this path, below the page one step up where there is one, with English words."""
    words = {name: fields.pop(name) for name in WORDS if name in fields}
    above, _, slug = path.strip("/").rpartition("/")
    parent = Page.objects.filter(path=f"/{above}/").first() if above else None
    given = {"status": "published", **NEEDED.get(kind, {}), **fields}
    page = MODELS.get(kind, Page).objects.create(parent=parent, slug=slug, kind=kind, **given)
    assert page.path == path
    PageText.objects.create(page=page, language="en", title=title or slug or "Home", **words)
    return page


def add_person(path: str, name: str, **fields: Any) -> Person:
    """A published surgeon, unless another role is given."""
    person: Person = add_page(path, name, kind="person", **fields)
    return person


def add_facts(page: Page, *facts: tuple[str, str], language: str = "en") -> None:
    for position, (key, value) in enumerate(facts):
        Fact.objects.create(page=page, language=language, key=key, value=value, position=position)


def add_point(page: Page, heading: str, **fields: Any) -> Point:
    return Point.objects.create(page=page, heading=heading, **{"icon": "star", **fields})


def add_update(title: str, *, body: str = "", pages: tuple[Page, ...] = (), **fields: Any) -> Update:
    """An update that runs since 2026, for the whole site unless pages are named."""
    given = {"starts_at": datetime(2026, 1, 1, tzinfo=UTC), "sitewide": not pages, **fields}
    update = Update.objects.create(**given)
    update.pages.set(pages)
    update.texts.create(language="en", title=title, body=body)
    return update


def page_file(title: str, **keys: str) -> str:
    """A starter file; the keys are written as they are given."""
    lines = "".join(f"{key}: {value}\n" for key, value in keys.items())
    return f"---\n{lines}title: {title}\n---\nThe text of {title}.\n"


def write_starter(folder: Path, files: Mapping[str, str]) -> Path:
    """A starter folder: a clinic, a home page, and these files."""
    usual = {
        "clinic.yaml": CLINIC_YAML,
        "updates.yaml": "",
        "glossary.yaml": "",
        "search.yaml": "",
        "en/index.md": page_file("Home", kind="home"),
    }
    for name, text in {**usual, **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder
