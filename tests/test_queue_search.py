"""The search of the queue finds what staff mean; what they typed stays out of addresses, log and trail."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from appointments import audit, finding, roles
from appointments.models import AppointmentRequest, Event
from tests.builders import NOW, a_request, staff
from tests.staff_client import CLOSED, QUEUE, as_, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("eleven_at_the_clinic")]
SEARCH = f"{QUEUE}search/"


def found(words: str, client: Client | None = None, query: str = "") -> str:
    client = client or as_(roles.FRONT_DESK)
    answer = client.post(SEARCH, {"words": words})
    assert answer.status_code == 302
    return text(client.get(answer.headers["Location"] + query))


@pytest.fixture
def wanted() -> AppointmentRequest:
    a_request(patient_name="Somebody Else", email="else@example.org", date_of_birth=date(1990, 5, 5))
    return a_request(
        patient_name="Zoë O’Hara-Núñez", email="Zoe.Ohara@example.org", phone="+12165550123",
        date_of_birth=date(1960, 2, 3), reference="FHK-MRW-X23-467-9FX", speaker_name="Łukasz Nowak",
        speaker_phone="+13305550177",
    )  # fmt: skip


class TestSearch:
    @pytest.mark.parametrize(
        "words",
        [
            "zoe", "ZOË", "ohara", "o'hara", "O’Hara", "hara nun", "nunez zoë", "lukasz", "0177", "0123",
            "zoe.ohara@example.org", "ZOE.OHARA@", "zoe.oha", "Zoë O’Hara-Núñez", "216-555-0123", "5550123",
            "(216) 555 0123", "1960-02-03", "Feb 3 1960", "2/3/1960", "3/2/1960", "fhk mrw x23 467 9fx",
            "9FX", "467-9fx", "FHK-MRW", "02031960", "zoe 2/3/1960", "Ref: FHK-MRW-X23-467-9FX", "ohara 0123",
            "Lukasz 0177", "dob 2/3/1960",
        ],
    )  # fmt: skip
    def test_it_finds_a_request_by_what_is_known_of_it(self, wanted: AppointmentRequest, words: str) -> None:
        page = found(words)
        assert wanted.reference in page and "Somebody Else" not in page

    @pytest.mark.parametrize("words", ["%", "_", "zo%", "z_e", "\\", "hara''--", "0".rjust(19, "9")])
    def test_signs_mean_themselves(self, wanted: AppointmentRequest, words: str) -> None:
        assert "Somebody Else" not in found(words)

    @pytest.mark.parametrize(
        "words", ["unez zoe", "wak", "ukasz", "5012", "1655501", "smith 2/3/1960", "smith 0123"]
    )
    def test_the_middle_of_a_word_or_number_finds_nothing(
        self, wanted: AppointmentRequest, words: str
    ) -> None:
        assert wanted.reference not in found(words)

    def test_who_shares_four_digits_is_found_in_order(self) -> None:
        hour = timedelta(hours=1)
        phone = {"phone": "+12165550188"}
        waiting = a_request(**phone)
        earlier, latest = (
            a_request(**{**CLOSED, "phone": number, "received_at": NOW - n * hour})
            for number, n in (("+12165550188", 9), ("+13305550188", 1))
        )
        speaker = a_request(
            **{**CLOSED, "speaker_name": "Ana", "speaker_phone": "+442079460188", "received_at": NOW}
        )
        another = a_request(phone="+12165550189")
        shared = [waiting.pk, latest.pk, earlier.pk, speaker.pk]
        assert finding.find("0188").ids == shared
        assert finding.find("50188").ids == [waiting.pk, latest.pk, earlier.pk]
        assert finding.find("2079460188").ids == [speaker.pk]
        assert finding.find("(216) 555-0188").ids == [waiting.pk, earlier.pk]
        assert finding.find("0189").ids == [another.pk]

    def test_two_readings_of_a_birth_date_are_said(self, wanted: AppointmentRequest) -> None:
        assert "Read as a birth date: February 3, 1960 or March 2, 1960." in found("2/3/1960")

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ("0123", "Read as a phone number or its last digits."),
            ("9FX", "Read as the beginning or the end of a reference."),
            ("zoe.oha", "Read as the beginning of an e-mail address."),
            ("zoe 2/3/1960", "March 2, 1960. Of these, only people of the name beside it."),
        ],
    )
    def test_it_is_said_how_words_were_read(self, wanted: AppointmentRequest, words: str, said: str) -> None:
        assert said in found(words)

    def test_open_ones_come_first_and_finished_ones_are_found_too(self) -> None:
        closed = a_request(patient_name="Ana Closed", **CLOSED)
        waiting = a_request(patient_name="Ana Waiting")
        page = found("ana")
        assert 0 < page.index(waiting.reference) < page.index(closed.reference)
        assert "2 found." in page
        assert closed.reference not in found("ana", query="&status=open")

    def test_each_kind_stands_in_its_order_whatever_the_length_of_the_names(self) -> None:
        hour = timedelta(hours=1)
        later, sooner = (a_request(patient_name="Ana Open", respond_by=NOW + n * hour) for n in (5, 3))
        long = {"patient_name": "Ana " + "ﷺ" * 40, "received_at": NOW - 2 * hour, "respond_by": NOW}
        earlier, latest = (
            a_request(**{**CLOSED, "patient_name": "Ana Done", "received_at": NOW - n * hour}) for n in (9, 1)
        )
        finished = a_request(**{**CLOSED, **long})
        waiting = a_request(**{**long, "respond_by": NOW + 4 * hour})
        shown = [sooner, waiting, later, latest, earlier, finished]
        found_ids = finding.find("ana").ids
        assert found_ids == [request.pk for request in shown]

    @pytest.mark.parametrize(
        ("words", "said"),
        [("?!", "could not be read as a name"), ("nobody known", "Nothing found"),
         ("x" * 130, "too long to search"), ("  ", "Type what to search for")],
    )  # fmt: skip
    def test_nonsense_gets_a_kind_answer(self, words: str, said: str) -> None:
        assert said in found(words)

    def test_more_than_can_be_shown_are_bounded_and_paged(self) -> None:
        for number in range(205):
            a_request(patient_name=f"Ana {'xyz'[number % 3]}")
        client = as_(roles.FRONT_DESK)
        first = found("ana", client)
        assert "More than 200 found, open ones first. Type more to find less." in first
        address = client.post(SEARCH, {"words": "ana"}).headers["Location"]
        seen: list[str] = []
        for start in (0, 50, 100, 150):
            page = text(client.get(f"{address}&at={start}"))
            seen += [pk for pk in map(str, AppointmentRequest.objects.values_list("pk", flat=True))
                     if f"/{pk}/change/" in page]  # fmt: skip
        assert len(seen) == len(set(seen)) == 200

    def test_what_was_typed_stands_in_no_address_no_log_and_not_in_the_trail(
        self, wanted: AppointmentRequest, log: Callable[[], str]
    ) -> None:
        client = as_(roles.FRONT_DESK)
        answer = client.post(SEARCH, {"words": "Ohara Zoe"})
        assert "hara" not in answer.headers["Location"].lower()
        assert "hara" not in log().lower()
        event = Event.objects.get(action="search")
        assert event.codes["words"] == audit.keyed_hash("Ohara Zoe") and event.codes["found"] == 1
        assert "hara" not in str(event.codes).lower() and event.request_id is None
        assert "hara" not in str(client.cookies).lower()

    def test_a_search_survives_reload_filters_and_back_and_belongs_to_one_log_in(
        self, wanted: AppointmentRequest
    ) -> None:
        client = as_(roles.FRONT_DESK)
        first = client.post(SEARCH, {"words": "zoe"}).headers["Location"]
        client.post(SEARCH, {"words": "somebody"})
        for _again in range(2):
            assert wanted.reference in text(client.get(first))
        assert wanted.reference not in text(client.get(f"{first}&status=closed"))
        stranger = text(as_(roles.FRONT_DESK).get(first))
        assert wanted.reference not in stranger and "no longer kept" in stranger

    def test_only_who_may_see_requests_may_search(self, wanted: AppointmentRequest) -> None:
        for client in (as_(roles.AUDITOR), as_(roles.CONTENT_EDITOR), Client()):
            answer = client.post(SEARCH, {"words": "zoe"})
            assert answer.status_code in (401, 403) and "found=" not in answer.headers.get("Location", "")
        assert not Event.objects.filter(action="search").exists()

    def test_an_old_address_with_words_searches_nothing(self, wanted: AppointmentRequest) -> None:
        assert wanted.reference in text(as_(roles.FRONT_DESK).get(f"{QUEUE}?q=nobody"))

    def test_it_asks_as_often_for_many_as_for_one(self) -> None:
        client = Client()
        client.force_login(staff(roles.FRONT_DESK))

        def asked(count: int) -> int:
            for _ in range(count):
                a_request(patient_name="Ana Many")
            address = client.post(SEARCH, {"words": "ana"}).headers["Location"]
            with CaptureQueriesContext(connection) as queries:
                assert "Ana Many" in text(client.get(address))
            return len(queries)

        assert asked(1) == asked(99)
