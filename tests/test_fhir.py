"""What becomes of a request in FHIR R4, and that the models of R4 accept all of it."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from appointments.export_words import Words
from appointments.fhir import Bundle
from appointments.models import AppointmentRequest
from appointments.states import Outcome
from tests.any_request import any_request
from tests.builders import HELPED, columns
from tests.fhir_models import accepted
from tests.staff_client import CLOSED

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def words(django_db_setup: None, django_db_blocker: Any) -> Words:
    with django_db_blocker.unblock():
        return Words()


def written(words: Words, *requests: AppointmentRequest) -> bytes:
    bundle = Bundle(words)
    return bundle.head() + bundle.rows(requests) + bundle.foot(len(requests))


def resources(words: Words, **changes: Any) -> dict[str, Any]:
    """By kind, those of one request, accepted by the models."""
    bundle = accepted(written(words, AppointmentRequest(**columns(**changes))))
    assert bundle["type"] == "collection"
    return {entry["resource"]["resourceType"]: entry["resource"] for entry in bundle["entry"]}


def answers_of(response: dict[str, Any]) -> dict[str, list[Any]]:
    return {
        item["linkId"]: [next(iter(answer.values())) for answer in item["answer"]]
        for group in response["item"]
        for item in group["item"]
    }


@given(requests=st.lists(any_request(), min_size=4, max_size=4))
@settings(max_examples=15, suppress_health_check=list(HealthCheck))
def test_every_request_is_accepted_by_the_models(words: Words, requests: list[AppointmentRequest]) -> None:
    bundle = accepted(written(words, *requests))
    kinds = Counter(entry["resource"]["resourceType"] for entry in bundle["entry"])
    assert kinds["Patient"] == kinds["QuestionnaireResponse"] == 4
    assert kinds["Appointment"] == sum(request.outcome != Outcome.SEEN for request in requests)
    assert kinds["RelatedPerson"] == sum(request.for_whom == "helped" for request in requests)


def test_many_requests_are_one_bundle(words: Words) -> None:
    many = [AppointmentRequest(**columns()) for _number in range(20)]
    assert len(accepted(written(words, *many))["entry"]) == 1 + 20 * 3
    assert len(accepted(written(words))["entry"]) == 1


def test_a_bundle_that_was_cut_off_is_no_json(words: Words) -> None:
    whole = written(words, AppointmentRequest(**columns()))
    for part in (whole[:-3], whole[: len(whole) // 2], whole[:-4]):
        with pytest.raises(ValueError):
            accepted(part)


def test_the_patient_is_who_was_named(words: Words) -> None:
    patient = resources(words, reference="K7WQ-M3XP-9", phone="+12165550123")["Patient"]
    assert patient["name"] == [{"text": "Zoë O’Hara"}]
    assert patient["birthDate"] == "1960-02-29"
    assert patient["identifier"][0]["value"] == "K7WQ-M3XP-9"
    assert patient["telecom"] == [
        {"system": "email", "value": "zoe@example.org", "rank": 1},
        {"system": "phone", "value": "+12165550123", "rank": 2},
    ]
    assert patient["address"] == [{"state": "OH", "country": "US"}]
    language = patient["communication"][0]["language"]
    assert language["coding"] == [{"system": "urn:ietf:bcp:47", "code": "en"}]


def test_a_helper_keeps_their_own_identity_and_address(words: Words) -> None:
    made = resources(words, **HELPED | {"helper_authority": "proxy"}, reach="text", phone="+12165550123")
    assert "telecom" not in made["Patient"]
    helper = made["RelatedPerson"]
    assert helper["name"] == [{"text": "Dana Helper"}]
    assert helper["telecom"][0] == {"system": "sms", "value": "+12165550123", "rank": 1}
    assert helper["relationship"][0] == {"text": "daughter"}
    assert helper["relationship"][1]["coding"][0]["code"] == "HPOWATT"
    assert made["QuestionnaireResponse"]["source"]["type"] == "RelatedPerson"


def test_an_interpreter_and_who_may_speak_stand_with_the_patient(words: Words) -> None:
    patient = resources(
        words, interpreter=True, language="other", other_language="Twi",
        speaker_name="Ida", speaker_phone="+12165550199",
    )["Patient"]  # fmt: skip
    assert patient["extension"][0]["valueBoolean"] is True
    assert patient["communication"][0]["language"] == {"text": "Twi"}
    assert patient["contact"][0]["name"] == {"text": "Ida"}
    assert patient["contact"][0]["telecom"] == [{"system": "phone", "value": "+12165550199"}]


@pytest.mark.parametrize(("urgency", "priority"), [("same_day", 1), ("soon", 5), ("routine", 9)])
def test_an_open_request_is_proposed_with_its_urgency(words: Words, urgency: str, priority: int) -> None:
    appointment = resources(words, urgency=urgency, place="elsewhere")["Appointment"]
    assert (appointment["status"], appointment["priority"]) == ("proposed", priority)
    assert [each["status"] for each in appointment["participant"]] == ["accepted", "needs-action"]
    assert appointment["participant"][1]["actor"] == {"type": "Location", "display": "elsewhere"}


def test_half_days_are_the_clinics_own_hours(words: Words) -> None:
    times = [{"date": "2026-06-24", "half": "pm"}, {"date": "2026-12-01", "half": "am"}]
    afternoon, morning = resources(words, times=times)["Appointment"]["requestedPeriod"]
    assert afternoon["start"] == "2026-06-24T12:00:00-04:00"
    assert morning["end"] == "2026-12-01T12:00:00-05:00"
    for period in (afternoon, morning):
        length = datetime.fromisoformat(period["end"]) - datetime.fromisoformat(period["start"])
        assert timedelta(hours=1) < length <= timedelta(hours=8)


def test_a_date_that_was_agreed_is_told_and_nothing_is_booked(words: Words) -> None:
    when = datetime(2026, 6, 30, 9, 30, tzinfo=ZoneInfo("America/New_York"))
    appointment = resources(words, status="scheduled", scheduled_for=when)["Appointment"]
    assert appointment["status"] == "proposed"
    assert appointment["comment"] == "Date agreed: 2026-06-30T09:30:00-04:00"
    assert "start" not in appointment


@pytest.mark.parametrize(
    ("outcome", "standard"), [("withdrawn", "pat"), ("referred", "other"), ("not_reached", "other")]
)
def test_a_closed_request_is_cancelled_with_its_outcome(words: Words, outcome: str, standard: str) -> None:
    appointment = resources(words, **CLOSED | {"outcome": outcome})["Appointment"]
    assert appointment["status"] == "cancelled"
    codes = [coding["code"] for coding in appointment["cancelationReason"]["coding"]]
    assert codes == [standard, outcome]


def test_a_patient_who_was_seen_has_answers_and_no_appointment(words: Words) -> None:
    made = resources(words, **CLOSED)
    assert set(made) == {"Questionnaire", "Patient", "QuestionnaireResponse"}


def test_the_answers_name_their_questions(words: Words) -> None:
    made = resources(words, eye_signs=["red", "numb"], speaking_hard=True)
    response, questionnaire = made["QuestionnaireResponse"], made["Questionnaire"]
    assert response["questionnaire"] == f"{questionnaire['url']}|{questionnaire['version']}"
    given = answers_of(response)
    asked = {item["linkId"] for group in questionnaire["item"] for item in group["item"]}
    assert set(given) <= asked
    assert [coding["code"] for coding in given["eye_signs"]] == ["red", "numb"]
    assert given["side"][0]["display"] == "Left"
    assert given["speaking_hard"] == [True]
    assert given["tried"] == ["Steroid tablets.\nThen exercises."]


@pytest.mark.parametrize(
    ("month", "day", "known"),
    [(None, None, "2022"), (3, None, "2022-03"), (3, 7, "2022-03-07"), (2, 30, "2022-02")],
)
def test_the_start_is_given_as_far_as_it_is_known(
    words: Words, month: int | None, day: int | None, known: str
) -> None:
    made = resources(words, onset_month=month, onset_day=day)
    assert answers_of(made["QuestionnaireResponse"])["onset"] == [known]


def test_a_start_that_is_not_known_is_an_answer_without_a_date(words: Words) -> None:
    made = resources(words, onset_kind="birth", onset_year=None, onset_month=None)
    given = answers_of(made["QuestionnaireResponse"])
    assert "onset" not in given and given["onset_kind"][0]["code"] == "birth"


def test_samples_are_marked_as_test_data(words: Words) -> None:
    sample, real = resources(words, is_sample=True), resources(words)
    for kind in ("Patient", "Appointment", "QuestionnaireResponse"):
        assert sample[kind]["meta"]["tag"][0]["code"] == "HTEST"
        assert "meta" not in real[kind]
