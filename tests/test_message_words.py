"""What messages say: by when, whom to call; and no word of what the patient told."""

import re
from datetime import timedelta
from email.utils import parsedate_to_datetime
from itertools import count
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import translation
from hypothesis import given, settings
from hypothesis import strategies as st
from pytest_django import Settings

from appointments import answers as words
from appointments import audit, letters, lifecycle, notifications, private_link, steps
from appointments.delivery import deliver_due
from appointments.letters import as_email
from appointments.models import AppointmentRequest, Message
from services.models import Clinic, Goal
from tests.builders import HELPED, NOW, SAME_DAY, TODAY, a_draft, a_message, a_request, answers, submit
from tests.html import parse

NAME = "Great Lakes Facial Nerve Clinic"
"""A clinic whose name tells what it treats."""


@pytest.fixture
def clinic(db: None) -> Clinic:
    clinic = Clinic.objects.create(
        pk=1, name=NAME, phone="216-555-0100", email="a@b.org", treating_states=["OH"]
    )
    clinic.texts.create(language="en", phone_hours="Monday to Friday")
    return clinic


def a_linked_request(**changes: Any) -> AppointmentRequest:
    """A stored request with a private link."""
    request = a_request(**changes)
    private_link.renew(request)
    request.save()
    return request


def html_of(message: Message) -> str:
    return str(as_email(message).alternatives[0][0])


@pytest.mark.django_db
class TestWords:
    def test_the_patient_reads_the_reference_what_happens_next_the_safety_net_and_the_link(
        self, clinic: Clinic, settings: Settings
    ) -> None:
        settings.PUBLIC_ADDRESS = "https://clinic.test"
        request = submit(a_draft())
        email = as_email(Message.objects.get())
        assert email.subject == "We have your request"
        due = request.respond_by
        for part in (
            request.reference, "It is a request, not a booking.", "call 911", "988",
            "216-555-0100 (Monday to Friday)", f"{due:%B} {due.day}, {due.year}, 5:00 p.m. (E",
            f"https://clinic.test/request/follow/{private_link.token_of(request)}/",
        ):  # fmt: skip
            assert part in email.body

    def test_the_html_says_the_same_and_its_links_are_the_addresses_themselves(self, clinic: Clinic) -> None:
        message = a_message(a_linked_request())
        page = parse(html_of(message))
        assert page.one("html").attributes == {"lang": "en", "dir": "ltr"}
        assert page.one("title").text == "We have your request"
        assert page.one("body").text == " ".join(str(as_email(message).body).split())
        link = page.one("a")
        assert link.attributes["href"] == link.text == private_link.address_of(message.request)
        loading = {"img", "link", "script", "iframe", "table", "video", "form"}
        assert not [element.tag for element in page.all() if element.tag in loading]
        assert "url(" not in html_of(message) and "@import" not in html_of(message)

    def test_a_former_address_learns_neither_the_link_nor_the_new_address(self) -> None:
        message = a_message(a_linked_request(email="new@example.org"), kind="contact_old")
        for text in (str(as_email(message).body), html_of(message)):
            assert "follow" not in text and "new@" not in text and "phone us or write to us today" in text

    def test_who_cannot_phone_is_told_how_to_write(self, clinic: Clinic) -> None:
        linked, unlinked = as_email(a_message(a_linked_request())), as_email(a_message())
        for email in (linked, unlinked):
            assert "with a relay service (711) if you like" in email.body
        assert "The page of your private link shows our e-mail address." in linked.body
        assert "Our e-mail address is on our website." in unlinked.body

    def test_a_closed_request_offers_no_change(self) -> None:
        request = a_linked_request(status="closed", outcome="withdrawn", closed_at=NOW)
        body = as_email(a_message(request, kind="closed")).body
        assert private_link.address_of(request) in body and "change it or withdraw it" not in body

    def test_a_link_sent_by_text_is_in_the_patient_s_language(self, clinic: Clinic) -> None:
        request = a_linked_request(site_language="es")
        text = letters.new_link_by_text(request)
        assert text.startswith("Este es su nuevo enlace privado.") and request.reference in text
        assert private_link.address_of(request) in text and "216-555-0100" in text

    def test_without_a_link_the_message_is_sent_without_one(self) -> None:
        assert "private link" not in as_email(a_message()).body

    def test_who_only_looks_at_a_message_does_not_get_the_link(self) -> None:
        email = as_email(a_message(a_linked_request()), hide_link=True)
        assert "/follow/" not in email.body and "(the private link stands here)" in email.body

    def test_the_date_is_that_of_the_event_whenever_it_is_sent(self) -> None:
        request = a_request()
        event = audit.record(actor=audit.SYSTEM, action="close", request_id=request.pk)
        message = a_message(request, event_id=event.pk, kind="closed")
        headers = as_email(message).message()
        assert parsedate_to_datetime(headers["Date"]) == event.at.replace(microsecond=0)
        assert headers["Content-Language"] == "en"

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
        assert request.reference not in email.body and "/follow/" not in email.body
        assert email.to == ["triage@clinic.test"]

    def test_staff_read_of_a_request_that_nobody_took_that_it_is_late(self) -> None:
        request = a_request()
        event = audit.record(actor=audit.SYSTEM, action="overdue", request_id=request.pk)
        assert "A request is waiting." in as_email(a_message(request, kind="urgent")).body
        late = as_email(a_message(request, kind="urgent", event_id=event.pk))
        assert "Nobody has taken up a request that was to be answered by" in late.body

    def test_every_kind_has_a_subject_and_words(self, clinic: Clinic) -> None:
        emails = [as_email(a_message(kind=kind)) for kind in Message.Kind.values]
        assert len({email.subject for email in emails}) == len({email.body for email in emails}) == 9
        assert all(len(email.body) > 60 for email in emails)

    @pytest.mark.parametrize("language", [code for code, _name in django_settings.LANGUAGES])
    def test_no_kind_in_any_language_names_the_clinic_its_service_or_the_patient(
        self, clinic: Clinic, language: str
    ) -> None:
        request = a_linked_request(site_language=language, scheduled_for=NOW, status="scheduled")
        for kind in Message.Kind.values:
            message = a_message(request, kind=kind, language=language)
            email = as_email(message)
            body = f"{email.body}{html_of(message)}".replace(private_link.address_of(request), "")
            for text in (str(email.subject), str(email.from_email), body):
                assert not FORBIDDEN.search(text), (kind, FORBIDDEN.search(text))
            assert request.reference not in email.subject
            assert f'lang="{language}"' in body

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

        monkeypatch.setattr(letters, "render_to_string", render)
        message = a_message(language="es")
        with translation.override("en"):
            as_email(message)
            assert translation.get_language() == "en"
        assert spoken == ["es", "es"]

    def test_the_language_is_the_one_the_form_was_read_in(self) -> None:
        draft = a_draft()
        lifecycle.submit(
            actor=audit.PATIENT,
            submission_key=draft.row.submission_key,
            answers=draft.answers,
            consent_version="test",
            site_language="es",
            address="sender",
        )
        assert Message.objects.get().language == "es"

    def test_markup_in_what_the_clinic_wrote_is_text_in_both(self, clinic: Clinic) -> None:
        clinic.texts.update(phone_hours="Mo & “Tu” <b>8</b>")
        message = a_message()
        assert "(Mo & “Tu” <b>8</b>)" in as_email(message).body
        assert "(Mo &amp; “Tu” &lt;b&gt;8&lt;/b&gt;)" in html_of(message)


