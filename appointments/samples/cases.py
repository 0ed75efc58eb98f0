"""What brings people to the clinic: answers as the form takes them, each with its urgency by the rules.

The rules need not run for each of a million requests: a case is assessed once, by how long ago it began, and
kept only where the rules say the same of any day that a request may tell of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any

from appointments import urgency
from appointments.answers import OtherGoal
from appointments.samples.copying import NULL, field
from services.models import Goal

COUNT = 400
"""How many cases there are to draw from."""

# Up to so many days people tell the day it began, then the month, then only the year; and how far the day
# that they tell may lie from the true one.
DAY_TOLD, MONTH_TOLD = 85, 900
SLACK = {"day": 0, "month": 45, "year": 400}

SUDDEN: dict[str, Any] = {"began": "sudden", "movement": "some", "trend": "better", "eye_closes": "yes"}
# How often, from how many to how many days ago it began, and what differs from SUDDEN.
CASES: list[tuple[int, tuple[int, int], dict[str, Any]]] = [
    (4, (0, 3), {"movement": "none", "trend": "same"}),
    (4, (4, 21), {"movement": "none", "trend": "same", "eye_closes": "no", "eye_cared": "yes"}),
    (2, (1, 6), {"movement": "none", "trend": "worse", "ear_signs": ["blisters", "ear_pain"]}),
    (2, (200, 3000), {"eye_signs": ["red"], "eye_closes": "no", "eye_cared": "unsure"}),
    (14, (22, 88), {}),
    (14, (95, 360), {"trend": "same"}),
    (8, (380, 1500), {"movement": "none", "trend": "same", "cause": "operation", "nerve_cut": "unsure"}),
    (4, (200, 700), {"movement": "none", "trend": "same", "cause": "injury", "nerve_cut": "no"}),
    (5, (60, 900), {"began": "gradual", "trend": "worse"}),
    (3, (30, 900), {"history": ["came_back"]}),
    (1, (40, 500), {"began": "gradual", "trend": "worse", "history": ["lump"]}),
    (30, (400, 5500), {"trend": "same"}),
]
FROM_BIRTH: dict[str, Any] = {"onset_kind": "birth", "began": "", "trend": "same"}
UNSURE: dict[str, Any] = {"onset_kind": "unsure", "began": "unsure", "trend": "same"}
TRIED = ["", "", "", "Steroid tablets for ten days.", "Exercises at home.", "Botulinum toxin, twice.",
         "Physical therapy for three months.", "Acupuncture.", "Steroids and an antiviral."]  # fmt: skip
EASIER = ["", "", "", "", "A quiet place to wait.", "Step-free access, please.", "Large print.",
          "I would like my sister to be there.", "Mornings are hard for me."]  # fmt: skip
CASE_COLUMNS = [
    "examined", "onset_kind", "began", "trend", "side", "movement", "eye_closes", "eye_cared", "eye_signs",
    "ear_signs", "cause", "nerve_cut", "history", "tried", "goals", "easier",
]  # fmt: skip
ASSESSED_COLUMNS = [
    *("computed_urgency", "urgency", "urgency_reasons", "rules_version"),
    *CASE_COLUMNS,
    *("onset_year", "onset_month", "onset_day"),
]
SOME_DAY = date(2026, 6, 16)


@dataclass(frozen=True, slots=True)
class Case:
    """An assessed case: its level, its columns ready to copy, and how many days ago it began, if known."""

    level: urgency.Level
    columns: str
    days: int | None = None
    from_birth: bool = False

    def told_on(self, arrived: date) -> str:
        """The columns of a request that arrived on this day."""
        if self.days is None or self.from_birth:
            return f"{self.columns}\t{NULL}\t{NULL}\t{NULL}"
        began = arrived - timedelta(days=self.days)
        month = began.month if self.days < MONTH_TOLD else NULL
        return f"{self.columns}\t{began.year}\t{month}\t{began.day if self.days < DAY_TOLD else NULL}"


def draw(chance: Random) -> list[Case]:
    """Cases as often as they come."""
    cases: list[Case] = []
    while len(cases) < COUNT:
        case = _assessed(*_told(chance))
        cases += [case] if case else []
    return cases


def _told(chance: Random) -> tuple[dict[str, Any], int | None]:
    """Answers, and how many days ago it began."""
    told: dict[str, Any] = {
        **SUDDEN, "examined": "yes", "eye_cared": "", "eye_signs": [], "ear_signs": [], "cause": "nothing",
        "nerve_cut": "", "history": [], "side": chance.choice(["left", "right"]), "onset_kind": "date",
        "tried": chance.choice(TRIED), "easier": chance.choice(EASIER), "goals": _goals(chance),
    }  # fmt: skip
    lot = chance.random()
    if lot < 0.05:
        return {**told, **FROM_BIRTH}, chance.randrange(40, 16 * 365)
    if lot < 0.08:
        return {**told, **UNSURE}, None
    (_often, (least, most), changes) = chance.choices(CASES, [case[0] for case in CASES])[0]
    return {**told, **changes}, chance.randint(least, most)


def _goals(chance: Random) -> list[str]:
    known = [*Goal.values, *OtherGoal.values]
    return chance.sample(known, chance.choice([1, 1, 2, 3]))


def _assessed(told: dict[str, Any], days: int | None) -> Case | None:
    """None where the rules say one thing of one day that may be told, and another of another day."""
    from_birth = told["onset_kind"] == "birth"
    exact = days is None or from_birth or days < DAY_TOLD
    slack = SLACK["day" if exact else "month" if (days or 0) < MONTH_TOLD else "year"]
    found, *others = (_assess(told, days, shift) for shift in {0, -slack, slack})
    if found.level == urgency.Level.EMERGENCY or any(other.reasons != found.reasons for other in others):
        return None
    codes = [rule.code for rule in found.reasons]
    values = [found.level.value, found.level.value, codes, found.rules_version]
    columns = "\t".join(map(field, [*values, *(told[name] for name in CASE_COLUMNS)]))
    return Case(found.level, columns, days, from_birth)


def _assess(told: dict[str, Any], days: int | None, shift: int) -> urgency.Assessment:
    if days is None:
        return urgency.assess(told, today=SOME_DAY)
    began = SOME_DAY - timedelta(days=days + shift)
    onset = {"onset_year": began.year, "onset_month": began.month, "onset_day": began.day}
    return urgency.assess({**told, **onset, "date_of_birth": began.isoformat()}, today=SOME_DAY)
