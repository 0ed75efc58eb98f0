"""What pages say of themselves to search engines, held against the properties each type needs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from pytest_django.fixtures import DjangoAssertNumQueries

from services import starter
from services.models import OpeningHours, Page, PageText
from services.templatetags import discovery
from tests.content import add_clinic, add_facts, add_page, add_person
from tests.html import Element, parse

RULES = json.loads((Path(__file__).parent / "data" / "structured_data.json").read_text())
OURS = "http://127.0.0.1:8000"
Node = dict[str, Any]


def graph(document: Element) -> list[Node]:
    """The one graph of a page."""
    script = document.one("script", type="application/ld+json")
    data = json.loads("".join(child for child in script.children if isinstance(child, str)))
    assert set(data) == {"@context", "@graph"} and data["@context"] == "https://schema.org"
    found: list[Node] = data["@graph"]
    return found


def types(node: Node) -> list[str]:
    given = node.get("@type", [])
    return given if isinstance(given, list) else [given]


def nested(value: Any) -> Iterator[Node]:
    """Every node in this value, however deep."""
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from nested(inner)


def wrongs(nodes: list[Node]) -> list[str]:
    """What a graph lacks of the rules, states without ground, or names without describing."""
    found = []
    for node in nested(nodes):
        for rule in RULES["rules"]:
            if rule["type"] in types(node) and rule.get("having", "@type") in node:
                found += [f"{rule['type']} without {name}" for name in rule["required"] if not node.get(name)]
        found += [f"{types(node)} states {name}" for name in RULES["never"]["properties"] if name in node]
    known = {rule["type"] for rule in RULES["rules"]}
    found += [f"no rule for {kind}" for node in nested(nodes) for kind in types(node) if kind not in known]
    twice = Counter(node["@id"] for node in nodes if "@id" in node)
    return found + [f"{name} is described twice" for name, count in twice.items() if count > 1]


@pytest.fixture
def nodes(client: Client, db: None) -> Any:
    """The graph of the page at a path, by type; a node of two types stands under both."""

    def get(path: str) -> dict[str, list[Node]]:
        found: dict[str, list[Node]] = {}
        for node in graph(parse(client.get(path).content)):
            for kind in types(node):
                found.setdefault(kind, []).append(node)
        return found

    return get


# --------------------------------------------------------------------------------------- the whole site


@pytest.fixture(scope="module")
def site_pages(django_db_setup: None, django_db_blocker: Any) -> dict[str, Element]:
    """Every published page of the starter content, loaded once and rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        starter.load()
        paths = Page.objects.published().order_by("path").values_list("path", flat=True)
        client = Client()
        answers = {path: client.get(path) for path in paths}
        transaction.set_rollback(True)
    assert len(answers) > 40
    assert [path for path, answer in answers.items() if answer.status_code != 200] == []
    return {path: parse(answer.content) for path, answer in answers.items()}


def test_every_page_has_a_graph_that_keeps_the_rules(site_pages: dict[str, Element]) -> None:
    found = [f"{path}: {wrong}" for path, page in site_pages.items() for wrong in wrongs(graph(page))]
    assert not found, "\n".join(found)


def test_every_rule_but_that_of_questions_is_met_somewhere(site_pages: dict[str, Element]) -> None:
    used = {kind for page in site_pages.values() for node in nested(graph(page)) for kind in types(node)}
    assert {rule["type"] for rule in RULES["rules"]} - used <= {"FAQPage", "Question", "Answer"}


def test_every_identifier_is_on_a_page_of_the_site(site_pages: dict[str, Element]) -> None:
    described = {node["@id"] for page in site_pages.values() for node in graph(page)}
    named = {
        node["@id"] for page in site_pages.values() for node in nested(graph(page)) if "@id" in node
    }  # fmt: skip
    assert named == described
    assert {each.removeprefix(OURS).partition("#")[0] for each in described} <= set(site_pages)


