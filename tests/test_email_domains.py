"""A mistyped mail domain is questioned, once, and never refused."""

import pytest
from crispy_forms.utils import render_crispy_form
from hypothesis import given
from hypothesis import strategies as st

from appointments.email_domains import COMMON, REAL, distance, suggestion
from appointments.forms import ContactForm, StepForm
from tests.builders import TODAY
from tests.html import parse
from tests.step_forms import accepted, errors, filled


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gmial.com", "gmail.com"),
        ("gmail.con", "gmail.com"),
        ("gmial.con", "gmail.com"),
        ("gmail.co", "gmail.com"),
        ("gmailcom", "gmail.com"),
        ("gmail,com", "gmail.com"),
        ("gmail.com.", "gmail.com"),
        ("GMAL.COM", "gmail.com"),
        ("yaho.com", "yahoo.com"),
        ("yahoo.cm", "yahoo.com"),
        ("hotnail.com", "hotmail.com"),
        ("hotmial.com", "hotmail.com"),
        ("outlok.com", "outlook.com"),
        ("icluod.com", "icloud.com"),
        ("comcast.ney", "comcast.net"),
        ("aol.con", "aol.com"),
        ("attnet", "att.net"),
    ],
)
def test_a_slip_is_noticed(typed: str, meant: str) -> None:
    assert suggestion(f"zoe.o@{typed}") == f"zoe.o@{meant}"


@pytest.mark.parametrize(
    "domain",
    ["example.org", "case.edu", "mail.com", "email.com", "gmx.com", "yahoo.ca", "aim.com", "small.com",
     "me.com", "cod.net", "hotmail.es", "live.ca", "va.gov", "clinic.example.org"],
)  # fmt: skip
def test_another_domain_is_no_slip(domain: str) -> None:
    assert suggestion(f"zoe@{domain}") is None


def test_no_known_domain_is_questioned_and_no_address_is_none() -> None:
    assert {suggestion(f"zoe@{domain}") for domain in [*COMMON, *REAL]} == {None}
    assert [suggestion(text) for text in ("", "zoe", "@gmial.com", "gmial.com")] == [None] * 4


@given(st.text(max_size=20))
def test_a_suggestion_is_never_questioned_itself(domain: str) -> None:
    meant = suggestion(f"zoe@{domain}")
    assert meant is None or suggestion(meant) is None


@given(st.text("abcd.", max_size=8), st.text("abcd.", max_size=8))
def test_the_distance_is_one_of_letters(one: str, other: str) -> None:
    assert distance(one, other) == distance(other, one) <= max(len(one), len(other))
    assert (distance(one, other) == 0) == (one == other)


def contact(email: str, answer: str = "") -> StepForm:
    return filled(ContactForm, {"reach": "email", "email": email, "email_answer": answer})


class TestTheQuestion:
    TYPED, MEANT = "zoe@gmial.com", "zoe@gmail.com"

    def test_it_is_asked_with_both_addresses_to_choose_from(self) -> None:
        form = contact(self.TYPED)
        assert errors(form) == {"email_answer": ["Please check your e-mail address."]}
        asked = parse(rendered(form)).one("fieldset", id="div_id_email_answer")
        assert asked.one("legend").text == "Did you mean zoe@gmail.com?"
        assert asked.texts("label") == ["Use zoe@gmail.com", "Keep zoe@gmial.com as I wrote it"]

    def test_either_answer_is_taken(self) -> None:
        assert accepted(contact(self.TYPED, self.MEANT))["email"] == self.MEANT
        assert accepted(contact(self.TYPED, self.TYPED))["email"] == self.TYPED

    def test_what_was_kept_once_is_not_asked_about_again(self) -> None:
        assert (
            accepted(filled(ContactForm, {"reach": "email", "email": self.TYPED}, email=self.TYPED))["email"]
            == self.TYPED
        )
        kept = ContactForm.posted_from({"reach": "email", "email": self.TYPED})
        assert accepted(filled(ContactForm, kept))["email"] == self.TYPED

    def test_an_answer_about_one_address_does_not_count_for_another(self) -> None:
        assert set(errors(contact("zoe@gmal.com", self.TYPED))) == {"email_answer"}
        assert accepted(contact("zoe@example.org", self.MEANT))["email"] == "zoe@example.org"

    def test_an_address_that_is_none_can_only_be_mended(self) -> None:
        form = contact("zoe@gmailcom")
        assert set(errors(form)) == {"email", "email_answer"}
        assert parse(rendered(form)).one("fieldset", id="div_id_email_answer").texts("label") == [
            "Use zoe@gmail.com"
        ]
        assert set(errors(contact("zoe@gmailcom", "zoe@gmailcom"))) == {"email", "email_answer"}
        assert accepted(contact("zoe@gmailcom", self.MEANT))["email"] == self.MEANT

    @pytest.mark.parametrize("local", ["a b", "", '"a\x01b"', "a\u202eb", "<b>"])
    def test_what_no_mail_can_reach_is_never_offered(self, local: str) -> None:
        typed = f"{local}@gmailcom"
        assert set(errors(contact(typed, f"{local}@gmail.com"))) == {"email"}

    def test_it_is_not_asked_where_nothing_looks_wrong(self) -> None:
        form = ContactForm(answers={}, today=TODAY)
        assert "email_answer" not in rendered(form)


def rendered(form: StepForm) -> str:
    return str(render_crispy_form(form))
