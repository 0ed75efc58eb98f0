"""The order of the patient's way, and the review before it is sent."""

import pytest

from appointments import steps
from tests.builders import HELPED, TODAY, answers

USUAL = ["safety", "start", "eye", "signs", "wishes", "patient", "contact"]
HELPER = [*USUAL[:-1], "helper", "contact"]


def names(row: list[steps.Step]) -> list[str]:
    return [step.name for step in row]


def test_safety_is_asked_first_and_the_helper_only_where_there_is_one() -> None:
    assert steps.FIRST.name == "safety"
    assert names(steps.asked({})) == names(steps.asked({"for_whom": "self"})) == USUAL
    assert names(steps.asked({"for_whom": "helped"})) == HELPER


def test_each_step_follows_the_one_before_until_all_are_answered() -> None:
    done: list[str] = []
    for name in USUAL:
        following = steps.first_open({}, done)
        assert following is not None and following.name == name
        done.append(name)
    assert steps.first_open({}, done) is None
    assert steps.first_open({"for_whom": "helped"}, done) == steps.named("helper")


def test_an_answer_far_ahead_does_not_skip_what_comes_before() -> None:
    assert steps.first_open({}, ["safety", "contact"]) == steps.named("start")


def test_back_leads_to_the_step_before() -> None:
    assert steps.before(steps.named("safety"), {}) is None
    assert steps.before(steps.named("start"), {}) == steps.FIRST
    assert steps.before(steps.named("contact"), {"for_whom": "self"}) == steps.named("patient")
    assert steps.before(steps.named("contact"), {"for_whom": "helped"}) == steps.named("helper")
    assert steps.before(steps.named("helper"), {"for_whom": "self"}) is None


def test_a_name_that_is_no_step_is_an_error() -> None:
    with pytest.raises(KeyError):
        steps.named("nowhere")


@pytest.mark.django_db
class TestReview:
    def test_complete_answers_are_sent_as_they_are(self) -> None:
        review = steps.Review(answers(**HELPED), TODAY)
        assert review.first_invalid is None
        assert review.answers == answers(**HELPED)

    def test_what_no_longer_applies_is_not_sent(self) -> None:
        told_before = answers(**HELPED) | {"for_whom": "self", "eye_cared": "no", "other_language": "Amharic"}
        review = steps.Review(told_before, TODAY)
        assert review.first_invalid is None
        assert review.answers == {
            name: value for name, value in answers().items() if not name.startswith("helper_")
        }

    @pytest.mark.parametrize(
        ("change", "step"),
        [
            ({"times": [{"date": "2026-06-16", "half": "am"}]}, "wishes"),
            ({"date_of_birth": "2015-01-01", "onset_year": 2020}, "patient"),
            ({**HELPED, "date_of_birth": "2015-01-01", "onset_year": 2020}, "helper"),
            ({"place": "a-place-that-closed"}, "wishes"),
            ({"onset_year": 2027, "email": ""}, "start"),
        ],
        ids=["the day has come", "a minor asks alone", "no parent", "the place is gone", "the first of two"],
    )
    def test_the_first_step_that_no_longer_holds_is_named(self, change: dict[str, object], step: str) -> None:
        review = steps.Review(answers(**change), TODAY)
        assert review.first_invalid == steps.named(step)
