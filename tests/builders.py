"""A whole request: as the draft keeps it, as it is posted step by step, and as it is stored."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from uuid import uuid4

from django.contrib.auth.models import Group, User

from appointments import audit, drafts, lifecycle, steps
from appointments.drafts import Draft
from appointments.models import AppointmentRequest, Message
from appointments.reference import new_reference

NOW = datetime(2026, 6, 16, 15, 0, tzinfo=UTC)
"""A Tuesday, eleven in the morning at the clinic."""
TODAY = date(2026, 6, 16)

HELPED = {
    "for_whom": "helped",
    "helper_name": "Dana Helper",
    "helper_relation": "daughter",
    "helper_authority": "agreed",
}
SAME_DAY = {"eye_signs": ["red"]}
EMERGENCY = {"signs": ["limb"]}

AN_EVENT_OF_ITS_OWN = 1_000_000_000
"""Where no entry of the trail in these tests has its id."""

_numbers = count(1)


def answers(**changes: Any) -> dict[str, Any]:
    """Complete answers, of no urgency, as the draft keeps them."""
    complete = {
        "examined": "yes", "signs": ["none"],
        "onset_kind": "date", "onset_year": 2022, "onset_month": 3, "onset_day": None, "began": "sudden",
        "side": "left", "movement": "some", "trend": "better",
        "eye_closes": "yes", "eye_cared": "", "eye_signs": ["none"],
        "ear_signs": ["none"], "cause": "nothing", "nerve_cut": "", "history": ["none"],
        "tried": "Steroid tablets.\nThen exercises.",
        "goals": ["second_opinion", "smile"], "visit_type": "either", "place": "", "person": "",
        "times": [{"date": "2026-06-24", "half": "pm"}], "language": "en", "other_language": "",
        "interpreter": False, "easier": "A quiet place to wait.",
        "for_whom": "self", "patient_name": "Zoë O’Hara", "date_of_birth": "1960-02-29", "state": "OH",
        "insurance": "insured",
        "reach": "email", "email": "zoe@example.org", "phone": "", "speaking_hard": True, "relay": False,
        "may_leave_message": False, "speaker_name": "", "speaker_phone": "",
    }  # fmt: skip
    return {**complete, **changes}


def posted(**changes: Any) -> dict[str, dict[str, Any]]:
    """The same answers as a browser posts them, by step, in the order they are asked."""
    given = answers(**changes)
    forms = {step.name: step.form.posted_from(given) for step in steps.asked(given)}
    return {
        name: {key: value for key, value in form.items() if value is not None} for name, form in forms.items()
    }


def a_draft(**changes: Any) -> Draft:
    """A draft in which every step is answered."""

    def fill(draft: Draft) -> None:
        draft.answers.update(answers(**changes))
        draft.done.extend(step.name for step in steps.asked(draft.answers))

    return drafts.change(drafts.begin(), fill)


def submit(draft: Draft, address: str = "") -> AppointmentRequest:
    """Send it as the check page does, from an address of its own unless told."""
    return lifecycle.submit(
        actor=audit.PATIENT,
        submission_key=draft.row.submission_key,
        answers=draft.answers,
        consent_version="test",
        site_language="en",
        address=address or f"sender {next(_numbers)}",
    )


def columns(**changes: Any) -> dict[str, Any]:
    """The columns of a request that keeps every constraint."""
    given = {name: value for name, value in answers().items() if name not in ("signs", "date_of_birth")}
    lists: dict[str, list[str]] = {name: [] for name in ("eye_signs", "ear_signs", "history")}
    return {
        **given,
        **lists,
        "reference": new_reference(),
        "submission_key": uuid4(),
        "received_at": NOW,
        "status": "new",
        "computed_urgency": "routine",
        "urgency": "routine",
        "rules_version": "test",
        "respond_by": NOW + timedelta(days=5),
        "date_of_birth": date(1960, 2, 29),
        **changes,
    }


def a_request(**changes: Any) -> AppointmentRequest:
    """A stored request, without trail or message."""
    return AppointmentRequest.objects.create(**columns(**changes))


def a_message(request: AppointmentRequest | None = None, **changes: Any) -> Message:
    """A message that is waiting, about an event of its own."""
    given = {"kind": "received", "recipient": "zoe@example.org", "language": "en", "due_at": NOW}
    event = {"event_id": AN_EVENT_OF_ITS_OWN + next(_numbers)}
    return Message.objects.create(**{"request": request or a_request(), **given, **event, **changes})


def staff(*role_names: str, **fields: Any) -> User:
    """A member of staff with these roles."""
    fields.setdefault("username", f"staff{next(_numbers)}")
    user = User.objects.create_user(is_staff=True, **fields)
    user.groups.set([Group.objects.get(name=name) for name in role_names])
    return user
