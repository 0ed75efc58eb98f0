"""Dates, days, people and ways to be reached: what each question refuses and keeps."""

from datetime import date, timedelta
from typing import Any

import pytest

from appointments import steps
from appointments.forms import ContactForm, CourseForm, HelperForm, PatientForm, StepForm, WishesForm
from services.models import Location, PageText, Person
from tests.builders import TODAY, answers
from tests.step_forms import STEPS, accepted, changed, errors, filled

pytestmark = pytest.mark.django_db


class TestStart:
    def onset(
        self, kind: str, month: str = "", day: str = "", year: str = "", began: str = "sudden"
    ) -> StepForm:
        boxes = {"onset_date_month": month, "onset_date_day": day, "onset_date_year": year}
        face = {"side": "left", "movement": "some", "trend": "same"}
        return filled(CourseForm, {"onset_kind": kind, "began": began, **face, **boxes})

    @pytest.mark.parametrize(
        ("month", "day", "year", "kept"),
        [
            ("3", "14", "2026", (2026, 3, 14)),
            ("3", "", "2026", (2026, 3, None)),
            ("", "", "2019", (2019, None, None)),
            ("6", "16", "2026", (2026, 6, 16)),
            ("6", "", "2026", (2026, 6, None)),
            ("", "", "2025", (2025, None, None)),
        ],
    )
    def test_a_date_may_be_partial_and_today(
        self, month: str, day: str, year: str, kept: tuple[int, int | None, int | None]
    ) -> None:
        stored = accepted(self.onset("date", month, day, year))
        assert (stored["onset_year"], stored["onset_month"], stored["onset_day"]) == kept

    @pytest.mark.parametrize(
        ("month", "day", "year"), [("6", "17", "2026"), ("7", "", "2026"), ("", "", "2027")]
    )
    def test_a_date_in_the_future_is_refused(self, month: str, day: str, year: str) -> None:
        assert errors(self.onset("date", month, day, year)) == {
            "onset_date": ["This date is in the future. Check the year."]
        }

    @pytest.mark.parametrize(
        ("today", "year"), [(TODAY, "2026"), (date(2026, 1, 31), "2025"), (date(2026, 1, 31), "2026")]
    )
    def test_a_year_that_does_not_say_how_soon_care_is_needed_wants_its_month(
        self, today: date, year: str
    ) -> None:
        given = changed("start", onset_date_month="", onset_date_day="", onset_date_year=year)
        form = CourseForm(given, answers={}, today=today)
        assert errors(form) == {
            "onset_date": [
                "Write the month too, it decides how soon you need care. "
                "If you do not know it, choose “Not sure”."
            ]
        }

    def test_the_hint_names_the_last_year_that_needs_its_month(self) -> None:
        form = CourseForm(answers={}, today=TODAY)
        assert form["onset_date"].help_text == "Before 2026, just the year"

    def test_february_30_is_refused_once(self) -> None:
        assert errors(self.onset("date", "2", "30", "2026")) == {
            "onset_date": ["There is no such date. The month comes first: 3 14 is March 14."]
        }

    def test_a_known_date_has_to_be_written(self) -> None:
        assert errors(self.onset("date", began="")) == {
            "onset_date": ["Write when it started, at least the year."],
            "began": ["Choose how it began."],
        }

    @pytest.mark.parametrize(("kind", "began"), [("unsure", "gradual"), ("birth", "")])
    def test_a_date_that_no_longer_applies_is_cleared_even_a_wrong_one(self, kind: str, began: str) -> None:
        stored = accepted(self.onset(kind, "2", "30", "x", began="gradual"))
        assert (stored["onset_kind"], stored["began"]) == (kind, began)
        assert [stored[f"onset_{part}"] for part in ("year", "month", "day")] == [None] * 3