def test_every_page_says_which_page_it_is(site_pages: dict[str, Element]) -> None:
    for path, page in site_pages.items():
        own = graph(page)[0]
        heading, description = page.one("h1").text, page.one("meta", name="description")
        assert (own["url"], own["name"]) == (f"{OURS}{path}", heading)
        assert own["description"] == description.attributes["content"]
        assert page.one("link", rel="canonical").attributes["href"] == own["url"]


def test_titles_and_descriptions_are_each_pages_own_and_short(site_pages: dict[str, Element]) -> None:
    titles = Counter(page.one("head").one("title").text for page in site_pages.values())
    given = [page.one("meta", name="description").attributes["content"] for page in site_pages.values()]
    assert [title for title, count in titles.items() if count > 1] == []
    assert [each for each, count in Counter(given).items() if count > 1] == []
    assert [each for each in given if not 50 <= len(each) <= 160] == []


def test_the_data_stand_at_the_end_of_the_page(site_pages: dict[str, Element]) -> None:
    for page in site_pages.values():
        elements = [each for each in page.one("body").children if isinstance(each, Element)]
        assert elements[-1].attributes == {"type": "application/ld+json"}


# ------------------------------------------------------------------------------------------- each kind


def test_a_reviewed_page_says_by_whom_and_when(nodes: Any) -> None:
    add_clinic()
    jane = add_person("/jane/", "Jane Doe, MD")
    nora = add_person("/nora/", "Nora Roe, RN", role="nurse", status="archived")
    add_page("/a/", "A", reviewer=jane, reviewed_on="2026-10-06")
    add_page("/b/", "B", reviewer=nora, reviewed_on="2026-10-06")
    add_page("/c/", "C", reviewer=jane)
    by_jane, by_nora = nodes("/a/")["MedicalWebPage"][0], nodes("/b/")["MedicalWebPage"][0]
    assert by_jane["lastReviewed"] == "2026-10-06"
    assert by_jane["reviewedBy"] == {
        "@type": "Physician",
        "@id": f"{OURS}/jane/#person",
        "url": f"{OURS}/jane/",
        "name": "Jane Doe, MD",
    }
    assert by_nora["reviewedBy"] == {"@type": "Person", "name": "Nora Roe, RN"}
    assert "reviewedBy" not in nodes("/c/")["WebPage"][0]


def test_a_procedure_is_described_by_its_facts(nodes: Any) -> None:
    surgery = add_page("/t/", "Nerve transfer", kind="procedure", description="Another nerve")
    add_facts(surgery, ("stay_recovery", "2 *nights*"), ("what_moves", "A nerve"), ("purpose", "To move"))
    assert nodes("/t/")["SurgicalProcedure"] == [
        {
            "@type": ["MedicalProcedure", "SurgicalProcedure"],
            "@id": f"{OURS}/t/#treatment",
            "url": f"{OURS}/t/",
            "name": "Nerve transfer",
            "description": "Another nerve",
            "howPerformed": "A nerve",
            "followup": "2 nights",
        }
    ]
    assert nodes("/t/")["WebPage"][0]["about"] == [{"@id": f"{OURS}/t/#treatment"}]


@pytest.mark.parametrize(
    ("kind", "noninvasive"), [("retraining", True), ("support", True), ("medicine", False)]
)
def test_only_what_stays_outside_the_skin_is_called_noninvasive(
    nodes: Any, kind: str, noninvasive: bool
) -> None:
    add_facts(add_page("/t/", kind="treatment", treatment_kind=kind), ("what_happens", "You practice"))
    treatment = nodes("/t/")["MedicalProcedure"][0]
    assert treatment["howPerformed"] == "You practice"
    assert treatment.get("procedureType") == (
        "https://schema.org/NoninvasiveProcedure" if noninvasive else None
    )