FORBIDDEN = re.compile(
    r"fac(e|ial)|nerve|nervio|cara\b|palsy|par[aá]lis|bell|great lakes|eye|\bojo|zo[eë]\b(?!@)|o.hara|1960",
    re.IGNORECASE,
)
"""What would tell a stranger, in the languages of the site, whom it concerns or what is treated."""

_senders = count(1)
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
    address = {"email": f"{next(_senders)}@example.org"}  # one contact may ask only so often
    free = dict(zip(("patient_name", "tried", "easier", "helper_name"), texts, strict=True))
    given_answers = answers(**{**choice, **(HELPED if helped else {}), **free, **address})
    if not helped:
        del given_answers["helper_name"]
    assert steps.Review(given_answers, TODAY).first_invalid is None
    request = submit(a_draft(**given_answers))
    event = audit.record(actor=audit.SYSTEM, action="close", request_id=request.pk)
    for kind in set(Message.Kind) - {Message.Kind.RECEIVED, Message.Kind.URGENT}:
        notifications.tell_patient(request=request, event=event, kind=kind)
    emails = [as_email(message) for message in request.messages.all()]
    assert len(emails) >= 8
    for email in emails:
        whole = f"{email.subject}\n{email.body}\n{email.alternatives[0][0]!s}".replace(request.reference, "")
        assert not {label for label in labels() if re.search(rf"\b{re.escape(label)}\b", whole)}
        assert not [text for text in texts if text in whole]
        assert "1960" not in whole and "example.org" not in email.subject
    assert {email.subject for email in emails} <= {str(text) for text in letters.SUBJECTS.values()}
