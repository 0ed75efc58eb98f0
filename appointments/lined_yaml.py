"""YAML for people: plain text scalars, nothing guessed, and every complaint names its line.

YAML's own types are not used on purpose: they would turn the answer `no` into a boolean.
"""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, NoReturn

import yaml


class LinedError(ValueError):
    """The file cannot be used; the text says on which line and why."""


class Lined(dict[str, Any]):
    """A mapping that remembers on which line it and each of its keys stand, and reads its values strictly."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}

    def refuse(self, key: str, problem: str) -> NoReturn:
        raise LinedError(f"line {self.lines.get(key, self.line)}: {problem}")

    def expect(self, required: set[str], optional: frozenset[str] = frozenset()) -> None:
        """Every required key and no unknown one."""
        for key in self:
            if key not in required | optional:
                known = ", ".join(sorted(required | optional))
                self.refuse(key, f"{key!r} is not known here (known: {known})")
        for key in sorted(required - set(self)):
            self.refuse(key, f"{key!r} is missing")

    def under(self, key: str) -> "Lined":
        return self.as_mapping(key, self[key])

    def as_mapping(self, key: str, value: object) -> "Lined":
        if not isinstance(value, Lined) or not value:
            self.refuse(key, f"{key!r} must hold keys with values")
        return value

    def items_of(self, key: str) -> list[Any]:
        value = self[key]
        if not isinstance(value, list) or not value:
            self.refuse(key, f"{key!r} needs a list")
        return value

    def text(self, key: str) -> str:
        value = self[key]
        if not isinstance(value, str) or not value.strip():
            self.refuse(key, f"{key!r} needs a text")
        return value.strip()

    def texts(self, key: str, known: Mapping[str, Any]) -> list[str]:
        """A list of known words."""
        for value in self.items_of(key):
            if not isinstance(value, str) or value not in known:
                self.refuse(key, f"{value!r} is not one of: {', '.join(known)}")
        return self.items_of(key)

    def one_of(self, key: str, known: Mapping[str, Any]) -> Any:
        """What the known word stands for."""
        value = self.text(key)
        if value not in known:
            self.refuse(key, f"{key!r} is {value!r}, not one of: {', '.join(known)}")
        return known[value]

    def whole(self, key: str, least: int = 0) -> int:
        value = self.text(key)
        if not (value.isascii() and value.isdigit() and int(value) >= least):
            self.refuse(key, f"{key!r} is {value!r}, not a whole number from {least}")
        return int(value)

    def day(self, key: str, value: str) -> date:
        try:
            return date.fromisoformat(value)
        except ValueError:
            self.refuse(key, f"{value!r} is not a date such as 2026-11-22")

    def time(self, key: str) -> time:
        value = self.text(key)
        try:
            return datetime.strptime(value, "%H:%M").time()
        except ValueError:
            self.refuse(key, f"{key!r} is {value!r}, not a time such as 08:00")


class _Loader(yaml.BaseLoader):
    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> Any:
        mapping = Lined(node.start_mark.line + 1)
        for key_node, value_node in node.value:
            key = str(self.construct_object(key_node, deep=True))
            mapping.lines[key] = key_node.start_mark.line + 1
            if key in mapping:
                mapping.refuse(key, f"{key!r} is there twice")
            mapping[key] = self.construct_object(value_node, deep=True)
        return mapping


def read(path: Path) -> Lined:
    """The mapping that the file holds. Raises LinedError for anything else."""
    try:
        content = yaml.load(path.read_text("utf-8"), Loader=_Loader)  # noqa: S506 - makes text, lists, mappings only
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise LinedError(f"line {line}: not readable as YAML: {error.problem}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise LinedError(f"line 1: not readable as YAML: {error}") from error
    if not isinstance(content, Lined):
        raise LinedError("line 1: the file must hold keys with values")
    return content
