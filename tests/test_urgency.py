"""What the urgency rules answer: a table of cases, and what must hold for any answers."""

import csv
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appointments import answers as form_vocabulary
from appointments.clinic_time import clinic_today
from appointments.urgency import Level, assess, mark_days, months_between, onset_marks, onset_range, rules
from appointments.urgency_rules import LIST_QUESTIONS, QUESTIONS

TODAY = date(2026, 11, 22)
NEW_YORK = ZoneInfo("America/New_York")
NUMBERS = ("onset_year", "onset_month", "onset_day")
TABLE = (Path(__file__).parent / "data" / "urgency_cases.csv").read_text(encoding="utf-8")
CASES = list(csv.DictReader(TABLE.splitlines()))


def answers_of(case: dict[str, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {}
    for name in [*QUESTIONS, *NUMBERS, "date_of_birth"]:
        if case[name]:
            value: Any = int(case[name]) if name in NUMBERS else case[name]
            answers[name] = value.split("|") if name in LIST_QUESTIONS else value
    return answers


def day_of(case: dict[str, str]) -> date:
    """A day, or an instant that the clinic's calendar turns into one."""
    if "T" in case["today"]:
        return clinic_today(datetime.fromisoformat(case["today"]), NEW_YORK)
    return date.fromisoformat(case["today"])


def codes(answers: dict[str, Any], today: date = TODAY) -> list[str]:
    return [rule.code for rule in assess(answers, today=today).reasons]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_case_of_the_table(case: dict[str, str]) -> None:
    found = assess(answers_of(case), today=day_of(case))
    assert sorted(rule.code for rule in found.reasons) == sorted(
        filter(None, case["expected_reasons"].split("|"))
    )
    assert found.level == case["expected_level"]


def test_the_table_has_every_rule_and_level_and_150_cases() -> None:
    reasons = {code for case in CASES for code in case["expected_reasons"].split("|") if code}
    assert reasons == {rule.code for rule in rules().rules}
    assert {case["expected_level"] for case in CASES} == set(Level)
    assert len(CASES) >= 150


def test_every_answer_of_the_table_is_an_answer_of_the_form() -> None:
    choices = {
        "examined": form_vocabulary.YesNoUnsure, "signs": form_vocabulary.EmergencySign,
        "onset_kind": form_vocabulary.OnsetKind, "began": form_vocabulary.Began,
        "trend": form_vocabulary.Trend,
        "side": form_vocabulary.Side, "movement": form_vocabulary.Movement,
        "eye_closes": form_vocabulary.YesNoUnsure, "eye_cared": form_vocabulary.YesNoUnsure,
        "eye_signs": form_vocabulary.EyeSign, "ear_signs": form_vocabulary.EarSign,
        "cause": form_vocabulary.Cause, "nerve_cut": form_vocabulary.YesNoUnsure,
        "history": form_vocabulary.History,
    }  # fmt: skip
    assert {question: set(QUESTIONS[question]) for question in QUESTIONS} == {
        question: set(kind.values) for question, kind in choices.items()
    }


def test_reasons_come_most_urgent_first_and_name_the_version() -> None:
    found = assess(
        {"history": ["lump"], "eye_signs": ["red"], "signs": ["limb"], "trend": "unsure"}, today=TODAY
    )
    assert [rule.code for rule in found.reasons] == ["arm_or_leg", "eye_symptoms", "lump", "not_sure"]
    assert found.level is Level.EMERGENCY
    assert found.rules_version == rules().version == "2026-11-22.2.sample"


def test_text_falls_back_to_english() -> None:
    rule = rules().rule("lump")
    assert rule is not None
    assert rule.reason_text("fr") == rule.reason_text("en") == "Lump in the cheek or neck"
    assert rule.advice_text("en") == ""
    assert rules().rule("no_such_rule") is None


def test_the_nearest_language_is_taken() -> None:
    rule = replace(rules().rules[0], reason={"en": "Face", "es": "Cara", "es-us": "La cara"})
    assert [rule.reason_text(language) for language in ("es-us", "es-mx", "es-mx-x", "es", "de-at")] == [
        "La cara", "Cara", "Cara", "Cara", "Face",
    ]  # fmt: skip


def test_blank_answers_raise_nothing() -> None:
    blank = {question: [] if question in LIST_QUESTIONS else "" for question in QUESTIONS}
    assert codes({**blank, "onset_year": None, "onset_month": None, "onset_day": None, "began": None}) == []


@pytest.mark.parametrize(
    ("answers", "says"),
    [
        ({"began": "perhaps"}, "not an answer to 'began'"),
        ({"signs": ["limb", "leg"]}, "not an answer to 'signs'"),
        ({"side": "none"}, "not an answer to 'side'"),
        ({"onset_kind": "date", "onset_year": 2026, "onset_month": 2, "onset_day": 30}, ""),
        (
            {"onset_kind": "date", "onset_year": 2026, "onset_month": 11, "onset_day": 23},
            "the onset is after today",
        ),
        ({"onset_kind": "date", "onset_year": 2026, "onset_month": 12}, "the onset is after today"),
        ({"onset_kind": "date", "onset_year": 2027}, "the onset is after today"),
        ({"onset_kind": "birth", "date_of_birth": "2026-11-23"}, "the onset is after today"),
        ({"onset_kind": "birth", "date_of_birth": "yesterday"}, ""),
    ],
)
def test_an_answer_that_cannot_be_is_refused_not_read_as_routine(answers: dict[str, Any], says: str) -> None:
    """Python's own words for a date that does not exist are its own business."""
    with pytest.raises(ValueError, match=r".") as refusal:
        assess(answers, today=TODAY)
    assert not says or str(refusal.value) == says


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ({}, None),
        ({"onset_kind": "unsure", "onset_year": 2026}, None),
        ({"onset_kind": "date"}, None),
        ({"onset_kind": "date", "onset_year": 2025}, ("2025-01-01", "2025-12-31")),
        ({"onset_kind": "date", "onset_year": 2026}, ("2026-01-01", "2026-11-22")),
        ({"onset_kind": "date", "onset_year": 2024, "onset_month": 2}, ("2024-02-01", "2024-02-29")),
        ({"onset_kind": "date", "onset_year": 2025, "onset_day": 5}, ("2025-01-01", "2025-12-31")),
        (
            {"onset_kind": "date", "onset_year": 2026, "onset_month": 11, "onset_day": 22},
            ("2026-11-22", "2026-11-22"),
        ),
        ({"onset_kind": "birth"}, None),
        ({"onset_kind": "birth", "date_of_birth": "2020-05-06"}, ("2020-05-06", "2020-05-06")),
        ({"onset_kind": "birth", "date_of_birth": date(2020, 5, 6)}, ("2020-05-06", "2020-05-06")),
        (
            {"onset_kind": "date", "onset_year": 2025, "date_of_birth": "2020-05-06"},
            ("2025-01-01", "2025-12-31"),
        ),
    ],
)
def test_onset_spans_the_days_it_may_have_been(
    answers: dict[str, Any], expected: tuple[str, str] | None
) -> None:
    found = onset_range(answers, today=TODAY)
    assert (found and tuple(day.isoformat() for day in found)) == expected


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31", "2026-02-27", 0),
        ("2026-01-31", "2026-02-28", 1),
        ("2026-01-31", "2026-03-30", 1),
        ("2026-01-31", "2026-03-31", 2),
        ("2028-01-31", "2028-02-28", 0),
        ("2028-01-31", "2028-02-29", 1),
        ("2024-02-29", "2025-02-27", 11),
        ("2024-02-29", "2025-02-28", 12),
        ("2026-02-28", "2026-03-28", 1),
        ("2026-12-31", "2027-01-30", 0),
        ("2026-12-31", "2027-01-31", 1),
        ("2026-05-15", "2026-05-15", 0),
    ],
)
def test_a_month_is_complete_on_its_day_or_on_the_last_day(start: str, end: str, months: int) -> None:
    assert months_between(date.fromisoformat(start), date.fromisoformat(end)) == months


