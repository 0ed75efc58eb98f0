"""Reads urgency_rules.yaml, strictly: a clinician edits it, and a slip must not lower anyone's urgency.

Every key, question, answer and level must be known; an error names the line and the rule.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from types import MappingProxyType
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.translation import get_language_info

from appointments import lined_yaml
from appointments.lined_yaml import Lined, LinedError
from appointments.urgency_rules import (
    QUESTIONS,
    AllOf,
    Answered,
    AnyOf,
    ClinicHours,
    Condition,
    Facts,
    Level,
    Rule,
    RuleSet,
    SinceOnset,
    Targets,
)

RULES_FILE = Path(__file__).with_name("urgency_rules.yaml")
TOP_KEYS = {
    "version", "sample", "reviewer", "reviewed_on", "default", "targets", "clinic_hours", "sources", "rules",
}  # fmt: skip
CODE = re.compile(r"[a-z][a-z0-9_]{1,39}")
LANGUAGE = re.compile(r"[a-z]{2}(-[a-z]{2,4})?")
WEEKDAYS = {day: number for number, day in enumerate(("mon", "tue", "wed", "thu", "fri", "sat", "sun"))}
WINDOWS = {"days_since_onset": ("days", "max"), "months_since_onset": ("months", "below")}
RULE_LEVELS = {level.value: level for level in (Level.EMERGENCY, Level.SAME_DAY, Level.SOON)}
DEFAULT_LEVELS = {level.value: level for level in (Level.SOON, Level.ROUTINE)}
VERSION_LENGTH = 40


class RulesError(ValueError):
    """The rule file cannot be used; the text names the file, the line and the rule."""


def load_rules(path: Path) -> RuleSet:
    """The rules in this file, or RulesError."""
    try:
        return _rule_set(lined_yaml.read(path))
    except LinedError as error:
        raise RulesError(f"{path.name}, {error}") from error


@cache
def rules() -> RuleSet:
    """The rules this installation uses, read once."""
    return load_rules(RULES_FILE)


def _rule_set(top: Lined) -> RuleSet:
    top.expect(TOP_KEYS)
    sample = top.one_of("sample", {"true": True, "false": False})
    reviewer = top.under("reviewer")
    reviewer.expect({"name", "role"})
    if not sample and reviewer.text("role") == "sample":
        top.refuse("sample", "a file that is no sample needs the reviewer who signed it")
    if len(top.text("version")) > VERSION_LENGTH:
        top.refuse("version", f"the version is longer than {VERSION_LENGTH} characters")
    hours = _clinic_hours(top.under("clinic_hours"))
    return RuleSet(
        version=top.text("version"),
        sample=sample,
        reviewer=reviewer.text("name"),
        reviewer_role=reviewer.text("role"),
        reviewed_on=top.day("reviewed_on", top.text("reviewed_on")),
        default=top.one_of("default", DEFAULT_LEVELS),
        targets=_targets(top.under("targets"), hours),
        hours=hours,
        rules=_rules(top),
    )


def _clinic_hours(data: Lined) -> ClinicHours:
    data.expect({"time_zone", "days", "opens", "closes", "closed_on"})
    opens, closes = data.time("opens"), data.time("closes")
    if closes <= opens:
        data.refuse("closes", "the clinic closes before it opens")
    try:
        zone = ZoneInfo(data.text("time_zone"))
    except (KeyError, ValueError, OSError):
        data.refuse("time_zone", f"{data['time_zone']!r} is no time zone such as America/New_York")
    closed = data.under("closed_on")
    return ClinicHours(
        time_zone=zone,
        days=frozenset(WEEKDAYS[day] for day in data.texts("days", WEEKDAYS)),
        opens=opens,
        closes=closes,
        closed_on=MappingProxyType({closed.day(key, key): closed.text(key) for key in closed}),
    )


def _targets(data: Lined, hours: ClinicHours) -> Targets:
    """Ordered, and the shortest within one day's opening hours, so that more urgent is never due later."""
    data.expect({"same_day", "soon", "routine"})
    same_day = _target(data, "same_day", "clinic_hours")
    soon, routine = _target(data, "soon", "working_days"), _target(data, "routine", "working_days")
    any_day = date(2000, 1, 1)
    open_for = datetime.combine(any_day, hours.closes) - datetime.combine(any_day, hours.opens)
    if timedelta(hours=same_day) > open_for:
        data.refuse("same_day", "same_day is longer than the clinic is open in a day")
    if soon > routine:
        data.refuse("soon", "soon is later than routine")
    return Targets(same_day, soon, routine)


