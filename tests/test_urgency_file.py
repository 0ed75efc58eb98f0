"""The rule file is edited by people: whatever slips in is refused, with its line and its rule."""

import re
from collections.abc import Callable
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest

from appointments.urgency_file import RULES_FILE, RulesError, load_rules
from appointments.urgency_rules import AllOf, Answered, Level, RuleSet, SinceOnset

INSTALLED = RULES_FILE.read_text("utf-8")
REFUSALS = Path(__file__).with_name("data").joinpath("urgency_refusals.txt").read_text("utf-8").splitlines()
"""Each refusal of a slip below as a clinician reads it, without the file and the line."""
Load = Callable[[str], RuleSet]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    def write_and_load(text: str) -> RuleSet:
        path = tmp_path / "rules.yaml"
        path.write_text(text, "utf-8")
        return load_rules(path)

    return write_and_load


def changed(old: str, new: str) -> str:
    assert INSTALLED.count(old) >= 1, old
    return INSTALLED.replace(old, new, 1)


def in_full(refusal: object) -> str:
    return str(refusal).partition(": ")[2]


def line_of(part: str) -> int:
    return INSTALLED[: INSTALLED.index(part)].count("\n") + 1


def test_the_installed_file_is_a_sample_with_reviewer_and_date() -> None:
    rules = load_rules(RULES_FILE)
    assert (rules.sample, rules.reviewer_role, rules.reviewed_on) == (True, "sample", date(2026, 11, 22))
    assert rules.default is Level.ROUTINE
    assert (rules.targets.same_day_clinic_hours, rules.targets.soon_working_days) == (2, 2)
    assert rules.targets.routine_working_days == 5
    assert rules.hours.closed_on[date(2027, 7, 5)] == "Independence Day"
    assert rules.hours.days == {0, 1, 2, 3, 4}
    assert (rules.hours.opens, rules.hours.closes) == (time(8), time(17))
    assert (rules.hours.time_zone.key, rules.reviewer) == ("America/New_York", "Sample reviewer")
    assert all(rule.source and rule.reason_text("en") for rule in rules.rules)


def test_an_emergency_says_call_911_and_same_day_says_today() -> None:
    for rule in load_rules(RULES_FILE).rules:
        if rule.level is Level.EMERGENCY:
            assert "Call 911 now." in rule.advice_text("en")
        if rule.level is Level.SAME_DAY:
            assert re.search("today|now", rule.advice_text("en"))


LUMP = '{en: "Lump in the cheek or neck", es: "Bulto en la mejilla o el cuello"}'


def test_another_language_is_more_data(load: Load) -> None:
    rule = load(changed(LUMP, LUMP.replace("}", ', fr: "Une bosse"}'))).rule("lump")
    assert rule is not None
    assert [rule.reason_text(language) for language in ("es", "es-us", "en", "fr", "de")] == [
        "Bulto en la mejilla o el cuello",
        "Bulto en la mejilla o el cuello",
        "Lump in the cheek or neck",
        "Une bosse",
        "Lump in the cheek or neck",
    ]


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ('{es: "Bulto"}', r"'reason' needs a text in English \(en\)"),
        ('{en: "Lump"}', r"'reason' needs a text in Spanish \(es\)"),
    ],
)
def test_a_rule_that_lacks_a_language_of_the_site_is_refused(
    load: Load, settings: Any, words: str, problem: str
) -> None:
    settings.LANGUAGES = [("en", "English"), ("es", "Spanish")]
    with pytest.raises(RulesError, match=rf" line {line_of(LUMP)}: {problem} \(rule 'lump'\)$"):
        load(changed(LUMP, words))


def test_a_sign_that_cannot_wait_is_told_in_spanish_too() -> None:
    for rule in load_rules(RULES_FILE).rules:
        advice = rule.advice_text("es")
        if rule.level is Level.EMERGENCY:
            assert "Llame ahora al 911." in advice
        if rule.level is Level.SAME_DAY:
            assert re.search("hoy|ahora", advice)


