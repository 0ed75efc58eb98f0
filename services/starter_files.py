"""Reads starter files; every mistake is told with its file and line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import frontmatter
import yaml
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from frontmatter.default_handlers import YAMLHandler


class StarterError(Exception):
    """A starter file that cannot be loaded; the message names the file, the line and what is wrong."""


@dataclass(frozen=True)
class Origin:
    """A starter file, or an entry of one, and the line on which each of its values stands.

    Values are named by their way there: ``facts.2.key``.
    """

    name: str
    lines: dict[str, int] = field(default_factory=dict)
    under: str = ""

    def entry(self, key: str) -> Origin:
        return Origin(self.name, self.lines, f"{self.under}.{key}".strip("."))

    def error(self, key: str, problem: str) -> StarterError:
        """For the caller to raise. An unknown or absent key is told where it would stand."""
        way = f"{self.under}.{key}".strip(".")
        while way and way not in self.lines:
            way = way.rpartition(".")[0]
        return StarterError(f"services/starter_content/{self.name}, line {self.lines.get(way, 1)}: {problem}")

    @contextmanager
    def naming(self) -> Iterator[None]:
        """What a model refuses inside is raised as StarterError with this place."""
        try:
            yield
        except ValidationError as error:
            told = error.message_dict if hasattr(error, "error_dict") else {"": error.messages}
            key, problems = next(iter(told.items()))
            raise self.error(key, f"{key}: {problems[0]}" if key else problems[0]) from error
        except ObjectDoesNotExist as error:
            raise self.error("kind", "kind: a page that is stored cannot become one of this kind") from error


def read_page(file: Path, name: str) -> tuple[Origin, dict[str, Any]]:
    """The front matter of a Markdown file, with the text as ``body``. Raises StarterError."""
    with _told(name):
        text = file.read_text(encoding="utf-8")
        post = frontmatter.loads(text)
        handler = YAMLHandler()
        lines = _lines(handler.split(text)[0]) if handler.detect(text) else {}
        return Origin(name, lines), {**post.metadata, "body": post.content}


def read_yaml(file: Path) -> tuple[Origin, Any]:
    """What a YAML file holds. Raises StarterError."""
    with _told(file.name):
        text = file.read_text(encoding="utf-8")
        return Origin(file.name, _lines(text)), yaml.load(text, Loader=yaml.CSafeLoader)


@contextmanager
def _told(name: str) -> Iterator[None]:
    try:
        yield
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Origin(name, {"": line}).error("", f"not readable as YAML: {error.problem}") from error
    except (OSError, UnicodeDecodeError, ValueError, yaml.YAMLError) as error:
        raise Origin(name).error("", f"not readable: {error}") from error


def _lines(text: str) -> dict[str, int]:
    return dict(_walk(yaml.compose(text, Loader=yaml.CSafeLoader), ""))


def _walk(node: yaml.Node | None, way: str) -> Iterator[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(value, f"{way}.{key.value}".strip("."))
            yield f"{way}.{key.value}".strip("."), key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for index, value in enumerate(node.value):
            yield from _walk(value, f"{way}.{index}".strip("."))
            yield f"{way}.{index}".strip("."), value.start_mark.line + 1