class TestTimes:
    RANGE = "Choose a day from June 17, 2026 to Oct. 14, 2026."
    WEEKEND = "We are closed on Saturday, June 20, 2026. Choose a day from Monday to Friday."
    HOLIDAY = "Friday, July 3, 2026 is a holiday, and we are closed. Choose another day."
    OVER = "Monday, June 15, 2026 is in the past. Choose a later day."

    def times(self, *days: tuple[str, str]) -> StepForm:
        fields: dict[str, Any] = {"goals": ["smile"], "visit_type": "in_person"}
        for number, (day, half) in enumerate(days, start=1):
            fields |= {f"time_{number}_date": day, f"time_{number}_half": half}
        return filled(WishesForm, fields)

    @pytest.mark.parametrize(
        ("day", "message"),
        [
            ("2026-06-15", OVER),
            ("2026-06-16", RANGE),
            ("2026-10-15", RANGE),
            ("9999-12-31", RANGE),
            ("2026-06-20", WEEKEND),
            ("2026-07-03", HOLIDAY),
            ("2026-02-30", "This is not a date. Write it like 2026-12-01."),
            ("soon", "This is not a date. Write it like 2026-12-01."),
        ],
    )
    def test_a_day_we_cannot_offer_is_refused(self, day: str, message: str) -> None:
        assert errors(self.times((day, "am"))) == {"time_1": [message]}

    def test_tomorrow_and_the_hundred_and_twentieth_day_are_the_ends(self) -> None:
        first, last = (TODAY + timedelta(days=1)).isoformat(), (TODAY + timedelta(days=120)).isoformat()
        stored = accepted(self.times((first, "am"), ("", ""), (last, "pm")))
        assert stored["times"] == [{"date": first, "half": "am"}, {"date": last, "half": "pm"}]
        boxes = WishesForm(answers={}, today=TODAY)
        assert f'min="{first}" max="{last}"' in str(boxes["time_2"])

    def test_the_same_half_day_twice_is_refused_at_the_second(self) -> None:
        assert errors(self.times(("2026-06-24", "am"), ("2026-06-24", "am"), ("2026-06-24", "pm"))) == {
            "time_2": ["You chose this half-day twice. Choose another, or leave it empty."]
        }

    def test_no_half_chosen_is_the_morning_and_an_unknown_one_is_refused(self) -> None:
        assert accepted(self.times(("2026-06-24", "")))["times"] == [{"date": "2026-06-24", "half": "am"}]
        assert errors(self.times(("2026-06-24", "night"))) == {"time_1": ["Choose morning or afternoon."]}

    def test_no_time_at_all_is_fine(self) -> None:
        assert accepted(self.times())["times"] == []


class TestPatient:
    def born(self, year: int, month: int, day: int, *, helped: bool = False, **before: Any) -> StepForm:
        boxes = {"date_of_birth_year": year, "date_of_birth_month": month, "date_of_birth_day": day}
        whom = "helped" if helped else "self"
        return filled(PatientForm, changed("patient", for_whom=whom, **boxes), **before)

    def test_a_birth_date_in_the_future_is_refused(self) -> None:
        assert accepted(self.born(2026, 6, 16, helped=True))["date_of_birth"] == "2026-06-16"
        assert errors(self.born(2026, 6, 17)) == {
            "date_of_birth": ["This date is in the future. Check the year."]
        }

    def test_nobody_is_older_than_125(self) -> None:
        assert self.born(1900, 6, 17).is_valid()
        assert errors(self.born(1900, 6, 16)) == {
            "date_of_birth": ["This date is very long ago. Check the year."]
        }

    def test_feb_30_and_partial_birth_dates_are_refused(self) -> None:
        assert errors(self.born(1961, 2, 30)) == {
            "date_of_birth": ["There is no such date. The month comes first: 3 14 is March 14."]
        }
        for spoilt in ({"date_of_birth_day": ""}, {"date_of_birth_month": "", "date_of_birth_day": ""}):
            assert errors(filled(PatientForm, changed("patient", **spoilt))) == {
                "date_of_birth": ["Write the month, the day and the year."]
            }
        blank = {f"date_of_birth_{part}": " " for part in ("year", "month", "day")}
        assert errors(filled(PatientForm, changed("patient", **blank))) == {
            "date_of_birth": ["Write the date of birth."]
        }

    def test_a_minor_cannot_ask_alone_and_turns_18_on_the_birthday(self) -> None:
        assert self.born(2008, 6, 16).is_valid()
        alone = errors(self.born(2008, 6, 17))
        assert alone.keys() == {"date_of_birth"} and "a parent or guardian" in alone["date_of_birth"][0]
        assert "choose “For my child or someone I help” above, or phone us" in alone["date_of_birth"][0]
        assert self.born(2008, 6, 17, helped=True).is_valid()

    def test_it_cannot_have_started_before_birth(self) -> None:
        started = {"onset_kind": "date", "onset_year": 2020, "onset_month": 5, "onset_day": None}
        assert self.born(2020, 5, 31, helped=True, **started).is_valid()
        assert errors(self.born(2020, 6, 1, helped=True, **started)) == {
            "date_of_birth": ["This date is after the day it started. Check both dates."]
        }

    def test_a_browser_fills_in_the_patient_only_for_themselves(self) -> None:
        alone, helped = (
            PatientForm(initial={"for_whom": who}, answers={}, today=TODAY) for who in ("self", "helped")
        )
        assert 'autocomplete="name"' in str(alone["patient_name"])
        assert 'autocomplete="bday-year"' in str(alone["date_of_birth"])
        assert 'autocomplete="off"' in str(helped["patient_name"])
        assert "bday" not in str(helped["date_of_birth"])

    def test_the_summary_shows_the_date_in_words(self) -> None:
        form = steps.checked(steps.named("patient"), answers(), TODAY)
        assert form.is_valid()
        assert form.summary() == [
            ("Asked", "For myself"),
            ("Name", "Zoë O’Hara"),
            ("Born", "Feb. 29, 1960"),
            ("Insurance", "Insured"),
        ]