@pytest.mark.parametrize(
    ("old", "new", "rule", "problem"),
    [
        ("{signs: limb}", "{signs: lim}", "arm_or_leg", "'lim', not one of: sudden_droop"),
        ("{signs: limb}", "{signs: none}", "arm_or_leg", "'none', not one of"),
        ("{signs: limb}", "{sign: limb}", "arm_or_leg", "'sign' is no question"),
        ("{signs: limb}", "{signs: []}", "arm_or_leg", "needs a list"),
        ("{signs: limb}", "{signs: [[limb]]}", "arm_or_leg", "not one of"),
        ("{signs: limb}", "{any: {signs: limb}}", "arm_or_leg", "'any' needs a list"),
        ("{signs: limb}", "{all: [limb]}", "arm_or_leg", "'all' must hold keys"),
        ("{signs: limb}", "limb", "arm_or_leg", "'when' must hold keys"),
        ("{signs: limb}", "{signs: limb, signs: speech}", "", "'signs' is there twice"),
        (
            "{days_since_onset: {max: 3}}",
            "{days_since_onset: {max: three}}",
            "began_within_3_days",
            "not a whole",
        ),
        (
            "{days_since_onset: {max: 3}}",
            "{days_since_onset: {max: -1}}",
            "began_within_3_days",
            "not a whole",
        ),
        (
            "{days_since_onset: {max: 3}}",
            "{days_since_onset: {below: 3}}",
            "began_within_3_days",
            "'below' is not",
        ),
        ("{days_since_onset: {max: 3}}", "{days_since_onset: {}}", "began_within_3_days", "must hold keys"),
        (
            "{days_since_onset: {max: 3}}",
            "{days_since_onset: {min: 4, max: 3}}",
            "began_within_3_days",
            "empty",
        ),
        (
            "{min: 9, below: 24}\n",
            "{min: 9, below: 9}\n",
            "no_movement_9_to_24_months",
            "this window is empty",
        ),
        (
            "{min: 9, below: 24}\n",
            "{min: 9, max: 24}\n",
            "no_movement_9_to_24_months",
            "'max' is not known here",
        ),
        ("level: same_day", "level: sameday", "began_within_3_days", "'sameday', not one of: emergency"),
        ("level: same_day", "level: routine", "began_within_3_days", "not one of"),
        ("level: same_day", "lvl: same_day", "began_within_3_days", "'lvl' is not known here"),
        ("source: [cdc_head_injury]", "source: [cdc]", "head_injury", "'cdc' is not one of"),
        ("source: [cdc_head_injury]", "source: []", "head_injury", "needs a list"),
        ("code: arm_or_leg", "code: Arm or leg", "Arm or leg", "a code is 2 to 40"),
        ("code: arm_or_leg", "code: sudden_unexamined", "sudden_unexamined", "another rule has this code"),
        ('{en: "Lump in', '{English: "Lump in', "lump", "no language code"),
        ('{en: "Lump in the cheek or neck",', '{en: "",', "lump", "'en' needs a text"),
    ],
)
def test_a_slip_in_a_rule_is_refused_with_its_line_and_code(
    load: Load, old: str, new: str, rule: str, problem: str
) -> None:
    with pytest.raises(RulesError) as refusal:
        load(changed(old, new))
    assert problem in str(refusal.value)
    assert f"rules.yaml, line {line_of(old)}:" in str(refusal.value)
    assert rule in str(refusal.value)
    assert in_full(refusal.value) in REFUSALS


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("sample: true", "sample: yes", "'yes', not one of: true, false"),
        ("sample: true", "sample: false", "needs the reviewer who signed it"),
        ('version: "2026-11-22.2.sample"', "version: " + "9" * 41, "longer than 40"),
        ('version: "2026-11-22.2.sample"', "colour: red", "'colour' is not known here"),
        ("reviewed_on: 2026-11-22", "reviewed_on: 11/22/2026", "not a date such as"),
        ("reviewer: {name: Sample reviewer, role: sample}", "reviewer: {name: Someone}", "'role' is missing"),
        ("reviewer: {name: Sample reviewer, role: sample}", "reviewer: Someone", "must hold keys"),
        ("default: routine", "default: emergency", "not one of: soon, routine"),
        ("{clinic_hours: 2}", "{clinic_hours: 10}", "longer than the clinic is open"),
        ("{clinic_hours: 2}", "{clinic_hours: 0}", "not a whole number from 1"),
        ("{clinic_hours: 2}", "{working_days: 2}", "'working_days' is not known here"),
        ("soon: {working_days: 2}", "soon: {working_days: 6}", "soon is later than routine"),
        ("America/New_York", "America/New_Yrok", "is no time zone"),
        ("[mon, tue,", "[monday, tue,", "'monday' is not one of: mon"),
        ('opens: "08:00"', 'opens: "8 am"', "not a time such as"),
        ('closes: "17:00"', 'closes: "08:00"', "closes before it opens"),
        ("2026-05-25: Memorial Day", "2026-05-32: Memorial Day", "not a date such as"),
        ("2026-05-25: Memorial Day", "2026-05-25:", "'2026-05-25' needs a text"),
        ("- {began: unsure}", "- {began: gradual}", "raises \"unsure\" as the only answer, to 'began'"),
        ("\nrules:", "\nrules: [}\n", "not readable as YAML"),
    ],
)
def test_a_slip_elsewhere_is_refused(load: Load, old: str, new: str, problem: str) -> None:
    with pytest.raises(RulesError, match=r"^rules\.yaml, line \d+: ") as refusal:
        load(changed(old, new))
    assert problem in str(refusal.value)
    assert in_full(refusal.value) in REFUSALS
    line = line_of("\nrules:") + 1 if "rule" in old or "began" in old else line_of(old)
    assert f"rules.yaml, line {line}:" in str(refusal.value)


