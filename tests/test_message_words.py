"""What messages say: by when, whom to call; and no word of what the patient told."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from appointments import answers as words
from appointments import audit, lifecycle, notifications, steps
from appointments.models import Message
from appointments.notifications import as_email, deliver_due
from services.models import Clinic, Goal
from tests.builders import HELPED, NOW, SAME_DAY, TODAY, a_draft, a_message, a_request, answers, submit


@pytest.fixture
def clinic(db: None) -> Clinic:
    return Clinic.objects.create(
        pk=1, name="Sample Clinic", phone="216-555-0100", email="a@b.org",
        treating_states=["OH"],
    )  # fmt: skip


@pytest.mark.django_db
class TestWords:
    def test_the_patient_reads_the_reference_what_happens_next_and_the_safety_net(
        self, clinic: Clinic
    ) -> None:
        request = submit(a_draft())
        email = as_email(Message.objects.get())
        assert email.subject == "We have your request"
        due = request.respond_by
        for part in (
            request.reference, "It is a request, not a booking.", "call 911", "988", "216-555-0100",
            "Sample Clinic", f"{due:%B} {due.day}, {due.year}, 5:00 p.m. (E",
        ):  # fmt: skip
            assert part in email.body

    def test_without_a_clinic_it_is_sent_even_so(self, settings: Settings) -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
        submit(a_draft())
        assert deliver_due().sent == 1

    def test_staff_read_by_when_and_where_and_nothing_else(self, settings: Settings) -> None:
        settings.STAFF_ALERT_EMAIL, settings.PUBLIC_ADDRESS = "triage@clinic.test", "https://clinic.test"
        request = submit(a_draft(**SAME_DAY))
        email = as_email(Message.objects.get(kind="urgent"))
        assert email.subject == "A request is waiting for an answer today"
        assert f"https://clinic.test/staff/appointments/appointmentrequest/{request.pk}/change/" in email.body
        assert request.reference not in email.body
        assert email.to == ["triage@clinic.test"]

    def test_every_kind_has_a_subject_and_words(self, clinic: Clinic) -> None:
        emails = [
            as_email(a_message(event_id=number, kind=kind)) for number, kind in enumerate(Message.Kind.values)
        ]
        assert len({email.subject for email in emails}) == len({email.body for email in emails}) == 6
        assert all(len(email.body) > 60 for email in emails)

    def test_the_date_of_a_visit_is_told_in_clinic_time(self) -> None:
        request = a_request(scheduled_for=NOW + timedelta(days=200), status="scheduled")
        assert (
            "Your visit is on Saturday, January 2, 2027, 10:00 a.m. (EST)."
            in as_email(a_message(request, kind="scheduled")).body
        )
        moved = as_email(a_message(a_request(), kind="scheduled")).body
        assert "it has changed since" in moved

    def test_it_is_written_in_its_own_language(self, monkeypatch: pytest.MonkeyPatch) -> None:
        spoken: list[str | None] = []

        def render(template: str, context: dict[str, Any]) -> str:
            spoken.append(translation.get_language())
            return template

        monkeypatch.setattr(notifications, "render_to_string", render)
        message = a_message(language="es")
        with translation.override("en"):
            as_email(message)
            assert translation.get_language() == "en"
        assert spoken == ["es"]

    def test_the_language_is_the_one_the_form_was_read_in(self) -> None:
        draft = a_draft()
        lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=draft.row.submission_key,
            answers=draft.answers,
            site_language="es",
        )
        assert Message.objects.get().language == "es"

    def test_quotes_and_markup_are_plain_text(self, clinic: Clinic) -> None:
        Clinic.objects.update(name="Face & “Voice” <Clinic>")
        assert "Face & “Voice” <Clinic>" in as_email(a_message()).body


OTHER_FREE_TEXT = st.text(st.characters(categories=["L"]), min_size=8, max_size=20)


def labels() -> set[str]:
    """Every answer there is, as people read it: none of these may stand in a message."""
    kinds = [
        words.EmergencySign, words.EyeSign, words.EarSign, words.History, words.OtherGoal, words.Cause,
        words.Began, words.Trend, words.VisitType, words.Authority, words.Insurance, Goal,
    ]  # fmt: skip
    found = {str(label) for kind in kinds for label in kind.labels}
    headings = {str(step.form.heading) for step in steps.STEPS}
    return {label for label in found | headings if len(label) > 5} | {
        "facial",
        "paralysis",
        "palsy",
        "Facial",
    }


@pytest.mark.django_db
@given(
    choice=st.fixed_dictionaries(
        {
            "eye_signs": st.lists(st.sampled_from(words.EyeSign.values), min_size=1, max_size=2),
            "ear_signs": st.lists(st.sampled_from(words.EarSign.values), min_size=1, max_size=2),
            "history": st.lists(st.sampled_from(words.History.values), min_size=1, max_size=2),
            "goals": st.lists(st.sampled_from(Goal.values), min_size=1, max_size=3),
            "trend": st.sampled_from(words.Trend.values),
            "visit_type": st.sampled_from(words.VisitType.values),
        }
    ),
    texts=st.lists(OTHER_FREE_TEXT, min_size=4, max_size=4, unique=True),
    helped=st.booleans(),
)
@settings(max_examples=25, deadline=None)
def test_no_message_holds_a_word_of_the_answers(
    choice: dict[str, Any], texts: list[str], helped: bool
) -> None:
    free = dict(zip(("patient_name", "tried", "easier", "helper_name"), texts, strict=True))
    given_answers = answers(**{**choice, **(HELPED if helped else {}), **free})
    if not helped:
        del given_answers["helper_name"]
    assert steps.Review(given_answers, TODAY).first_invalid is None
    request = submit(a_draft(**given_answers))
    event = audit.record(actor=audit.SYSTEM, action="close", request_id=request.pk)
    for kind in set(Message.Kind) - {Message.Kind.RECEIVED, Message.Kind.URGENT}:
        notifications.tell_patient(request=request, event=event, kind=kind)
    emails = [as_email(message) for message in request.messages.all()]
    assert len(emails) >= 5
    for email in emails:
        whole = f"{email.subject}\n{email.body}".replace(request.reference, "")
        assert not {label for label in labels() if re.search(rf"\b{re.escape(label)}\b", whole)}
        assert not [text for text in texts if text in whole]
        assert "1960" not in whole and "example.org" not in email.subject
    assert {email.subject for email in emails} <= {str(text) for text in notifications.SUBJECTS.values()}
