"""The rules of the house: who may import whom, and what no template and no view may hold."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.html import Element, parse

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = ("clinic_site", "services", "appointments")
PURE = (
    "appointments.states appointments.urgency appointments.urgency_file appointments.urgency_rules "
    "appointments.reference appointments.clinic_time appointments.lined_yaml"
).split()
DATABASE = ("django.db", "django.contrib", "django.apps", "services.models", "appointments.models")


def name_of(file: Path) -> str:
    parts = file.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {name_of(file): file for app in SHIPPED for file in sorted((ROOT / app).rglob("*.py"))}
MODULES = [name for name in FILES if ".migrations" not in name]


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(FILES[module].read_text())


@cache
def imports(module: str) -> frozenset[str]:
    """All that a module imports at any place, by full name; what is imported from a package by both names."""
    found = set()
    for node in ast.walk(tree(module)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{module} imports relatively"
            found |= {str(node.module)} | {f"{node.module}.{alias.name}" for alias in node.names}
    return frozenset(found)


def under(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def offences(modules: list[str], *forbidden: str, but: tuple[str, ...] = ()) -> list[str]:
    return [
        f"{module} imports {name}"
        for module in modules
        for name in sorted(imports(module))
        if under(name, *forbidden) and not under(name, *but)
    ]


def modules(*packages: str) -> list[str]:
    found = [module for module in MODULES if under(module, *packages)]
    assert found, packages
    return found


def test_nothing_shipped_imports_tests() -> None:
    assert offences([*MODULES], "tests", "pytest", "hypothesis", "playwright") == []


SHARED_WIRING = (
    "clinic_site.client_ip",
    "clinic_site.errors",
    "clinic_site.kept_public",
    "clinic_site.moments",
    "clinic_site.own_filters",
    "clinic_site.postgresql",
)
"""What the apps may use of the wiring."""


def test_services_knows_neither_the_requests_nor_the_wiring() -> None:
    assert offences(modules("services"), "appointments") == []
    shared = ("clinic_site.kept_public", "clinic_site.own_filters", "clinic_site.postgresql")
    assert offences(modules("services"), "clinic_site", but=shared) == []


def test_appointments_knows_only_the_models_of_services() -> None:
    assert offences(modules("appointments"), "services", but=("services.models",)) == []
    bare = [
        f"{module} imports services" for module in modules("appointments") if "services" in imports(module)
    ]
    assert bare == []


def test_appointments_knows_of_the_wiring_what_is_shared() -> None:
    assert offences(modules("appointments"), "clinic_site", but=SHARED_WIRING) == []


def test_only_the_wiring_names_both_url_files() -> None:
    both = [
        module
        for module in MODULES
        if all(f"{app}.urls" in FILES[module].read_text() for app in ("services", "appointments"))
    ]
    assert both == ["clinic_site.urls"]


def reached(module: str) -> Iterator[tuple[str, str]]:
    """Each import of a module and of the project's own modules that it imports, however far."""
    seen, waiting = set(), [module]
    while waiting:
        current = waiting.pop()
        seen.add(current)
        for name in imports(current):
            yield current, name
            if name in FILES and name not in seen:
                waiting.append(name)


@pytest.mark.parametrize("module", PURE)
def test_the_rules_know_no_database(module: str) -> None:
    assert [pair for pair in reached(module) if under(pair[1], *DATABASE)] == []


def test_models_know_no_writer_no_form_and_no_screen() -> None:
    forbidden = [
        f"{app}.{name}"
        for app in ("appointments", "services")
        for name in ("lifecycle", "audit", "notifications", "forms", "views", "admin", "context", "starter")
    ]
    assert offences(modules("appointments.models", "services.models"), *forbidden) == []


def test_trail_and_messages_know_models_and_not_the_lifecycle() -> None:
    above = ("appointments.lifecycle", "appointments.forms", "appointments.views", "appointments.admin")
    assert offences(modules("appointments.audit", "appointments.notifications"), *above) == []
    assert {"appointments.audit", "appointments.notifications"} <= imports("appointments.lifecycle")


def test_the_lifecycle_knows_no_web() -> None:
    web = ("django.http", "django.shortcuts", "django.contrib", "django.forms", "django.urls")
    screens = ("appointments.forms", "appointments.views", "appointments.admin")
    assert offences(modules("appointments.lifecycle"), *web, *screens) == []


def test_forms_store_nothing() -> None:
    forms = [*modules("appointments.forms"), "appointments.admin.forms", "appointments.fields"]
    writers = ("lifecycle", "follow_up", "audit", "notifications", "drafts", "views")
    assert offences(forms, *(f"appointments.{name}" for name in writers)) == []
    stored = [
        f"{module}:{node.lineno}"
        for module in forms
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and node.attr in ("save", "create", "bulk_create", "ModelForm")
    ]
    assert stored == []


@pytest.mark.parametrize("app", ["appointments", "services"])
def test_views_screens_and_commands_do_not_know_each_other(app: str) -> None:
    doors = [f"{app}.views", f"{app}.admin", f"{app}.management"]
    for door in doors:
        others = [other for other in doors if other != door]
        behind = [module for module in MODULES if under(module, door)]
        assert offences(behind, *others) == []


def test_no_rule_of_business_hides_in_a_signal() -> None:
    assert offences(MODULES, "django.dispatch", "django.db.models.signals", "django.core.signals") == []