def test_a_doctor_is_described_as_one_and_a_therapist_as_a_person(nodes: Any) -> None:
    add_clinic()
    place = add_page("/l/", "Cleveland", kind="location")
    for path, role in (("/jane/", "surgeon"), ("/max/", "therapist")):
        person = add_person(path, path.strip("/").title(), role=role, languages=["en", "es"])
        person.places.add(place)
        add_facts(person, ("board_certification", "Otolaryngology"), ("interest", "Smiles"))
    doctor, therapist = nodes("/jane/")["Physician"][0], nodes("/max/")["Person"][0]
    for node in (doctor, therapist):
        assert node["knowsLanguage"] == ["en", "es"]
        assert [each["name"] for each in node["hasCredential"]] == ["Otolaryngology"]
    assert doctor["parentOrganization"] == {"@id": f"{OURS}/#clinic"}
    assert doctor["address"][0]["streetAddress"] == "1 Lake Road"
    assert doctor["location"] == therapist["workLocation"] == [{"@id": f"{OURS}/l/#place"}]
    assert (therapist["jobTitle"], therapist["worksFor"]) == (
        "Facial retraining therapist",
        {"@id": f"{OURS}/#clinic"},
    )


def test_a_location_tells_address_phone_and_hours(nodes: Any) -> None:
    add_clinic()
    place = add_page("/l/", "Cleveland", kind="location", directions_url="https://maps.example.org")
    for weekday, closes in ((0, "17:30"), (2, "17:30"), (4, "12:00")):
        OpeningHours.objects.create(location=place, weekday=weekday, opens="08:00", closes=closes)
    assert nodes("/l/")["MedicalClinic"][0] == {
        "@type": "MedicalClinic",
        "@id": f"{OURS}/l/#place",
        "name": "Erie & Gulf Clinic, Cleveland",
        "url": f"{OURS}/l/",
        "telephone": "+1 216-555-0143",
        "address": {
            "@type": "PostalAddress",
            "streetAddress": "1 Lake Road",
            "addressLocality": "Cleveland",
            "addressRegion": "OH",
            "postalCode": "44101",
            "addressCountry": "US",
        },
        "hasMap": "https://maps.example.org",
        "openingHoursSpecification": [
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": ["Monday", "Wednesday"],
                "opens": "08:00",
                "closes": "17:30",
            },
            {
                "@type": "OpeningHoursSpecification",
                "dayOfWeek": ["Friday"],
                "opens": "08:00",
                "closes": "12:00",
            },
        ],
        "parentOrganization": {"@id": f"{OURS}/#clinic"},
    }


def test_the_home_page_and_the_list_of_locations_tell_where_the_clinic_is(nodes: Any) -> None:
    add_clinic()
    add_page("/", "Home", kind="home")
    add_page("/l/", "Locations", kind="list")
    add_page("/l/c/", "Cleveland", kind="location")
    add_page("/l/d/", "Closed", kind="location", status="draft")
    for path in ("/", "/l/"):
        place, clinic = nodes(path)["MedicalClinic"]
        assert place["@id"] == f"{OURS}/l/c/#place" and place["address"]["postalCode"] == "44101"
        assert clinic["subOrganization"] == [{"@id": f"{OURS}/l/c/#place"}]
        assert (clinic["name"], clinic["telephone"]) == ("Erie & Gulf Clinic", "+1 216-555-0142")
    assert nodes("/")["WebPage"][0]["about"] == [{"@id": f"{OURS}/#clinic"}]


def test_breadcrumbs_name_the_way_in_short_words(nodes: Any) -> None:
    add_page("/", "Home", kind="home")
    add_page("/a/", "Facial paralysis in full", menu_title="Facial paralysis")
    add_page("/a/b/", "Here")
    way = nodes("/a/b/")["BreadcrumbList"][0]["itemListElement"]
    assert [(each["position"], each["name"], each["item"]) for each in way] == [
        (1, "Home", f"{OURS}/"),
        (2, "Facial paralysis", f"{OURS}/a/"),
        (3, "Here", f"{OURS}/a/b/"),
    ]
    assert "BreadcrumbList" not in nodes("/")


ANSWERED = """\
## Common questions

### Why 2 bills?

The hospital and the *doctors*

- may bill apart.

### Whom can I **ask**?

Call {phone}.

## Other things

Not an answer.
"""