def _target(data: Lined, level: str, unit: str) -> int:
    target = data.under(level)
    target.expect({unit})
    return target.whole(unit, least=1)


def _rules(top: Lined) -> tuple[Rule, ...]:
    sources = top.under("sources")
    citations = {code: sources.text(code) for code in sources}
    rules: list[Rule] = []
    for entry in top.items_of("rules"):
        data = top.as_mapping("rules", entry)
        try:
            rule = _rule(data, citations)
            if any(rule.code == other.code for other in rules):
                data.refuse("code", "another rule has this code")
        except LinedError as error:
            raise LinedError(f"{error} (rule {data.get('code', 'without a code')!r})") from error
        rules.append(rule)
    _not_sure_is_never_routine(top, rules)
    return tuple(rules)


def _not_sure_is_never_routine(top: Lined, rules: list[Rule]) -> None:
    for question, codes in QUESTIONS.items():
        facts = Facts({question: frozenset({"unsure"})})
        if "unsure" in codes and not any(rule.when.holds(facts) for rule in rules):
            top.refuse("rules", f'no rule raises "unsure" as the only answer, to {question!r}')


def _rule(data: Lined, citations: Mapping[str, str]) -> Rule:
    data.expect({"code", "level", "when", "reason", "source"}, frozenset({"advice"}))
    if not CODE.fullmatch(data.text("code")):
        data.refuse("code", "a code is 2 to 40 small letters, digits and _")
    level = data.one_of("level", RULE_LEVELS)
    if level is not Level.SOON and "advice" not in data:
        data.refuse("level", f"{level.value} needs an advice: what the patient should do now")
    return Rule(
        code=data.text("code"),
        level=level,
        when=_condition(data.under("when")),
        reason=_languages(data, "reason"),
        advice=_languages(data, "advice") if "advice" in data else MappingProxyType({}),
        source=tuple(citations[source] for source in data.texts("source", citations)),
    )


def _languages(data: Lined, key: str) -> Mapping[str, str]:
    """The same words in each language of the site, and in others where there are any."""
    texts = data.under(key)
    for language in texts:
        if not LANGUAGE.fullmatch(language):
            texts.refuse(language, f"{language!r} is no language code such as en")
    for language, _name in settings.LANGUAGES:
        if language not in texts:
            name = get_language_info(language)["name"]
            data.refuse(key, f"{key!r} needs a text in {name} ({language})")
    return MappingProxyType({language: texts.text(language) for language in texts})


def _condition(data: Lined) -> Condition:
    parts = tuple(_part(data, key) for key in data)
    return parts[0] if len(parts) == 1 else AllOf(parts)


def _part(data: Lined, key: str) -> Condition:
    if key in ("all", "any"):
        parts = tuple(_condition(data.as_mapping(key, part)) for part in data.items_of(key))
        return AllOf(parts) if key == "all" else AnyOf(parts)
    if key in WINDOWS:
        return _since_onset(data.under(key), *WINDOWS[key])
    if key not in QUESTIONS:
        data.refuse(key, f"{key!r} is no question (known: {', '.join([*QUESTIONS, *WINDOWS, 'all', 'any'])})")
    answers = {code: code for code in QUESTIONS[key]}
    codes = data.texts(key, answers) if isinstance(data[key], list) else [data.one_of(key, answers)]
    return Answered(key, frozenset(codes))


def _since_onset(data: Lined, unit: str, end: str) -> SinceOnset:
    data.expect(set(), frozenset({"min", end}))
    at_least = data.whole("min") if "min" in data else 0
    at_most = data.whole(end) if end in data else None
    if at_most is not None and end == "below":
        at_most -= 1
    if at_most is not None and at_most < at_least:
        data.refuse(end, "this window is empty")
    return SinceOnset(unit, at_least, at_most)
