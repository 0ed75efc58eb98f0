"""The facial nerve, to be explored by its branches or by what a patient misses."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString

from clinic_site.postgresql.one_statement import OneStatement
from services.kinds.treatment_facets import closest_first, offered_below
from services.models import Goal, NerveBranch, Point, Treatment
from services.showing import Showing

OFFERED = OneStatement(lambda: {"treatments": offered_below("/")})


class Wish(NamedTuple):
    """Something a patient wants back: which parts of the nerve do it, and links to what helps."""

    goal: str
    label: str
    branches: tuple[tuple[str, str], ...]
    """Code and name."""
    helping: tuple[SafeString, ...]


def context(showing: Showing) -> dict[str, Any]:
    offered: list[Treatment] = showing.ask(OFFERED)["treatments"]
    points: list[Point] = showing.page.loaded_points  # type: ignore[attr-defined]
    goals = _goals_by_branch(points)
    links = {treatment.pk: _link(treatment, showing) for treatment in offered}
    return {
        "parts": {
            branch.value: {"goals": goals[branch], "points": _points_of(branch, showing)}
            for branch in NerveBranch
            if branch in goals
        },
        "wishes": tuple(
            _wish(goal, goals, offered, links)
            for goal in Goal
            if any(goal in each for each in goals.values())
        ),
    }


def _points_of(branch: NerveBranch, showing: Showing) -> list[dict[str, Any]]:
    return [point for point in showing.points if point["point"].branch == branch]


def _goals_by_branch(points: list[Point]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for point in points:
        if point.branch:
            found.setdefault(point.branch, []).extend(point.goals)
    return found


def _link(treatment: Treatment, showing: Showing) -> SafeString:
    """Written once, for all wishes that name the treatment."""
    return format_html('<a href="{}">{}</a>', showing.address(treatment.path), treatment.text.title)


def _wish(
    goal: Goal, goals: dict[str, list[str]], offered: list[Treatment], links: dict[int, SafeString]
) -> Wish:
    helping = [treatment for treatment in offered if goal in treatment.goals]
    return Wish(
        goal=goal.value,
        label=str(goal.label),
        branches=tuple(
            (branch, str(NerveBranch(branch).label)) for branch, served in goals.items() if goal in served
        ),
        helping=tuple(links[treatment.pk] for treatment in closest_first(helping, goal)),
    )
