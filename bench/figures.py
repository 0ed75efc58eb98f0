"""What every benchmark prints: medians with their spread, ratios to a baseline, and the machine."""

from __future__ import annotations

import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Aim:
    """A figure that has to be at most ``most`` (or at least ``least``), and what it came to."""

    name: str
    came_to: float
    most: float | None = None
    least: float | None = None
    unit: str = ""

    @property
    def held(self) -> bool:
        return (self.most is None or self.came_to <= self.most) and (
            self.least is None or self.came_to >= self.least
        )


def machine(*packages: str) -> str:
    """One line: processor, cores, Python, the versions of these packages, the load."""
    named = ", ".join(f"{name} {version(name)}" for name in packages)
    load = " ".join(f"{each:.1f}" for each in os.getloadavg())
    python = platform.python_version()
    return f"{_processor()}, {os.cpu_count()} cores, Python {python}, {named}; load {load}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    return next(
        (line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine()
    )


def spread(samples: Sequence[float], digits: int = 2) -> str:
    """``median [shortest longest]``."""
    return f"{median(samples):.{digits}f} [{min(samples):.{digits}f} {max(samples):.{digits}f}]"


def ratios(ours: Sequence[float], baseline: Sequence[float]) -> list[float]:
    """Of each round by itself: both met the same machine."""
    return [one / other for one, other in zip(ours, baseline, strict=True)]


def verdict(aims: Sequence[Aim]) -> int:
    """Print each aim with what it came to; the exit code: 0 only where all were held."""
    print()
    for aim in aims:
        bound = f"at most {aim.most:g}" if aim.most is not None else f"at least {aim.least:g}"
        word = "held  " if aim.held else "MISSED"
        print(f"{word} {aim.name}: {aim.came_to:.2f}{aim.unit} ({bound}{aim.unit})")
    return 0 if all(aim.held for aim in aims) else 1


def processor_seconds(*roots: int) -> float:
    """What these processes, all below them, and those of them that have ended, have spent so far."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        process = int(entry.parent.name)
        parents.setdefault(int(fields[1]), []).append(process)
        spent[process] = sum(map(int, fields[11:15])) / TICKS_PER_SECOND
    total, waiting = 0.0, list(roots)
    while waiting:
        process = waiting.pop()
        total += spent.get(process, 0.0)
        waiting += parents.get(process, [])
    return total


def resident_megabytes(process: int) -> float:
    for line in Path(f"/proc/{process}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