def test_months_never_run_backwards() -> None:
    with pytest.raises(ValueError, match="^the end is before the start$"):
        months_between(TODAY, TODAY - timedelta(days=1))


@pytest.mark.parametrize(
    ("today", "months", "mark", "on"),
    [
        ("2026-08-31", 0, 6, "2027-02-28"),
        ("2027-02-27", 5, 6, "2027-02-28"),
        ("2027-02-28", 6, 12, "2027-08-31"),
        ("2027-08-31", 12, 18, "2028-02-29"),
        ("2028-02-29", 18, 24, "2028-08-31"),
        ("2028-08-30", 23, 24, "2028-08-31"),
        ("2028-08-31", 24, None, None),
    ],
)
def test_the_clock_shows_the_next_mark(today: str, months: int, mark: int | None, on: str | None) -> None:
    found = onset_marks(date(2026, 8, 31), date.fromisoformat(today))
    assert (found.months, found.next_mark) == (months, mark)
    assert (found.next_mark_on and found.next_mark_on.isoformat()) == on


some_answers = st.fixed_dictionaries(
    {},
    optional={
        question: st.lists(st.sampled_from(known), max_size=3) if question in LIST_QUESTIONS
        else st.sampled_from(known)
        for question, known in QUESTIONS.items()
    },
)  # fmt: skip
onsets = st.dates(min_value=date(2023, 1, 1), max_value=TODAY).map(
    lambda day: {"onset_year": day.year, "onset_month": day.month, "onset_day": day.day}
)


