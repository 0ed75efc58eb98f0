"""What an urgency rule is made of: levels, conditions, rules and the set of them.

The rules themselves are data (urgency_rules.yaml, read by urgency_file.py); urgency.py applies them.

There is no negation among the conditions. A condition that holds therefore still holds when one more
answer or sign is given, which is what "rules may only raise priority" rests on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from types import MappingProxyType
from typing import Protocol
from zoneinfo import ZoneInfo


class Level(StrEnum):
    """How urgent a request is; written from the most to the least urgent."""

    EMERGENCY = "emergency"
    SAME_DAY = "same_day"
    SOON = "soon"
    ROUTINE = "routine"

    @property
    def rank(self) -> int:
        """0 is the most urgent, so that the smallest rank decides."""
        return list(Level).index(self)


_YES_NO = ("yes", "no", "unsure")

# The questions a rule may ask about, and the answers that mean something to it. "none" to a list of signs
# is no such answer: it says only that the question was read.
QUESTIONS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "examined": _YES_NO,
    "signs": ("sudden_droop", "limb", "speech", "breathing", "vision", "balance", "headache", "head_injury",
              "both_sides", "other_nerve"),
    "onset_kind": ("date", "unsure", "birth"),
    "began": ("sudden", "gradual", "unsure"),
    "trend": ("worse", "same", "better", "unsure"),
    "side": ("left", "right", "both", "unsure"),
    "movement": ("none", "some", "unsure"),
    "eye_closes": _YES_NO,
    "eye_cared": _YES_NO,
    "eye_signs": ("red", "painful", "numb", "blurred"),
    "ear_signs": ("blisters", "hearing_loss", "vertigo", "ear_pain", "ear_discharge", "fever", "rash",
                  "tick_bite"),
    "cause": ("nothing", "injury", "operation", "unsure"),
    "nerve_cut": _YES_NO,
    "history": ("twitching_first", "came_back", "lump", "skin_cancer"),
})  # fmt: skip
LIST_QUESTIONS = frozenset({"signs", "eye_signs", "ear_signs", "history"})


@dataclass(frozen=True, slots=True)
class Facts:
    """The answers as the rules see them; how long ago it began, at least and at most, None where unknown.

    Of one possible day of onset both are the same. For several days taken together a window holds where it
    holds on one of them.
    """

    given: Mapping[str, frozenset[str]]
    days: tuple[int, int] | None = None
    months: tuple[int, int] | None = None


class Condition(Protocol):
    def holds(self, facts: Facts) -> bool: ...


@dataclass(frozen=True, slots=True)
class Answered:
    """One of these answers was given."""

    question: str
    codes: frozenset[str]

    def holds(self, facts: Facts) -> bool:
        return not self.codes.isdisjoint(facts.given.get(self.question, frozenset()))


@dataclass(frozen=True, slots=True)
class SinceOnset:
    """The time since the onset, in whole days or months, lies between both ends (both included)."""

    unit: str
    at_least: int
    at_most: int | None

    def holds(self, facts: Facts) -> bool:
        passed = facts.days if self.unit == "days" else facts.months
        if passed is None:
            return False
        least, most = passed
        return self.at_least <= most and (self.at_most is None or least <= self.at_most)


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return all(part.holds(facts) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Condition, ...]

    def holds(self, facts: Facts) -> bool:
        return any(part.holds(facts) for part in self.parts)


def _in_language(text: Mapping[str, str], language: str) -> str:
    """The text in this language ("es-us" takes "es"), else in English; empty where there is none at all."""
    return text.get(language) or text.get(language.partition("-")[0]) or text.get("en", "")


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the clinic's policy: when it holds, the request is at least as urgent as its level."""

    code: str
    level: Level
    when: Condition
    reason: Mapping[str, str]
    advice: Mapping[str, str]
    source: tuple[str, ...]

    def reason_text(self, language: str) -> str:
        """The short phrase for staff."""
        return _in_language(self.reason, language)

    def advice_text(self, language: str) -> str:
        """What the patient is told; empty where the rule has no advice of its own."""
        return _in_language(self.advice, language)


@dataclass(frozen=True, slots=True)
class Targets:
    """By when a request is answered."""

    same_day_clinic_hours: int
    soon_working_days: int
    routine_working_days: int


@dataclass(frozen=True, slots=True)
class ClinicHours:
    """When the clinic is open, in its own time zone. days holds weekday numbers, Monday is 0."""

    time_zone: ZoneInfo
    days: frozenset[int]
    opens: time
    closes: time
    closed_on: Mapping[date, str]

    def is_open_on(self, day: date) -> bool:
        return day.weekday() in self.days and day not in self.closed_on


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One signed (or sample) version of the rules; rules keep the order of the file."""

    version: str
    sample: bool
    reviewer: str
    reviewer_role: str
    reviewed_on: date
    default: Level
    targets: Targets
    hours: ClinicHours
    rules: tuple[Rule, ...]

    def rule(self, code: str) -> Rule | None:
        """The rule of a stored reason; None where a later version no longer has it."""
        return next((rule for rule in self.rules if rule.code == code), None)