def writes(module: str, names: set[str]) -> Iterator[str]:
    """Calls that make or change rows of these models: ``Model.objects.create(…)``, ``Model(…)``."""
    for node in ast.walk(tree(module)):
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        model = called.split(".")[0]
        if model in names and (
            called == model or re.search(r"\.(create|bulk_create|update|delete)$", called)
        ):
            yield f"{module}:{node.lineno} {called}"


def test_the_trail_has_one_writer() -> None:
    found = [write for module in MODULES for write in writes(module, {"Event"})]
    assert {write.split(":")[0] for write in found} == {"appointments.audit"}
    by_hand = [module for module in MODULES if "INTO appointments_event" in FILES[module].read_text()]
    assert by_hand == ["appointments.audit"]


def test_djangos_history_is_written_by_screens_whose_changes_stand_in_the_trail_too() -> None:
    assert offences(MODULES, "django.contrib.admin.models") == []
    assert "appointments.watching.Watch" in FILES["clinic_site.settings"].read_text()


def test_a_status_has_one_writer() -> None:
    for module in modules("appointments"):
        if module == "appointments.lifecycle":
            continue
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith((".update", ".create")):
                assert "status" not in [keyword.arg for keyword in node.keywords], f"{module}:{node.lineno}"
            if isinstance(node, ast.Assign | ast.AugAssign):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target]
                written = {ast.unparse(target) for target in targets} - {"self.status"}
                assert not [name for name in written if name.endswith(".status")], module


def test_views_spell_no_filters() -> None:
    spelled = [
        f"{module}:{node.lineno}"
        for module in modules("services.views", "services.context", "appointments.views")
        for node in ast.walk(tree(module))
        if isinstance(node, ast.Attribute) and node.attr in ("filter", "exclude", "annotate", "raw")
    ]
    assert spelled == []


def test_nothing_is_printed_or_left_for_later() -> None:
    for module in MODULES:
        text = FILES[module].read_text()
        assert not re.search(r"#.*\b(TODO|FIXME|XXX|HACK)\b", text), module
    for module in modules("services", "appointments"):
        assert not [
            node
            for node in ast.walk(tree(module))
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("print", "breakpoint")
        ], module


# ------------------------------------------------------------------------------------------- templates

TEMPLATES = {str(file.relative_to(ROOT)): file for file in sorted((ROOT / "templates").rglob("*.*"))}
PAGES = [name for name in TEMPLATES if name.endswith(".html")]
BLOCK_OF_WORDS = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
COMMENT = re.compile(r"{%\s*comment\b.*?{%\s*endcomment\s*%}|{#.*?#}", re.DOTALL)
BODY_CLASS = re.compile(r"{%\s*block (?:page_class|coltype|bodyclass)\s*%}.*?{%\s*endblock\s*%}", re.DOTALL)
TAG_NAME = re.compile(r"(</?){{.*?}}")
MARKUP = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
READ_ALOUD = ("alt", "aria-label", "title", "placeholder", "aria-description", "label")
LETTERS = re.compile(r"[^\W\d_]{2,}")


def bare(name: str) -> str:
    """A template without what Django fills in: what is left is written in the template itself."""
    text = TEMPLATES[name].read_text()
    text = TAG_NAME.sub(r"\1div", text)
    for pattern in (COMMENT, BLOCK_OF_WORDS, BODY_CLASS, MARKUP):
        text = pattern.sub("", text)
    return text


def words(element: Element) -> Iterator[str]:
    for child in element.children:
        if isinstance(child, str):
            yield from LETTERS.findall(child)
        elif child.tag not in ("script", "style"):
            yield from words(child)
    yield from (word for name in READ_ALOUD for word in LETTERS.findall(element.attributes.get(name, "")))


def test_there_are_templates_to_look_at() -> None:
    assert len(PAGES) > 40


@pytest.mark.parametrize("name", PAGES)
def test_a_template_holds_no_words_of_its_own(name: str) -> None:
    assert list(words(parse(bare(name)))) == []


@pytest.mark.parametrize("name", [name for name in TEMPLATES if name.endswith(".txt")])
def test_a_letter_holds_no_words_of_its_own(name: str) -> None:
    assert LETTERS.findall(bare(name)) == []


@pytest.mark.parametrize("name", PAGES)
def test_a_template_holds_no_inline_script_or_style(name: str) -> None:
    data = {"type": "application/ld+json"} if name == "templates/components/structured_data.html" else None
    is_mail = name == "templates/messages/frame.html"  # which has no stylesheet to link to
    for element in parse(bare(name)).all():
        assert element.tag != "style" or is_mail
        assert element.tag != "script" or "src" in element.attributes or element.attributes == data
        assert not [attribute for attribute in element.attributes if re.match(r"style$|on\w+$", attribute)]


@pytest.mark.parametrize("name", PAGES)
def test_links_within_the_site_are_made_from_the_address_table(name: str) -> None:
    text = COMMENT.sub("", TEMPLATES[name].read_text())
    assert re.findall(r"""\b(?:href|src|action|srcset|formaction)\s*=\s*["']?/[^"'\s>]*""", text) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_comes_from_another_site(name: str) -> None:
    loaded = re.findall(r"""\b(?:src|srcset|action)\s*=\s*["']?(?:https?:)?//[^"'\s>]*""", bare(name))
    assert loaded == []
    for element in parse(bare(name)).all("link"):
        assert "//" not in element.attributes.get("href", "")


@pytest.mark.parametrize("name", PAGES)
def test_what_is_not_escaped_was_made_safe_in_python(name: str) -> None:
    text = TEMPLATES[name].read_text()
    assert not re.search(r"\|\s*safe(seq)?\b|{%\s*autoescape\s+off", text)
