"""The facial nerve, to be explored by its branches or by what a patient misses."""

from __future__ import annotations

from typing import Any

from services.models import Goal, NerveBranch, Point, Treatment
from services.showing import Showing

MOST = 6
"""How many treatments a part of the nerve names; the others stand with the goals, further down the page."""


def context(showing: Showing) -> dict[str, Any]:
    offered = list(Treatment.objects.published().in_language(showing.language).of_service(None))
    points: list[Point] = showing.page.loaded_points  # type: ignore[attr-defined]
    goals = _goals_by_branch(points)
    return {
        "parts": {branch.value: _part(goals[branch], offered) for branch in NerveBranch if branch in goals},
        "wishes": [
            _wish(goal, goals, offered) for goal in Goal if any(goal in each for each in goals.values())
        ],
    }


def _goals_by_branch(points: list[Point]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for point in points:
        if point.branch:
            found.setdefault(point.branch, []).extend(point.goals)
    return found


def _part(goals: list[str], offered: list[Treatment]) -> dict[str, Any]:
    """A part of the nerve: what it is for, and the treatments that are about just that, the closest first."""
    closeness = {treatment.pk: _closeness({*goals}, {*treatment.goals}) for treatment in offered}
    helping = [treatment for treatment in offered if closeness[treatment.pk]]
    helping.sort(key=lambda treatment: -closeness[treatment.pk])
    return {"goals": [Goal(code) for code in goals], "treatments": helping[:MOST], "more": helping[MOST:]}


def _closeness(goals: set[str], others: set[str]) -> float:
    """How much two sets of goals have in common, from 0 to 1 (the Jaccard index)."""
    return len(goals & others) / len(goals | others) if others else 0


def _wish(goal: Goal, goals: dict[str, list[str]], offered: list[Treatment]) -> dict[str, Any]:
    """Something a patient wants back: which parts of the nerve do it, and what helps."""
    return {
        "goal": goal,
        "branches": [NerveBranch(branch) for branch, served in goals.items() if goal in served],
        "treatments": [treatment for treatment in offered if goal in treatment.goals],
    }
