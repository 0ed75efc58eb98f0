"""The table of cases stands on both sides of every time limit that the rules file names."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest

from appointments.urgency import rules
from appointments.urgency_rules import AllOf, AnyOf, Condition, SinceOnset
from tests.test_urgency import CASES, answers_of, codes, day_of


def limits(condition: Condition) -> Iterator[SinceOnset]:
    if isinstance(condition, AllOf | AnyOf):
        for part in condition.parts:
            yield from limits(part)
    elif isinstance(condition, SinceOnset):
        yield condition


NEEDED = sorted(
    {
        (rule.code, end)
        for rule in rules().rules
        for limit in limits(rule.when)
        for end, there in (("start", limit.at_least > 0), ("end", limit.at_most is not None))
        if there
    }
)


def begun(case: dict[str, str], days: int) -> dict[str, Any] | None:
    """The case as if it had begun that many days earlier; None where it names no day, or one to come."""
    answers = answers_of(case)
    if answers.get("onset_kind") != "date" or not answers.get("onset_day"):
        return None
    onset = date(answers["onset_year"], answers["onset_month"], answers["onset_day"]) - timedelta(days=days)
    if onset > day_of(case):
        return None
    return {**answers, "onset_year": onset.year, "onset_month": onset.month, "onset_day": onset.day}


def on_the_edge(code: str, case: dict[str, str], days: int) -> tuple[bool, bool]:
    """Whether this rule holds for the case, and whether it would, had it begun so many days earlier."""
    moved = begun(case, days)
    now = code in case["expected_reasons"].split("|")
    return now, now if moved is None else code in codes(moved, day_of(case))


@pytest.mark.parametrize(("code", "end"), NEEDED)
def test_a_time_limit_has_a_case_just_within_and_one_just_beyond(code: str, end: str) -> None:
    beyond = 1 if end == "end" else -1
    within = [case["case"] for case in CASES if on_the_edge(code, case, beyond) == (True, False)]
    without = [case["case"] for case in CASES if on_the_edge(code, case, -beyond) == (False, True)]
    assert within, f"no case on the last day of {code} at its {end}"
    assert without, f"no case on the first day beyond {code} at its {end}"


def test_limits_are_tried_over_leap_days_and_over_both_changes_of_the_clocks() -> None:
    spans = [
        (date(answers["onset_year"], answers["onset_month"], answers["onset_day"]), day_of(case))
        for case in CASES
        if (answers := begun(case, 0))
    ]
    assert any((start.month, start.day) == (2, 29) for start, _end in spans)
    assert any((end.month, end.day) == (2, 29) for _start, end in spans)
    for change in (date(2026, 3, 8), date(2026, 11, 1)):
        assert any(start < change <= end and (end - start).days <= 31 for start, end in spans), change
