"""What bin/serve and bin/test do before any package is there."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from clinic_site import prepare
from clinic_site.stamps import code_stamp, static_stamp


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "requirements.txt").write_text("Django==5\n")
    (tmp_path / "requirements-dev.txt").write_text("-r requirements.txt\npytest==9\n")
    monkeypatch.setattr(prepare, "NOTE", tmp_path / "installed.json")
    return tmp_path


def test_the_packages_for_tests_take_in_those_of_the_site(checkout: Path) -> None:
    assert set(prepare.included(checkout / "requirements-dev.txt")) == {
        "requirements.txt",
        "requirements-dev.txt",
    }


def test_nothing_is_installed_again_until_a_requirement_changes(checkout: Path) -> None:
    wanted = prepare.included(checkout / "requirements-dev.txt")
    assert not prepare.is_installed(wanted)
    prepare.NOTE.write_text(json.dumps(wanted))
    assert prepare.is_installed(wanted)
    assert prepare.is_installed(prepare.included(checkout / "requirements.txt"))
    (checkout / "requirements.txt").write_text("Django==6\n")
    assert not prepare.is_installed(prepare.included(checkout / "requirements-dev.txt"))


def test_a_note_that_was_cut_short_counts_as_none(checkout: Path) -> None:
    prepare.NOTE.write_text('{"requirements.txt": "ab')
    assert prepare.noted() == {}


@pytest.mark.parametrize(
    ("log", "says"),
    [
        ("ERROR: Could not find a version (from versions: none)", "no package registry was reached"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        (
            "Collecting x\nERROR: No matching distribution found for x==1",
            "No matching distribution found for x==1",
        ),
    ],
)
def test_a_failed_installation_is_explained_in_one_line(tmp_path: Path, log: str, says: str) -> None:
    (tmp_path / "install.log").write_text(log)
    explanation = prepare.explanation(tmp_path / "install.log")
    assert says in explanation and "\n" not in explanation


def test_packages_are_compiled_but_for_files_of_other_pythons(tmp_path: Path) -> None:
    (tmp_path / "good.py").write_text("x = 1\n")
    (tmp_path / "other.py").write_text("print 1\n")
    prepare.compile_all(tmp_path, tmp_path / "install.log")
    [compiled] = (tmp_path / "__pycache__").iterdir()
    assert compiled.name.startswith("good.")
    assert "other.py" in (tmp_path / "install.log").read_text()


def test_no_python_new_enough_is_one_line_that_says_which(tmp_path: Path) -> None:
    for tool in ("dirname", "sh"):
        found = subprocess.run(
            ["/bin/sh", "-c", f"command -v {tool}"], capture_output=True, text=True, check=True
        )
        (tmp_path / tool).symlink_to(found.stdout.strip())
    answer = subprocess.run(
        [prepare.CHECKOUT / "bin" / "serve"], env={"PATH": str(tmp_path)}, capture_output=True, text=True
    )
    assert answer.returncode == 1
    assert answer.stderr.count("\n") == 1 and "no Python 3.11 or newer" in answer.stderr


def test_static_files_are_collected_again_when_one_changes_and_not_before(tmp_path: Path) -> None:
    style = tmp_path / "static" / "css" / "base.css"
    style.parent.mkdir(parents=True)
    style.write_text("body{}")
    before = static_stamp(tmp_path)
    assert static_stamp(tmp_path) == before
    collected = tmp_path / "var" / "static" / "base.css"
    collected.parent.mkdir(parents=True)
    collected.write_text("body{}")
    assert static_stamp(tmp_path) == before
    time.sleep(0.01)
    style.write_text("main{}")
    assert static_stamp(tmp_path) != before


@pytest.mark.parametrize("changed", ["migrations/0001_initial.py", "starter_content/home.md", "models.py"])
def test_the_database_is_prepared_again_when_code_or_starter_content_changes(
    tmp_path: Path, changed: str
) -> None:
    package = tmp_path / "services"
    for name in ("__init__.py", "static/services/a.js", changed):
        (package / name).parent.mkdir(parents=True, exist_ok=True)
        (package / name).write_text("")
    before = code_stamp(tmp_path)
    (package / "static/services/a.js").write_text("changed")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "models.pyc").write_text("")
    assert code_stamp(tmp_path) == before
    (package / changed).write_text("changed")
    assert code_stamp(tmp_path) != before