def test_a_page_of_questions_gives_each_with_its_answer(nodes: Any) -> None:
    add_clinic()
    add_page("/a/", "A", body=ANSWERED)
    page = nodes("/a/")["FAQPage"][0]
    assert page["@type"] == ["WebPage", "FAQPage"]
    answers = [(each["name"], each["acceptedAnswer"]["text"]) for each in page["mainEntity"]]
    assert answers == [
        ("Why 2 bills?", "The hospital and the doctors may bill apart."),
        ("Whom can I ask?", "Call 216-555-0142."),
    ]
    assert wrongs(page["mainEntity"]) == []


@pytest.mark.parametrize(
    "body", ["", "## Who?\n\nWe.", "## Who?\n\n## What?", "Who? What?\n\n## When\n\nNow?"]
)
def test_a_heading_that_asks_does_not_make_a_page_of_questions(nodes: Any, body: str) -> None:
    add_page("/a/", "A", body=body)
    assert "FAQPage" not in nodes("/a/")


HOSTILE = "</script><script>alert(1)</script><!-- & \u2028 \u2029 ' \""


def test_no_words_can_leave_the_data_block(client: Client, db: None) -> None:
    add_clinic(name=HOSTILE)
    add_page("/a/", HOSTILE, description=HOSTILE)
    answer = client.get("/a/").content.decode()
    block = answer.partition('<script type="application/ld+json">')[2].partition("</script>")[0]
    assert not set("<>&\u2028\u2029") & set(block)
    assert json.loads(block)["@graph"][0]["name"] == HOSTILE
    assert len(parse(answer).all("script", type="application/ld+json")) == 1


def test_what_we_do_not_hold_is_not_stated(nodes: Any) -> None:
    add_page("/a/", "A")
    add_person("/jane/", "Jane")
    assert set(nodes("/a/")) == {"WebPage"}
    assert set(nodes("/a/")["WebPage"][0]) == {"@type", "@id", "url", "name", "inLanguage", "dateModified"}
    assert set(nodes("/jane/")["Physician"][0]) == {"@type", "@id", "url", "name"}


def test_only_pages_of_the_content_carry_data(client: Client, db: None) -> None:
    add_clinic()
    answer = client.get("/request/")
    assert answer.status_code == 200
    assert not parse(answer.content).all("script", type="application/ld+json")


@pytest.mark.parametrize("path", ["/", "/l/", "/l/c/", "/jane/", "/t/"])
def test_the_data_cost_no_query_of_their_own(
    client: Client,
    db: None,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_max_num_queries: DjangoAssertNumQueries,
    path: str,
) -> None:
    add_clinic()
    add_page("/", "Home", kind="home")
    add_page("/l/", "Locations", kind="list")
    place = add_page("/l/c/", "Cleveland", kind="location")
    add_page("/l/d/", "Westlake", kind="location")
    jane = add_person("/jane/", "Jane")
    jane.places.add(place)
    add_page("/t/", "T", kind="treatment", reviewer=jane, reviewed_on="2026-10-06")
    with django_assert_max_num_queries(40) as with_data:
        client.get(path)
    monkeypatch.setattr(discovery, "graph", lambda context: {})
    with django_assert_max_num_queries(40) as without:
        client.get(path)
    assert len(with_data) == len(without)


def test_a_thing_has_one_identifier_in_every_language(nodes: Any, settings: Any) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Español")]
    add_clinic()
    place = add_page("/l/", "Cleveland", kind="location")
    PageText.objects.create(page=place, language="es", title="Cleveland en español")
    english, spanish = nodes("/l/"), nodes("/es/l/")
    assert spanish["MedicalClinic"][0]["@id"] == english["MedicalClinic"][0]["@id"]
    assert spanish["MedicalClinic"][0]["url"] == f"{OURS}/es/l/"
    page = spanish["WebPage"][0]
    assert (page["@id"], page["inLanguage"], page["name"]) == (
        f"{OURS}/es/l/#page",
        "es",
        "Cleveland en español",
    )
