"""Requests of every kind that the database can hold, for what must be true of each. None is stored."""

from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from appointments import answers
from appointments.models import AppointmentRequest
from appointments.reference import new_reference
from appointments.states import Outcome, Status
from services.models import Goal
from tests.builders import columns

ANY_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=60)
ANY_LINE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=40)
NAMES = ANY_LINE.filter(bool)
PHONES = st.sampled_from(["+12165550123", "+442079460018"])
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1), timezones=st.just(UTC))
TIMES = st.lists(
    st.fixed_dictionaries(
        {
            "date": st.dates(date(2026, 1, 1), date(2027, 12, 31)).map(date.isoformat),
            "half": st.sampled_from(answers.HalfDay.values),
        }
    ),
    max_size=3,
)


def codes(values: list[str]) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), unique=True, max_size=4)


@st.composite
def any_request(draw: st.DrawFn) -> AppointmentRequest:
    given: dict[str, Any] = {
        field.name: draw(st.sampled_from([code for code, _label in field.choices if code]))
        for field in AppointmentRequest._meta.concrete_fields
        if field.choices
    }
    given |= _standing(draw) | _onset(draw) | _people(draw) | _contact(draw)
    given |= {
        "reference": new_reference(),
        "is_sample": draw(st.booleans()),
        "eye_signs": draw(codes(answers.EyeSign.values)),
        "ear_signs": draw(codes(answers.EarSign.values)),
        "history": draw(codes(answers.History.values)),
        "goals": draw(codes([*Goal.values, *answers.OtherGoal.values, "a_goal_that_is_gone"])),
        "tried": draw(ANY_TEXT),
        "easier": draw(ANY_TEXT),
        "place": draw(st.sampled_from(["", "main-campus"])),
        "person": draw(st.sampled_from(["", "ada-example"])),
        "other_language": draw(ANY_LINE),
        "interpreter": draw(st.booleans()),
        "times": draw(TIMES),
        "state": draw(st.sampled_from(["", "OH"])),
    }
    return AppointmentRequest(**columns(**given))


def _standing(draw: st.DrawFn) -> dict[str, Any]:
    status = draw(st.sampled_from(list(Status)))
    closed = status == Status.CLOSED
    return {
        "status": status.value,
        "outcome": draw(st.sampled_from(list(Outcome))).value if closed else "",
        "received_at": draw(MOMENTS),
        "closed_at": draw(MOMENTS) if closed else None,
        "scheduled_for": draw(MOMENTS) if status == Status.SCHEDULED else draw(st.none() | MOMENTS),
    }


def _onset(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from(answers.OnsetKind.values))
    if kind != "date":
        return {"onset_kind": kind, "onset_year": None, "onset_month": None, "onset_day": None}
    month = draw(st.none() | st.integers(1, 12))
    return {
        "onset_kind": kind,
        "onset_year": draw(st.integers(1900, 2100)),
        "onset_month": month,
        # The database keeps any day to 31, also in February.
        "onset_day": draw(st.none() | st.integers(1, 31)) if month else None,
    }


def _people(draw: st.DrawFn) -> dict[str, Any]:
    helped = draw(st.booleans())
    speaker = draw(st.just("") | NAMES)
    return {
        "patient_name": draw(NAMES),
        "date_of_birth": draw(st.dates(date(1900, 1, 1), date(2026, 1, 1))),
        "for_whom": "helped" if helped else "self",
        "helper_name": draw(NAMES) if helped else "",
        "helper_relation": draw(ANY_LINE) if helped else "",
        "helper_authority": draw(st.sampled_from(answers.Authority.values)) if helped else "",
        "speaker_name": speaker,
        "speaker_phone": draw(st.just("") | PHONES) if speaker else "",
    }


def _contact(draw: st.DrawFn) -> dict[str, Any]:
    reach = draw(st.sampled_from(answers.Reach.values))
    needs_mail = reach == "email"
    return {
        "reach": reach,
        "email": "zoe@example.org" if needs_mail else draw(st.sampled_from(["", "zoe@example.org"])),
        "phone": draw(st.just("") | PHONES) if needs_mail else draw(PHONES),
        "speaking_hard": draw(st.booleans()),
        "relay": draw(st.booleans()),
        "may_leave_message": draw(st.booleans()),
    }
