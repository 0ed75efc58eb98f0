"""How urgent the answers are, and why. Pure: answers, a day and the rules in; level and reasons out.

The same function serves after every step of the form: a question that was not asked yet raises nothing.
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from appointments import urgency_file
from appointments.urgency_file import RulesError, load_rules, rules
from appointments.urgency_rules import LIST_QUESTIONS, QUESTIONS, Facts, Level, Rule, RuleSet

__all__ = ["Assessment", "Level", "OnsetMarks", "Rule", "RuleSet", "RulesError", "assess", "load_rules",
           "mark_days", "months_between", "onset_marks", "onset_range", "rules"]  # fmt: skip

MARKS = (6, 12, 18, 24)


@dataclass(frozen=True, slots=True)
class Assessment:
    """The level, the rules that hold (most urgent first), and the version of the rules that said so."""

    level: Level
    reasons: tuple[Rule, ...]
    rules_version: str


@dataclass(frozen=True, slots=True)
class OnsetMarks:
    """The clock that staff see: complete months since the onset; the next mark and its day, None after 24."""

    months: int
    next_mark: int | None
    next_mark_on: date | None


def assess(answers: Mapping[str, Any], *, today: date, rules: RuleSet | None = None) -> Assessment:
    """The urgency of these answers on this day (the clinic's calendar, see clinic_time.clinic_today).

    Raises ValueError for an answer outside the vocabulary, a date that does not exist, or an onset after
    today: the forms refuse these first, and a silent "routine" would be the dangerous reading.
    """
    ruleset = rules or urgency_file.rules()
    given, onset = _given(answers), onset_range(answers, today=today)
    together = _facts(given, onset, today)
    # What does not hold for all the days together holds for none of them: seldom is each day looked at.
    likely = (rule for rule in ruleset.rules if rule.when.holds(together))
    holding = (rule for rule in likely if any(map(rule.when.holds, _possible_facts(given, onset, today))))
    reasons = tuple(sorted(holding, key=lambda rule: rule.level.rank))
    return Assessment(
        level=reasons[0].level if reasons else ruleset.default,
        reasons=reasons,
        rules_version=ruleset.version,
    )


def _given(answers: Mapping[str, Any]) -> dict[str, frozenset[str]]:
    given = {}
    for question, known in QUESTIONS.items():
        answer = answers.get(question) or ()
        codes = frozenset((answer,) if isinstance(answer, str) else answer)
        if question in LIST_QUESTIONS:
            codes -= {"none"}
        if not codes <= frozenset(known):
            raise ValueError(f"not an answer to {question!r}")
        given[question] = codes
    return given


def _possible_facts(
    given: Mapping[str, frozenset[str]], onset: tuple[date, date] | None, today: date
) -> Iterable[Facts]:
    """The facts for each day on which it may have begun: no window between both ends may be missed."""
    if onset is None:
        yield _facts(given, None, today)
        return
    earliest, latest = onset
    for offset in range((latest - earliest).days + 1):
        day = earliest + timedelta(days=offset)
        yield _facts(given, (day, day), today)


def _facts(given: Mapping[str, frozenset[str]], onset: tuple[date, date] | None, today: date) -> Facts:
    if onset is None:
        return Facts(given)
    earliest, latest = onset
    return Facts(
        given,
        days=((today - latest).days, (today - earliest).days),
        months=(months_between(latest, today), months_between(earliest, today)),
    )


def onset_range(answers: Mapping[str, Any], *, today: date) -> tuple[date, date] | None:
    """The first and last day on which it may have begun, never after today; None where nothing is known.

    A month or year alone spans all its days. "From birth" is the date of birth, once that is given, so that
    a newborn or an infant is treated at least as urgently as anyone whose face changed on that day.
    """
    kind = answers.get("onset_kind")
    if kind == "birth" and (born := answers.get("date_of_birth")):
        earliest = latest = born if isinstance(born, date) else date.fromisoformat(born)
    elif kind == "date" and (year := answers.get("onset_year")):
        month = answers.get("onset_month")
        day = answers.get("onset_day") if month else None
        earliest = date(year, month or 1, day or 1)
        last_month = month or 12
        latest = date(year, last_month, day or monthrange(year, last_month)[1])
    else:
        return None
    if earliest > today:
        raise ValueError("the onset is after today")
    return earliest, min(latest, today)


def months_between(start: date, end: date) -> int:
    """Complete calendar months from start to end.

    A month is complete when its day of the month is reached or, where the month has no such day, on its last
    day: from January 31 the first month is complete on February 28 (29 in a leap year).
    """
    if end < start:
        raise ValueError("the end is before the start")
    months = (end.year - start.year) * 12 + end.month - start.month
    return months if _in_month(start, months) <= end else months - 1


def _in_month(start: date, months: int) -> date:
    """The day on which that many months after start are complete."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


def onset_marks(onset: date, today: date) -> OnsetMarks:
    """Where this onset stands against the marks of 6, 12, 18 and 24 months."""
    months = months_between(onset, today)
    next_mark = next((mark for mark in MARKS if mark > months), None)
    return OnsetMarks(months, next_mark, _in_month(onset, next_mark) if next_mark else None)


def mark_days(onset: date) -> dict[int, date]:
    """Each mark and the day on which it is reached."""
    return {mark: _in_month(onset, mark) for mark in MARKS}
