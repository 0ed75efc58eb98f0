"""Hostile and clumsy answers: never a server error, each refusal beside its field, all answers kept."""

import html
import random
import re
from typing import Any

import pytest

from tests.form_client import DRAFT_COOKIE, Answers, FormClient, patient_answers
from tests.site_process import SiteProcess

POSTS = 150
SEED = 20261122
NASTY = [
    "", " ", "\x00", "a\x07b", "\u202eright to left", "\ud7ff\ufdd0", "\u200b", "Ann\r\nBcc: all@example.org",
    "<script>alert(1)</script>", "{{ 7*7 }}{% debug %}", "=1+1", "'; DROP TABLE x; --", "\\", "%s%n%00",
    "😀" * 40, "é" * 130, "x" * 5000, "٣", "２", "²", "“a b”@example.org", "ſ@example.org", "a@ü.de", "a@b",
    "a@b.c", "0", "-1", "00", "13", "30", "31", "99", "1e3", "NaN", "1900", "2100", "9999", "10000",
    "0001-01-01", "2026-02-30", "9999-12-31", "yes", "none", "other", "helped", "self", "date", "birth",
    "any", "on", "None", "[]", "{}", "null", "true", "+49 12", "+1 911", "555-0123", "911",
    "+999999999999999", "+4912345678901234567", "x" * 250 + "@example.org",
]  # fmt: skip


@pytest.fixture
def client(site: SiteProcess) -> FormClient:
    return FormClient(site)


def test_random_posts_on_every_step_never_break(client: FormClient) -> None:
    chance = random.Random(SEED)
    answers = patient_answers(
        helper={"helper_name": "Ben", "helper_relation": "son", "helper_authority": "agreed"}
    )
    for number in range(POSTS):
        if number % 15 == 0:
            client.cookies.pop(DRAFT_COOKIE, None)
        step = chance.choice([*answers, "check", "today"])
        fields = spoiled(chance, answers.get(step, {"consent": "on"}))
        answer = client.post(f"/request/{step}/", fields)
        assert answer.status in (302, 400, 422), f"{answer.status} for {step} {fields!r}"
        followed = client.get(answer.headers["Location"] or "/request/check/")
        assert followed.status in (200, 302), f"{followed.status} after {step} {fields!r}"


def spoiled(chance: random.Random, fields: dict[str, Any]) -> dict[str, Any]:
    """The fields with some of them wrong, missing, doubled or of another shape."""
    changed = dict(fields)
    for name in chance.sample(sorted(fields), k=chance.randint(0, len(fields))):
        value = chance.choice(NASTY)
        changed[name] = chance.choice([value, value, [value, value], [], [changed[name], value]])
        if chance.random() < 0.1:
            changed[f"{name}[]"] = changed.pop(name)
    return changed


@pytest.fixture(scope="module")
def answered(site: SiteProcess) -> FormClient:
    """A patient who has answered every page, and changes one."""
    client = FormClient(site)
    client.send_steps(patient_answers())
    return client


def refused(client: FormClient, step: str, fields: dict[str, Any]) -> str:
    """The page that refuses these answers, as text."""
    path = f"/request/{step}/"
    answer = client.post(path, {**patient_answers()[step], **fields})
    assert (answer.status, answer.headers["Location"]) == (302, path)
    return html.unescape(client.get(path).text)


def error_of(page: str, name: str) -> str:
    """What the page says is wrong with this field."""
    found = re.search(rf'id="id_{name}_error">.*?</span>\s*(.*?)</span>', page, re.DOTALL)
    assert found, f"no error beside {name}"
    return found[1]


@pytest.mark.parametrize(
    ("step", "name", "value"),
    [
        ("patient", "patient_name", "Ann\x00Example"),
        ("patient", "patient_name", "Ann\x07Example"),
        ("patient", "patient_name", "Ann\u202eelpmaxE"),
        ("signs", "tried", "Drops\x1b[31m"),
        ("wishes", "easier", "A ramp\x00"),
        ("contact", "phone", "216-555\x00-0142"),
        ("contact", "email", "zoe\x00@example.org"),
    ],
)
def test_hidden_characters_are_refused_beside_the_field_and_answers_are_kept(
    answered: FormClient, step: str, name: str, value: str
) -> None:
    given = patient_answers()[step]
    page = refused(answered, step, {**given, name: value})
    assert error_of(page, name)
    for text in (text for key, text in given.items() if isinstance(text, str) and key != name):
        assert f'value="{text}"' in page or text in page


