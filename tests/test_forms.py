"""What every step requires, refuses and keeps; and that nothing posted can break one."""

from datetime import date
from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import given, settings
from hypothesis import strategies as st

from appointments import forms, steps, urgency
from tests.builders import HELPED, TODAY, answers, posted
from tests.step_forms import STEPS, accepted, changed, errors, filled

pytestmark = pytest.mark.django_db
EYE_CARED = {"eye_closes": "no", "eye_cared": "yes", "eye_signs": ["none"]}


@pytest.mark.parametrize(
    ("step", "missing"),
    [
        (
            "safety",
            {
                "examined": "Choose whether a doctor or nurse has examined your face.",
                "signs": "Choose the signs you have, or “None of these”.",
            },
        ),
        (
            "start",
            {
                "onset_kind": "Choose the answer that fits best.",
                "began": "Choose how it began.",
                "side": "Choose a side.",
                "movement": "Choose how much it moves.",
                "trend": "Choose how it has been.",
            },
        ),
        (
            "eye",
            {
                "eye_closes": "Choose whether the eye closes.",
                "eye_signs": "Choose what is new in the eye, or “None of these”.",
            },
        ),
        (
            "signs",
            {
                "ear_signs": "Choose what has begun, or “None of these”.",
                "cause": "Choose what came just before.",
                "history": "Choose what is true for you, or “None of these”.",
            },
        ),
        (
            "wishes",
            {
                "goals": "Choose at least one. “Not sure yet” is fine.",
                "visit_type": "Choose how you would like to meet us.",
            },
        ),
        (
            "patient",
            {
                "for_whom": "Choose whom the request is for.",
                "patient_name": "Write the patient’s name.",
                "date_of_birth": "Write the date of birth.",
                "insurance": "Choose the answer that fits.",
            },
        ),
        (
            "helper",
            {
                "helper_name": "Write your name.",
                "helper_relation": "Write how you know the patient.",
                "helper_authority": "Choose why you may ask for the patient.",
            },
        ),
        ("contact", {"reach": "Choose how we can reach you."}),
    ],
)
def test_an_empty_step_says_what_is_missing(step: str, missing: dict[str, str]) -> None:
    assert errors(filled(STEPS[step], {})) == {name: [message] for name, message in missing.items()}


def test_consent_has_to_be_given_in_the_right_person_s_name() -> None:
    assert errors(filled(forms.ConsentForm, {})) == {
        "consent": ["Tick the box if you agree. Without it we cannot take your request."]
    }
    assert filled(forms.ConsentForm, {"consent": "on"}).is_valid()
    own, helped = (
        filled(forms.ConsentForm, {}, **answers()),
        filled(forms.ConsentForm, {}, **answers(**HELPED)),
    )
    assert str(own["consent"].label).startswith("I, Zoë O’Hara, agree that the clinic")
    assert str(helped["consent"].label).startswith("I, Dana Helper, agree for Zoë O’Hara that the clinic")


@pytest.mark.parametrize("step", list(posted()) + ["helper"])
def test_what_is_stored_is_shown_again_and_posted_again_is_the_same(step: str) -> None:
    given = answers(**HELPED)
    form = steps.checked(steps.named(step), given, TODAY)
    stored = accepted(form)
    assert stored == {name: given[name] for name in stored}
    assert stored.keys() >= {name for name in form.fields if name in given}


def test_every_answer_of_a_complete_request_belongs_to_a_step() -> None:
    given = answers(**HELPED)
    review = steps.Review(given, TODAY)
    assert review.first_invalid is None
    assert review.answers == given


@pytest.mark.parametrize(
    ("step", "field"),
    [("safety", "signs"), ("eye", "eye_signs"), ("signs", "ear_signs"), ("signs", "history")],
)
def test_none_of_these_excludes_every_sign(step: str, field: str) -> None:
    sign = next(code for code, _ in STEPS[step].base_fields[field].choices)  # type: ignore[attr-defined]
    form = filled(STEPS[step], changed(step, **{field: [sign, "none"]}))
    assert errors(form) == {field: ["You chose a sign and also “None of these”. Take away one of the two."]}
    assert accepted(filled(STEPS[step], changed(step, **{field: [sign, sign]})))[field] == [sign]


@pytest.mark.parametrize(
    ("step", "field", "message"),
    [
        ("safety", "examined", "Choose one of the answers shown."),
        ("safety", "signs", "Choose from the answers shown."),
        ("wishes", "goals", "Choose from the answers shown."),
        ("wishes", "place", "Choose one of the places shown."),
        ("wishes", "person", "Choose one of the people shown."),
        ("wishes", "state", "Choose one of the states shown."),
    ],
)
def test_an_unknown_choice_is_refused_in_plain_words(step: str, field: str, message: str) -> None:
    for nonsense in ("nonsense", "\x00", "'; DROP TABLE"):
        value = [nonsense] if field in ("signs", "goals") else nonsense
        assert errors(filled(STEPS[step], changed(step, **{field: value}))) == {field: [message]}


