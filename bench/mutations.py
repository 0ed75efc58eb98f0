"""The mutants that bench/mutants tries: mutmut's operators on a whole module; and the survivors we keep."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import MutationVisitor
from mutmut.mutation.mutators import mutation_operators
from mutmut.mutation.pragma_handling import IgnoredCode

Change = tuple[str, tuple[str, ...], tuple[str, ...]]
"""What names a mutant as long as its lines stay as they are: module, lines before, lines after."""


@dataclass(frozen=True)
class Mutant:
    module: str
    place: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    text: str

    @property
    def change(self) -> Change:
        return self.module, self.before, self.after

    def __str__(self) -> str:
        """As mutants_kept.md wants it."""
        lines = [f"    - {line}" for line in self.before] + [f"    + {line}" for line in self.after]
        return "\n".join([f"\n## {self.module} {self.place}".rstrip(), "", *lines])


class WholeModule(MutationVisitor):
    """mutmut's visitor, which also enters decorated functions: here a mutant is a module, not a function.

    ``__all__`` is left out: nobody here imports by an asterisk.
    """

    def _skip_node_and_children(self, node: cst.CSTNode) -> bool:
        if isinstance(node, cst.FunctionDef):
            return False
        names = [target.target for target in node.targets] if isinstance(node, cst.Assign) else []
        exported = any(isinstance(name, cst.Name) and name.value == "__all__" for name in names)
        return exported or super()._skip_node_and_children(node)


def mutants_of(module: str, root: Path) -> list[Mutant]:
    source = (root / "appointments" / f"{module}.py").read_text("utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    visitor = WholeModule(mutation_operators, IgnoredCode(set(), set(), set()))
    wrapper.visit(visitor)
    lines = wrapper.resolve(PositionProvider)
    found = {}
    for mutation in visitor.mutations:
        text = wrapper.module.deep_replace(mutation.original_node, mutation.mutated_node).code  # type: ignore[union-attr]
        before, after = changed_lines(source, text)
        place = f"line {lines[mutation.original_node].start.line}"
        found[text] = Mutant(module, place, before, after, text)
    return list(found.values())


def changed_lines(old: str, new: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines that differ, without their indentation."""
    differ = list(difflib.unified_diff(old.splitlines(), new.splitlines(), n=0, lineterm=""))[2:]
    return (
        tuple(line[1:].strip() for line in differ if line.startswith("-")),
        tuple(line[1:].strip() for line in differ if line.startswith("+")),
    )


def kept_survivors(path: Path) -> dict[Change, str]:
    """The accepted survivors and their reasons: "## module", its lines with - and +, then the reason."""
    kept = {}
    for section in path.read_text("utf-8").split("\n## ")[1:]:
        head, *lines = section.splitlines()
        sides = {sign: tuple(re.findall(rf"^    \{sign} ?(.*)$", section, re.M)) for sign in "-+"}
        reason = " ".join(line.strip() for line in lines if line.strip() and not line.startswith("    "))
        if not reason:
            raise SystemExit(f"{path.name}: no reason at {head!r}")
        kept[head.split()[0], sides["-"], sides["+"]] = reason
    return kept