@pytest.mark.parametrize(
    ("step", "fields", "name", "says"),
    [
        ("patient", {"date_of_birth_month": "2", "date_of_birth_day": "30"}, "date_of_birth", "no such date"),
        ("patient", {"date_of_birth_year": "2999"}, "date_of_birth", "4 digits"),
        ("patient", {"date_of_birth_year": "2096"}, "date_of_birth", "in the future"),
        ("patient", {"date_of_birth_year": "٢٠٠٠"}, "date_of_birth", "numbers only"),
        ("wishes", {"visit_type": "either", "state": "ZZ"}, "state", "one of the states shown"),
        ("patient", {"patient_name": "x" * 121}, "patient_name", "at most 120"),
        ("safety", {"examined": "maybe"}, "examined", "one of the answers shown"),
        ("eye", {"eye_signs": ["none", "red"]}, "eye_signs", "Take away one of the two"),
        ("safety", {"signs": ["cough"]}, "signs", "from the answers shown"),
        ("start", {"onset_date_year": "2099"}, "onset_date", "in the future"),
        ("wishes", {"place": "../etc"}, "place", "one of the places shown"),
        ("wishes", {"time_1_date": "2020-01-06"}, "time_1", "is in the past"),
        ("wishes", {"time_1_half": "night"}, "time_1", "morning or afternoon"),
        ("contact", {"reach": "phone", "phone": "555-0123"}, "phone", "not a phone number we can call"),
        ("contact", {"reach": "phone", "phone": "+49 12"}, "phone", "not a phone number we can call"),
        (
            "contact",
            {"reach": "text", "phone": "+49 123456789012345"},
            "phone",
            "not a phone number we can call",
        ),
        ("contact", {"email": "a@b"}, "email", "the whole address"),
    ],
)
def test_an_impossible_answer_is_refused_beside_its_field(
    answered: FormClient, step: str, fields: dict[str, Any], name: str, says: str
) -> None:
    assert says in error_of(refused(answered, step, fields), name)


def test_of_several_values_for_one_question_only_one_counts(client: FormClient, site: SiteProcess) -> None:
    answers: Answers = patient_answers(
        patient={"patient_name": ["First", "Last"]}, contact={"email": "scalar@example.org"}
    )
    client.submit(answers)
    rows = site.db(
        "SELECT patient_name FROM appointments_appointmentrequest WHERE email = %s", "scalar@example.org"
    )
    assert rows == [("Last",)]


def test_markup_and_formulas_are_shown_as_they_were_written(client: FormClient) -> None:
    text = '<script>alert(1)</script> =1+1 {{ 7*7 }} & "quotes"'
    client.send_steps(patient_answers(signs={"tried": text}))
    page = client.get("/request/check/").text
    assert "<script>alert" not in page
    assert text in html.unescape(page)


def test_what_staff_type_is_refused_the_same_way(site: SiteProcess, client: FormClient) -> None:
    reference = client.submit(patient_answers())
    pk = site.db("SELECT id FROM appointments_appointmentrequest WHERE reference = %s", reference)[0][0]
    staff = FormClient(site)
    staff.get("/staff/login/")
    staff.post("/staff/login/", {"username": site.staff_user, "password": site.staff_password})
    path = f"/staff/appointments/appointmentrequest/{pk}"
    staff.get(f"{path}/change/")
    for step, fields in {
        "note": {"text": "a\x00b"},
        "urgency": {"level": "no", "reason": "x", "seen_version": "1"},
        "step/close": {"outcome": "seen", "seen_version": "9" * 30},
        "step/contact": {"seen_version": "\x00"},
        "step/take_up": {},
    }.items():
        assert staff.post(f"{path}/{step}/", fields).status in (409, 422), step
    assert site.db("SELECT status, version FROM appointments_appointmentrequest WHERE id = %s", pk) == [
        ("new", 1)
    ]
    assert staff.post("/staff/login/", {"username": "a\x00", "password": "\x00"}).status == 200
