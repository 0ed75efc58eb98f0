"""A new service with all its pages, made in the admin alone: no developer, no file."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from services.models import Page
from tests.content import add_clinic, add_page
from tests.editor_client import editor, form, mistakes
from tests.html import parse

pytestmark = pytest.mark.django_db


def add(ann: Client, screen: str, slug: str, title: str, above: str = "", **fields: Any) -> None:
    """Fill in the empty form of that screen and save it."""
    where = f"/staff/services/{screen}/add/"
    words = {"texts-0-language": "en", "texts-0-title": title, "texts-0-body": f"All about {title.lower()}."}
    parent = str(Page.objects.get(path=above).pk) if above else ""
    sent = {**form(ann, where, screen), **words, "slug": slug, "parent": parent, "status": "published"}
    answer = ann.post(where, {**sent, **fields})
    assert answer.status_code == 302, mistakes(answer)


def test_an_editor_adds_a_service_and_it_is_everywhere_it_belongs() -> None:
    add_clinic()
    add_page("/", "Home", kind="home")
    ann, public, base = editor(), Client(), "/skull-base-care/"
    add(ann, "page", "skull-base-care", "Skull-base care", kind="service", in_menu="on")
    add(ann, "page", "treatments", "Skull-base treatments", base, kind="explorer")
    under = f"{base}treatments/"
    medicine = {"kind": "treatment", "treatment_kind": "medicine", "goals": ["comfort"], "windows": ["weeks"]}
    surgery = {"kind": "procedure", "treatment_kind": "surgery", "goals": ["even"], "windows": ["years"]}
    add(ann, "treatment", "watchful-waiting", "Watchful waiting", under, **medicine)
    add(ann, "treatment", "endoscopic-surgery", "Endoscopic surgery", under, **surgery)
    add(ann, "person", "robin-field", "Robin Field, MD", base, kind="person", role="surgeon")
    add(ann, "page", "acoustic-neuroma", "Acoustic neuroma", base, kind="article")
    paths = [base, under, f"{under}watchful-waiting/", f"{under}endoscopic-surgery/",
             f"{base}robin-field/", f"{base}acoustic-neuroma/"]  # fmt: skip
    for path in paths:
        assert public.get(path).status_code == 200, path
    home = parse(public.get("/").content)
    assert base in home.one("nav", css="nav").links()
    explorer = parse(public.get(under).content).one("main")
    assert set(paths[2:4]) <= set(explorer.links()) and "Watchful waiting" in explorer.text
    chosen = parse(public.get(f"{under}?goal=even").content).one("main")
    assert paths[3] in chosen.links() and paths[2] not in chosen.links()
    for words, path in [("acoustic neuroma", paths[5]), ("endoscopic", paths[3]), ("Robin Field", paths[4])]:
        assert path in parse(public.get("/search/", {"q": words}).content).one("main").links(), words
    sitemap = public.get("/sitemap.xml").content.decode()
    assert [path for path in paths if f"{path}</loc>" not in sitemap] == []