def test_a_goal_sent_twice_is_kept_once() -> None:
    form = filled(STEPS["wishes"], changed("wishes", goals=["smile", "smile", "unsure"]))
    assert accepted(form)["goals"] == ["smile", "unsure"]


@pytest.mark.parametrize(
    ("step", "before", "decides", "void"),
    [
        ("eye", EYE_CARED, {"eye_closes": "yes"}, {"eye_cared": ""}),
        ("signs", {"cause": "injury", "nerve_cut": "yes"}, {"cause": "nothing"}, {"nerve_cut": ""}),
        ("wishes", {"visit_type": "either", "state": "FL"}, {"visit_type": "in_person"}, {"state": ""}),
        (
            "wishes",
            {"language": "other", "other_language": "Amharic"},
            {"language": "es"},
            {"other_language": ""},
        ),
    ],
)
def test_a_question_that_no_longer_applies_is_cleared_and_its_errors_with_it(
    step: str, before: dict[str, Any], decides: dict[str, Any], void: dict[str, Any]
) -> None:
    name = next(iter(void))
    assert accepted(filled(STEPS[step], changed(step, **before)))[name] == before[name]
    assert accepted(filled(STEPS[step], changed(step, **{**before, **decides})))[name] == void[name]
    spoilt = changed(step, **{**before, **decides, name: "\x07" * 80})
    assert accepted(filled(STEPS[step], spoilt))[name] == void[name]


@pytest.mark.parametrize(
    ("step", "decides", "message"),
    [
        ("eye", {"eye_closes": "unsure"}, {"eye_cared": ["Choose whether the eye is protected."]}),
        ("signs", {"cause": "unsure"}, {"nerve_cut": ["Choose whether the nerve was cut."]}),
        ("wishes", {"language": "other"}, {"other_language": ["Write which language."]}),
        ("wishes", {"visit_type": "virtual", "state": ""}, {"state": ["Choose a state."]}),
    ],
)
def test_a_question_that_applies_has_to_be_answered(
    step: str, decides: dict[str, Any], message: dict[str, list[str]]
) -> None:
    assert errors(filled(STEPS[step], changed(step, **decides))) == message


@pytest.mark.parametrize(
    ("step", "given", "told"),
    [
        ("safety", {"signs": ["limb"]}, {"signs": ["limb"]}),
        ("start", {"began": "sudden", "side": "nonsense"}, {"began": "sudden"}),
        ("start", {**posted()["start"], "onset_date_month": "13", "side": "both"}, {"side": "both"}),
        ("eye", {"eye_signs": ["red"], "eye_closes": "no"}, {"eye_signs": ["red"], "eye_closes": "no"}),
        (
            "patient",
            {**posted()["patient"], "patient_name": "\x00"},
            {"date_of_birth": "1960-02-29", "insurance": "insured"},
        ),
    ],
)
def test_what_was_answered_rightly_is_told_though_the_page_is_refused(
    step: str, given: dict[str, Any], told: dict[str, Any]
) -> None:
    form = filled(STEPS[step], given)
    assert not form.is_valid()
    assert {name: form.told().get(name) for name in told} == told
    assert not set(form.told()) & set(form.errors)


text = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)


number = st.integers(-1, 3000).map(str)


@st.composite
def garbage(draw: st.DrawFn, step: str) -> QueryDict:
    """Any posting of this step's boxes: good answers, dates, nonsense, several at once, or nothing."""
    boxes = {name for name in _boxes(step) if draw(st.booleans())}
    codes = st.sampled_from(
        sorted({code for name in STEPS[step].base_fields for code in _codes(step, name)} | {""})
    )
    days = st.dates(date(2026, 6, 1), date(2026, 11, 1)).map(str)
    value = st.one_of(codes, text, number, days, st.just("216-555-0123"), st.just("a@example.org"))
    data = QueryDict(mutable=True)
    for name in sorted(boxes):
        data.setlist(name, draw(st.lists(value, max_size=3)))
    return data


def _boxes(step: str) -> list[str]:
    form = STEPS[step](answers={}, today=TODAY)
    names: list[str] = []
    for name, field in form.fields.items():
        parts = getattr(field.widget, "names", None)
        names += [f"{name}_{part}" for part in parts] if parts else [name]
    return names


def _codes(step: str, name: str) -> list[str]:
    return [str(code) for code, _ in getattr(STEPS[step].base_fields[name], "choices", [])]


@pytest.mark.parametrize("step", STEPS)
@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_posted_gives_errors_or_answers_that_hold(step: str, data: st.DataObject) -> None:
    before = data.draw(st.sampled_from([{}, answers(), answers(**HELPED, date_of_birth="2015-01-01")]))
    form = STEPS[step](data.draw(garbage(step)), answers=before, today=TODAY)
    if not form.is_valid():
        assert urgency.assess({**before, **form.told()}, today=TODAY)
        assert all(str(message) for messages in form.errors.values() for message in messages)
        assert set(form.errors) <= set(form.fields)
        return
    stored = form.stored()
    assert form.summary() is not None
    again = STEPS[step](STEPS[step].posted_from(stored), answers=before, today=TODAY)
    assert again.is_valid(), again.errors
    assert again.stored() == stored
