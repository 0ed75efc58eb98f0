"""A contact has one normal form, in which it is looked up, and one mailbox, by which it is counted."""

import pytest
from django.test import Client

from appointments import contacts, follow_up
from appointments.models import LinkWish, Message
from tests.following import CONTACT, page_of, with_link
from tests.patient_client import text
from tests.step_forms import STEPS, errors, filled


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("Zoe@Example.ORG", "zoe@example.org"),
        (" zoe@example.org ", "zoe@example.org"),
        ("zoe@\uff45xample.org", "zoe@example.org"),
        ("zoe@B\u00dccher.example", "zoe@xn--bcher-kva.example"),
        ("zoe@xn--bcher-kva.example", "zoe@xn--bcher-kva.example"),
        ("+12165550123", "+12165550123"),
    ],
)
def test_one_contact_has_one_form(written: str, normal: str) -> None:
    assert contacts.normal(written) == normal


@pytest.mark.parametrize(
    ("written", "mailbox"),
    [
        ("A.B+1@gmail.com", "ab@gmail.com"),
        ("a.b@googlemail.com", "ab@gmail.com"),
        ("a.b+tag@example.org", "a.b@example.org"),
        ("+tag@example.org", "+tag@example.org"),
        ("+12165550123", "+12165550123"),
    ],
)
def test_spellings_of_one_mailbox_are_counted_as_one(written: str, mailbox: str) -> None:
    assert contacts.mailbox(written) == mailbox


@pytest.mark.django_db
@pytest.mark.usefixtures("eleven_at_the_clinic")
class TestLettersThatMailDoesNotKnow:
    ADDRESS = "m\u0131ke@example.org"
    SAID = "has a letter before the @ that we cannot write to"

    def test_they_are_refused_beside_the_field(self, client: Client) -> None:
        form = filled(STEPS["contact"], {"reach": "email", "email": self.ADDRESS})
        assert self.SAID in str(errors(form)["email"])
        wish = client.post("/request/follow/", {"contact": self.ADDRESS})
        assert wish.status_code == 422 and self.SAID in text(wish) and not LinkWish.objects.exists()
        change = client.post(page_of(with_link(), "contact"), {**CONTACT, "email": self.ADDRESS})
        assert change.status_code == 422 and self.SAID in text(change)

    def test_a_domain_is_found_in_either_spelling(self) -> None:
        form = filled(STEPS["contact"], {"reach": "email", "email": "zoe@b\u00fccher.example"})
        assert form.is_valid(), form.errors
        with_link(email=form.stored()["email"])
        for spelling in ("ZOE@B\u00dcCHER.example", "zoe@xn--bcher-kva.example"):
            follow_up.wish_for_link(contact=spelling)
        assert follow_up.answer_link_wishes() == 2 and Message.objects.count() == 2