@given(answers=some_answers, onset=onsets, data=st.data())
def test_one_more_sign_never_lowers_the_level_nor_takes_a_reason(answers: Any, onset: Any, data: Any) -> None:
    answers |= onset
    question = data.draw(st.sampled_from(sorted(LIST_QUESTIONS)))
    sign = data.draw(st.sampled_from(QUESTIONS[question]))
    more = {**answers, question: [*answers.get(question, []), sign]}
    assert set(codes(answers)) <= set(codes(more))
    assert assess(more, today=TODAY).level.rank <= assess(answers, today=TODAY).level.rank


@given(answers=some_answers, onset=onsets, data=st.data())
def test_one_more_answered_question_never_takes_a_reason(answers: Any, onset: Any, data: Any) -> None:
    answers |= onset
    question = data.draw(st.sampled_from(sorted(QUESTIONS)))
    fewer = {name: answer for name, answer in answers.items() if name != question}
    assert set(codes(fewer)) <= set(codes({**fewer, question: answers.get(question, [])}))


@given(
    answers=some_answers, onset=onsets, forget=st.sampled_from([("onset_day",), ("onset_month", "onset_day")])
)
def test_a_vaguer_onset_never_takes_a_reason(answers: Any, onset: Any, forget: Any) -> None:
    answers |= onset
    vaguer = {**answers, **dict.fromkeys(forget)}
    assert set(codes(answers)) <= set(codes(vaguer))


@given(answers=some_answers, onset=onsets, data=st.data())
def test_not_sure_is_never_routine(answers: Any, onset: Any, data: Any) -> None:
    key_questions = [question for question, known in QUESTIONS.items() if "unsure" in known]
    unsure = data.draw(st.sampled_from(key_questions))
    assert assess({**answers, **onset, unsure: "unsure"}, today=TODAY).level is not Level.ROUTINE


@given(
    sign=st.sampled_from([sign for sign in QUESTIONS["signs"] if sign != "sudden_droop"]),
    answers=some_answers,
)
def test_an_emergency_sign_is_an_emergency_whatever_else_is_answered(sign: str, answers: Any) -> None:
    assert assess({**answers, "signs": ["none", sign]}, today=TODAY).level is Level.EMERGENCY


@given(start=st.dates(date(1950, 1, 1), date(2050, 1, 1)), days=st.integers(0, 2000))
def test_months_grow_one_at_a_time(start: date, days: int) -> None:
    end = start + timedelta(days=days)
    step = months_between(start, end + timedelta(days=1)) - months_between(start, end)
    assert step in (0, 1)


def test_today_is_the_clinic_s_calendar_day() -> None:
    just_before = datetime(2026, 11, 23, 4, 59, 59, tzinfo=UTC)
    assert clinic_today(just_before, NEW_YORK) == TODAY
    assert codes({"onset_kind": "date", "onset_year": 2026, "onset_month": 11, "onset_day": 19}, TODAY) == [
        "began_within_3_days"
    ]


def test_each_mark_has_its_day_of_the_calendar() -> None:
    assert mark_days(date(2025, 8, 31)) == {
        6: date(2026, 2, 28), 12: date(2026, 8, 31), 18: date(2027, 2, 28), 24: date(2027, 8, 31),
    }  # fmt: skip