@pytest.mark.parametrize(
    ("authority", "born", "allowed"),
    [
        ("parent", "2008-06-17", True),
        ("guardian", "2008-06-17", True),
        ("proxy", "2008-06-17", False),
        ("agreed", "2008-06-17", False),
        ("carer", "2008-06-17", False),
        ("carer", "2008-06-16", True),
        ("agreed", "2008-06-16", True),
        ("proxy", "1950-01-01", True),
    ],
)
def test_only_a_parent_or_guardian_asks_for_a_minor(authority: str, born: str, allowed: bool) -> None:
    given = {"helper_name": "Dana", "helper_relation": "aunt", "helper_authority": authority}
    form = filled(HelperForm, given, date_of_birth=born)
    assert form.is_valid() is allowed
    if not allowed:
        assert errors(form) == {
            "helper_authority": [
                "The patient is under 18: only a parent or legal guardian can ask. Others please phone us."
            ]
        }


def test_the_helper_is_asked_only_where_there_is_one() -> None:
    assert HelperForm.applies({"for_whom": "helped"})
    assert not HelperForm.applies({"for_whom": "self"}) and not HelperForm.applies({})


class TestContact:
    def contact(self, **fields: Any) -> StepForm:
        return filled(ContactForm, fields)

    def test_a_phone_number_is_never_required(self) -> None:
        stored = accepted(self.contact(reach="email", email=" zoe@example.org "))
        assert stored == {
            "reach": "email",
            "email": "zoe@example.org",
            "phone": "",
            "speaking_hard": False,
            "relay": False,
            "may_leave_message": False,
            "speaker_name": "",
            "speaker_phone": "",
        }

    @pytest.mark.parametrize("reach", ["text", "phone"])
    def test_a_number_is_required_only_to_be_phoned_or_texted(self, reach: str) -> None:
        assert errors(self.contact(reach=reach, email="zoe@example.org")) == {
            "phone": ["Write your phone number, or choose e-mail."]
        }
        assert accepted(self.contact(reach=reach, phone="216 555 0123"))["phone"] == "+12165550123"

    def test_an_address_is_required_to_be_written_to(self) -> None:
        assert errors(self.contact(reach="email", phone="216-555-0123")) == {
            "email": ["Write your e-mail address, or choose another way."]
        }

    @pytest.mark.parametrize(
        "email", ["zoe", "zoe@", "zoe@example", "a@b.org, c@d.org", "a@b.org\nBcc: c@d.org"]
    )
    def test_a_wrong_address_is_refused_once(self, email: str) -> None:
        assert errors(self.contact(reach="email", email=email)) == {
            "email": ["Write the whole address, like name@example.org."]
        }

    def test_an_address_holds_no_hidden_character(self) -> None:
        assert not self.contact(reach="email", email='"a\x01b"@example.org').is_valid()
        assert not self.contact(reach="email", email="a\u202eb@example.org").is_valid()
        assert not self.contact(reach="email", email="a\x00b@example.org").is_valid()

    def test_someone_may_speak_for_the_patient_and_is_named(self) -> None:
        reach = {"reach": "email", "email": "zoe@example.org"}
        stored = accepted(self.contact(**reach, speaker_name="Sam Speaker", speaker_phone="(216) 555 0177"))
        assert (stored["speaker_name"], stored["speaker_phone"]) == ("Sam Speaker", "+12165550177")
        assert accepted(self.contact(**reach, speaker_name="Sam Speaker"))["speaker_phone"] == ""
        assert errors(self.contact(**reach, speaker_phone="216-555-0177")) == {
            "speaker_name": ["Write that person’s name too."]
        }

    def test_the_fold_for_speaking_opens_where_it_holds_something(self) -> None:
        for given, is_open in (({}, False), ({"speaking_hard": True}, True), ({"speaker_name": "Sam"}, True)):
            form = ContactForm(initial=given, answers={}, today=TODAY)
            assert [part.is_open for part in form.layout() if part.fold] == [is_open]
        wrong = self.contact(reach="email", email="zoe@example.org", speaker_phone="12")
        assert not wrong.is_valid()
        assert [part.is_open for part in wrong.layout() if part.fold] == [True]

    def test_the_number_is_shown_as_people_write_it(self) -> None:
        form = steps.checked(steps.named("contact"), answers(reach="text", phone="+12165550123"), TODAY)
        assert form.is_valid()
        assert ("Phone", "216-555-0123") in form.summary()
        assert 'value="216-555-0123"' in str(form["phone"])


def test_published_places_and_people_can_be_chosen() -> None:
    for model, slug, status in [
        (Location, "lakeside", "published"), (Location, "hidden", "draft"), (Person, "ana-roe", "published"),
    ]:  # fmt: skip
        page = model.objects.create(slug=slug, kind=model.__name__.lower(), status=status)
        PageText.objects.create(page=page, language="en", title=slug.title())
    Location.objects.update(state="OH")
    form = filled(STEPS["wishes"], changed("wishes", place="lakeside", person="ana-roe"))
    assert (accepted(form)["place"], accepted(form)["person"]) == ("lakeside", "ana-roe")
    assert ("Where?", "Lakeside, Ohio") in form.summary()
    assert "place" in errors(filled(STEPS["wishes"], changed("wishes", place="hidden")))