VERSION = re.findall('^version: "[^"]+"$', INSTALLED, re.MULTILINE)[0]
LAST_WINDOW = 'months_since_onset: {min: 9, below: 24}\n    reason: {en: "No movement at all, 9'
BLOCK = 'months_since_onset:\n        min: 9\n        below: %s\n    reason: {en: "No movement at all, 9'
ARM = "- code: arm_or_leg\n    level: emergency"


@pytest.mark.parametrize(
    ("old", "new", "lines_after", "problem"),
    [
        ("sample: true", "sample: true\nsample: true", 1, "'sample' is there twice"),
        (f"{VERSION}\nsample: true", f"sample: true\nversion: {'9' * 41}", 1, "longer than 40"),
        (ARM, "- level: emergency\n    code: Arm or leg", 1, "a code is 2 to 40"),
        (ARM, "- level: emergency\n    code: sudden_unexamined", 1, "another rule has this code"),
        (ARM, "- level: emergency", 0, "'code' is missing (rule 'without a code')"),
        (LAST_WINDOW, BLOCK % "9", 2, "this window is empty"),
        (LAST_WINDOW, BLOCK % "two", 2, "not a whole number"),
        (LAST_WINDOW, LAST_WINDOW.replace("months_since", "months since"), 0, "is no question"),
        (f"reason: {LUMP}", "reason:\n      en: Lump\n      English: Lump", 2, "no language code"),
        ("\nrules:\n", "\nrules:\n  - just a text\n", 1, "'rules' must hold keys with values"),
        (
            "time_zone: America/New_York\n  days: [mon, tue, wed, thu, fri]",
            "days: [mon, tue, wed, thu, fri]\n  time_zone: Nowhere",
            1,
            "is no time zone",
        ),
        (
            "same_day: {clinic_hours: 2}\n  soon: {working_days: 2}",
            "soon: {working_days: 2}\n  same_day: {clinic_hours: 10}",
            1,
            "longer than the clinic is open",
        ),
    ],
)
def test_the_line_told_is_that_of_the_slip_wherever_the_keys_stand(
    load: Load, old: str, new: str, lines_after: int, problem: str
) -> None:
    with pytest.raises(RulesError, match=rf"^rules\.yaml, line {line_of(old) + lines_after}: ") as refusal:
        load(changed(old, new))
    assert problem in str(refusal.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (VERSION, f"version: {'9' * 40}"),
        ("{clinic_hours: 2}", "{clinic_hours: 9}"),
        ("{clinic_hours: 2}", "{clinic_hours: 1}"),
        ("soon: {working_days: 2}", "soon: {working_days: 5}"),
        ("{days_since_onset: {max: 3}}", "{days_since_onset: {min: 3, max: 3}}"),
    ],
)
def test_what_is_only_just_possible_is_taken(load: Load, old: str, new: str) -> None:
    assert load(changed(old, new)).rules


def test_conditions_are_read_as_they_are_written(load: Load) -> None:
    rules = load(changed("{signs: limb}", "{all: [{signs: limb}, {began: [sudden, unsure]}]}"))
    arm, window = rules.rule("arm_or_leg"), rules.rule("no_movement_9_to_24_months")
    assert arm is not None and window is not None
    assert arm.when == AllOf((
        Answered("signs", frozenset({"limb"})), Answered("began", frozenset({"sudden", "unsure"})),
    ))  # fmt: skip
    assert window.when == AllOf((
        Answered("movement", frozenset({"none"})), SinceOnset("months", 9, 23),
    ))  # fmt: skip


@pytest.mark.parametrize("level", ["emergency", "same_day"])
def test_what_cannot_wait_needs_advice(load: Load, level: str) -> None:
    text = changed("code: twitching_first\n    level: soon", f"code: twitching_first\n    level: {level}")
    says = f": {level} needs an advice: what the patient should do now (rule 'twitching_first')"
    line = line_of("code: twitching_first") + 1
    with pytest.raises(RulesError, match=rf"^rules\.yaml, line {line}{re.escape(says)}$"):
        load(text)


@pytest.mark.parametrize("text", ["", "- a list", "just text", "\x00"])
def test_what_is_no_rule_file_is_refused(load: Load, text: str) -> None:
    with pytest.raises(RulesError, match=r"rules\.yaml, line 1: "):
        load(text)


def test_a_signed_file_is_no_sample(load: Load) -> None:
    signed = changed("sample: true", "sample: false").replace("role: sample}", "role: clinician}")
    assert load(signed).sample is False


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(b"version: \xff\xfe")
    with pytest.raises(RulesError, match="not readable as YAML"):
        load_rules(path)
