"""What leaves the site through the staff's screens: who may, for what, what is in it, and what is noted."""

import csv
import io
import json
import tracemalloc
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import audit, export_stream, exports, roles
from appointments.models import AppointmentRequest, Export, Note
from appointments.querysets import RequestQuerySet
from tests.builders import NOW, a_request, columns, staff
from tests.fhir_models import accepted
from tests.staff_client import CLOSED, QUEUE, as_, happened, text

pytestmark = pytest.mark.django_db

EXPORTS = "/staff/appointments/export/"
NEW = f"{EXPORTS}new/"
SECRET = ("Zoë", "zoe@example.org", "Steroid")


def begin(client: Client, query: str = "", **given: str) -> Any:
    return client.post(f"{NEW}?{query}", {"shape": "csv", "purpose": "quality", **given})


def the_export() -> Export:
    return Export.objects.get()


def download(client: Client, export: Export | None = None) -> Any:
    return client.post(f"{EXPORTS}{(export or the_export()).pk}/download/")


def content(response: Any) -> bytes:
    assert response.status_code == 200, response.get("Location")
    return b"".join(response.streaming_content)


def rows(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"), newline="")))


def references(body: bytes) -> list[str]:
    return [row[0] for row in rows(body)[1:-1]]


def trail() -> list[tuple[str, int | None, dict[str, Any]]]:
    return list(happened().order_by("pk").values_list("action", "request_id", "codes"))


def with_permissions(*codenames: str) -> Client:
    user = staff()
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


class TestPermission:
    """Each shape has its own; looking at requests comes with it."""

    @pytest.mark.parametrize(
        ("codenames", "shapes"),
        [
            (["view_appointmentrequest", "export_csv"], {"csv", "text"}),
            (["view_appointmentrequest", "export_fhir"], {"fhir"}),
            (["view_appointmentrequest", "export_csv", "export_fhir"], {"csv", "text", "fhir"}),
            (["view_appointmentrequest", "print_request", "view_export"], set()),
            (["export_csv", "export_fhir"], set()),
        ],
    )
    def test_a_shape_needs_its_own(self, codenames: list[str], shapes: set[str]) -> None:
        a_request()
        client = with_permissions(*codenames)
        assert client.get(NEW).status_code == (200 if shapes else 403)
        for shape in ("csv", "text", "fhir"):
            before = Export.objects.count()
            assert begin(client, shape=shape).status_code == (302 if shape in shapes else 403), shape
            assert Export.objects.count() - before == (shape in shapes)

    @pytest.mark.parametrize("role", [roles.FRONT_DESK, roles.CLINICIAN, roles.CONTENT_EDITOR, roles.AUDITOR])
    def test_of_the_roles_only_administrators_export(self, role: str) -> None:
        a_request()
        client = as_(role)
        assert [client.get(NEW).status_code, begin(client).status_code] == [403, 403]
        assert client.get(EXPORTS).status_code == 403
        assert Export.objects.count() == 0
        queue = client.get(QUEUE)
        assert queue.status_code == 403 or "Export these" not in text(queue)

    def test_somebody_not_logged_in_is_sent_to_the_log_in(self) -> None:
        for response in (Client().get(NEW), Client().post(NEW), Client().post(f"{EXPORTS}1/download/")):
            assert response.status_code == 302 and "/staff/login/" in response["Location"]

    def test_nobody_downloads_or_looks_at_what_another_began(self) -> None:
        a_request()
        begin(as_(roles.ADMINISTRATOR))
        other = with_permissions("view_appointmentrequest", "export_csv")
        export = the_export()
        assert download(other).status_code == 403
        assert other.get(f"{EXPORTS}{export.pk}/change/").status_code == 403
        assert other.get(f"{EXPORTS}{export.pk}/progress/").status_code == 403
        # Who reviews exports sees it, and still has no download.
        reviewer = as_(roles.ADMINISTRATOR)
        page = text(reviewer.get(f"{EXPORTS}{export.pk}/change/"))
        assert "Planning and quality" in page and "Download</button>" not in page
        assert download(reviewer).status_code == 403
        assert the_export().started_at is None

    def test_a_permission_that_was_taken_back_ends_the_download(self) -> None:
        a_request()
        client = with_permissions("view_appointmentrequest", "export_csv")
        begin(client)
        User.objects.latest("pk").user_permissions.clear()
        assert download(client).status_code == 403

    @pytest.mark.parametrize("pk", ["0", "999999", "99999999999999999999999"])
    def test_an_export_that_does_not_exist_is_not_found(self, pk: str) -> None:
        client = as_(roles.ADMINISTRATOR)
        assert client.post(f"{EXPORTS}{pk}/download/").status_code == 404
        assert client.get(f"{EXPORTS}{pk}/change/").status_code == 404
        assert client.get(f"{EXPORTS}{pk}/progress/").status_code == 404


class TestAsking:
    def test_nothing_leaves_by_get(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        pk = the_export().pk
        assert client.get(f"{EXPORTS}{pk}/download/").status_code == 405
        for path in (NEW, f"{EXPORTS}{pk}/change/", f"{EXPORTS}{pk}/progress/", EXPORTS):
            shown = text(client.get(path))
            assert not [secret for secret in SECRET if secret in shown], path

    def test_an_export_needs_a_purpose_and_keeps_what_was_typed(self) -> None:
        a_request()
        given = {"purpose": "", "purpose_note": "Asked by the board", "shape": "fhir"}
        response = begin(as_(roles.ADMINISTRATOR), **given)
        assert response.status_code == 422
        page = text(response)
        assert "Nothing leaves without a purpose" in page and 'value="Asked by the board"' in page
        assert Export.objects.count() == 0 and happened().count() == 0

    @pytest.mark.parametrize(
        "given",
        [{"purpose": "fun"}, {"shape": "exe"}, {"first_day": "yesterday"}, {"last_day": "9999-12-31"}],
    )
    def test_nonsense_in_the_form_is_told_and_changes_nothing(self, given: dict[str, str]) -> None:
        a_request()
        assert begin(as_(roles.ADMINISTRATOR), **given).status_code == 422
        assert Export.objects.count() == 0

    @pytest.mark.parametrize(
        "query",
        [
            "status=nonsense", "urgency__exact=now", "patient_name__regex=(", "q=zoe", "place=%27--",
            "language__exact=en&reach__exact=email", "with=1", "first_day=2026-01-01", "urgency__exact=",
        ],
    )  # fmt: skip
    def test_a_filter_with_nonsense_exports_nothing(self, query: str) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        for response in (client.get(f"{NEW}?{query}"), begin(client, query)):
            assert response.status_code == 400
            assert "a filter that the queue does not offer" in text(response)
            assert not [secret for secret in SECRET if secret in text(response)]
        assert Export.objects.count() == 0 and happened().count() == 0

    @pytest.mark.parametrize("told", ["0", "x", "-1", "99999999999999999999", "1 OR 1"])
    def test_a_request_that_does_not_exist_is_not_found(self, told: str) -> None:
        assert begin(as_(roles.ADMINISTRATOR), f"request={told}").status_code == 404

    def test_more_than_the_limit_is_refused_with_what_to_do(self, settings: Any) -> None:
        settings.EXPORT_LIMIT = 2
        for days in range(3):
            a_request(received_at=NOW - timedelta(days=days))
        client = as_(roles.ADMINISTRATOR)
        assert "More than 2 requests" in text(client.get(NEW))
        refused = begin(client)
        assert refused.status_code == 422
        assert "Choose a shorter period here" in text(refused)
        assert Export.objects.count() == 0
        assert begin(client, first_day="2026-06-15", last_day="2026-06-16").status_code == 302
        assert the_export().total == 2
        assert (the_export().chosen["first_day"], the_export().chosen["last_day"]) == (
            "2026-06-15",
            "2026-06-16",
        )

    def test_a_period_counts_days_of_the_clinic(self) -> None:
        late = a_request(received_at=NOW.replace(hour=3))  # still the evening of June 15 there
        a_request(received_at=NOW.replace(hour=4))
        client = as_(roles.ADMINISTRATOR)
        begin(client, last_day="2026-06-15")
        assert references(content(download(client))) == [late.reference]

    def test_a_period_the_wrong_way_round_and_one_without_requests_are_told(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        assert "before the first" in text(begin(client, first_day="2026-02-02", last_day="2026-02-01"))
        assert "No request fits" in text(begin(client, last_day="2020-01-01"))
        assert Export.objects.count() == 0

    def test_the_queue_leads_to_an_export_of_what_it_lists(self) -> None:
        a_request(urgency="soon")
        client = as_(roles.ADMINISTRATOR)
        queue = text(client.get(f"{QUEUE}?urgency__exact=soon&status=new"))
        assert f"{NEW}?" in queue
        link = queue.split(f"{NEW}?")[1].split('"')[0].replace("&amp;", "&")
        assert sorted(link.split("&")) == ["status=new", "urgency__exact=soon"]
        asked = text(client.get(f"{NEW}?{link}"))
        assert "<strong>1 request</strong>" in asked and "<dd>Soon</dd>" in asked and "<dd>New</dd>" in asked


class TestWhatLeaves:
    def test_it_is_what_the_filters_choose_in_the_order_it_came(self) -> None:
        first, second = a_request(urgency="soon"), a_request(urgency="soon")
        a_request(urgency="routine")
        a_request(urgency="soon", **CLOSED)
        client = as_(roles.ADMINISTRATOR)
        begin(client, "urgency__exact=soon")
        a_request(urgency="soon")  # came in after it was begun
        body = content(download(client))
        assert references(body) == [first.reference, second.reference]
        assert rows(body)[-1][:2] == ["End of the export", "2 requests"]

    def test_mine_are_those_of_who_exports(self) -> None:
        client = as_(roles.ADMINISTRATOR)
        me = User.objects.latest("pk")
        mine = a_request(assigned_to=me)
        a_request()
        begin(client, "with=me")
        assert references(content(download(client))) == [mine.reference]

    def test_text_for_spreadsheets_is_unicode_text(self) -> None:
        stored = a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client, shape="text")
        response = download(client)
        assert response["Content-Disposition"].endswith('.txt"')
        lines = content(response).decode("utf-16").split("\r\n")
        assert lines[1].startswith(f"{stored.reference}\t") and lines[2].startswith(
            "End of the export\t1 request"
        )

    def test_a_bundle_is_accepted_by_the_models(self) -> None:
        a_request(is_sample=True)
        client = as_(roles.ADMINISTRATOR)
        begin(client, shape="fhir")
        response = download(client)
        assert response["Content-Type"].startswith("application/fhir+json")
        assert len(accepted(content(response))["entry"]) == 4

    @pytest.mark.parametrize("shape", ["csv", "fhir"])
    def test_one_request_leaves_alone_and_its_timeline_says_so(self, shape: str) -> None:
        stored = a_request()
        a_request()
        client = as_(roles.ADMINISTRATOR)
        assert f"{NEW}?request={stored.pk}" in text(client.get(f"{QUEUE}{stored.pk}/change/"))
        begin(client, f"request={stored.pk}", shape=shape)
        body = content(download(client))
        assert body.decode().count("Zoë O’Hara") == 1 and stored.reference in body.decode()
        assert [(action, about) for action, about, _codes in trail()] == [
            ("export", stored.pk), ("export_end", stored.pk),
        ]  # fmt: skip
        timeline = text(client.get(f"{QUEUE}{stored.pk}/change/"))
        assert "<strong>Exported</strong>" in timeline and "<strong>Export ended</strong>" in timeline
        stored.refresh_from_db()
        assert stored.version == 1

    def test_a_place_has_its_title_and_notes_of_colleagues_stay(self) -> None:
        stored = a_request(place="gone-place")
        Note.objects.create(request=stored, event_id=1, text="Her sister phoned.")
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        body = content(download(client)).decode()
        assert "gone-place" in body and "sister" not in body

    def test_headers_keep_it_out_of_every_cache_and_name_nobody(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        response = download(client)
        assert "no-store" in response["Cache-Control"]
        assert (
            response["Content-Disposition"] == f'attachment; filename="requests-export-{the_export().pk}.csv"'
        )
        assert "ETag" not in response and "Content-Length" not in response
        content(response)

    def test_as_many_queries_for_one_request_as_for_a_batch(self) -> None:
        def queries(requests: int) -> int:
            for _number in range(requests):
                a_request(assigned_to=staff())
            client = as_(roles.ADMINISTRATOR)
            begin(client)
            export = Export.objects.latest("pk")
            with CaptureQueriesContext(connection) as asked:
                content(download(client, export))
            return len(asked)

        assert queries(1) == queries(20)

    def test_batches_leave_out_and_double_nobody(self) -> None:
        stored = [a_request().pk for _number in range(7)]
        batches = list(AppointmentRequest.objects.in_batches(up_to=stored[-2], size=2))
        assert [[each.pk for each in batch] for batch in batches] == [stored[0:2], stored[2:4], stored[4:6]]


class TestOnce:
    def test_an_export_is_downloaded_once(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        content(download(client))
        again = client.post(f"{EXPORTS}{the_export().pk}/download/", follow=True)
        assert "can be downloaded once" in text(again)
        assert not [secret for secret in SECRET if secret in text(again)]
        assert [action for action, *_rest in trail()] == ["export", "export_end"]

    def test_only_one_of_two_presses_gets_it(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        actor = audit.staff(the_export().account_id or 0)
        taken = [exports.claim(actor=actor, export_id=the_export().pk) for _press in range(2)]
        assert taken == [True, False]

    def test_after_a_quarter_of_an_hour_it_is_too_late(self, time_machine: Any) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        time_machine.move_to(timezone.now() + timedelta(minutes=16))
        client.force_login(User.objects.get(pk=the_export().account_id or 0))  # who was idle is logged off
        page = text(client.get(f"{EXPORTS}{the_export().pk}/change/"))
        assert "Never downloaded" in page and "Download</button>" not in page
        assert download(client).status_code == 302
        assert exports.end_forsaken() == 1
        assert exports.end_forsaken() == 0
        assert the_export().state == "unused"
        assert trail()[-1][2] == {"export": the_export().pk, "written": 0, "state": "unused"}


class TestTrail:
    def test_it_holds_ids_and_codes_only(self) -> None:
        stored = a_request(urgency="soon")
        client = as_(roles.ADMINISTRATOR)
        begin(client, "urgency__exact=soon", purpose_note="For Dr. Example", first_day="2026-06-01")
        content(download(client))
        export = the_export()
        assert export.purpose_note == "For Dr. Example"
        assert trail() == [
            (
                "export",
                None,
                {
                    "export": export.pk,
                    "shape": "csv",
                    "purpose": "quality",
                    "total": 1,
                    "chosen": {
                        "filters": {"urgency__exact": "soon"},
                        "first_day": "2026-06-01",
                        "up_to": stored.pk,
                    },
                },
            ),
            ("export_end", None, {"export": export.pk, "written": 1, "state": "complete"}),
        ]
        assert {event.actor_id for event in happened()} == {export.account_id}

    def test_a_download_cut_off_in_the_middle_says_how_much_left(self) -> None:
        AppointmentRequest.objects.bulk_create(AppointmentRequest(**columns()) for _number in range(450))
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        response = download(client)
        next(response._iterator), next(response._iterator)
        response._iterator.close()  # as the server does where the connection is gone
        export = the_export()
        assert (export.state, export.written) == ("cut_off", 200)
        assert trail()[-1][2] == {"export": export.pk, "written": 200, "state": "cut_off"}
        page = text(client.get(f"{EXPORTS}{export.pk}/change/"))
        assert "Cut off: at most 200 of 450 left the site" in page
        assert download(client).status_code == 302

    def test_an_error_in_the_middle_is_noted_as_cut_off(self, monkeypatch: pytest.MonkeyPatch) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        response = download(client)
        monkeypatch.setattr("appointments.tabular.row", lambda *_arguments: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            list(response.streaming_content)
        assert (the_export().state, the_export().written) == ("cut_off", 0)

    def test_a_download_that_died_with_its_process_is_noted_by_the_worker(self, time_machine: Any) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        response = download(client)
        parts = iter(response.streaming_content)
        next(parts)
        time_machine.move_to(timezone.now() + timedelta(minutes=11))
        assert "Cut off" in text(client.get(f"{EXPORTS}{the_export().pk}/change/"))
        assert exports.end_forsaken() == 1
        assert the_export().state == "cut_off"
        # Should it wake up after all, nothing more leaves, and nothing is noted twice.
        with pytest.raises(exports.Ended):
            list(parts)
        assert [action for action, *_rest in trail()] == ["export", "export_end"]


class TestProgress:
    def test_the_page_and_its_script_are_told_how_far_it_is(self) -> None:
        a_request()
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        path = f"{EXPORTS}{the_export().pk}"
        assert "Ready to download: 1" in text(client.get(f"{path}/change/"))
        Export.objects.update(
            total=100_000, written=12_000, started_at=timezone.now(), noted_at=timezone.now()
        )
        page = text(client.get(f"{path}/change/"))
        assert "Being written: 12,000 of 100,000" in page
        assert 'max="100000" value="12000"' in page
        told = json.loads(client.get(f"{path}/progress/", headers={"X-Clinic-Background": "1"}).content)
        words = "Being written: 12,000 of 100,000"
        assert told == {"state": "begun", "written": 12_000, "total": 100_000, "words": words}

    def test_it_moves_with_every_batch(self, monkeypatch: pytest.MonkeyPatch) -> None:
        AppointmentRequest.objects.bulk_create(AppointmentRequest(**columns()) for _number in range(7))
        monkeypatch.setitem(RequestQuerySet.in_batches.__kwdefaults__ or {}, "size", 2)
        client = as_(roles.ADMINISTRATOR)
        begin(client)
        seen = [the_export().written for _part in download(client).streaming_content]
        assert seen == [0, 0, 2, 4, 6, 7]


def test_memory_is_flat_however_many_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    AppointmentRequest.objects.bulk_create(AppointmentRequest(**columns()) for _number in range(500))
    monkeypatch.setitem(RequestQuerySet.in_batches.__kwdefaults__ or {}, "size", 25)
    pks = list(AppointmentRequest.objects.order_by("pk").values_list("pk", flat=True))
    writer = export_stream.writer("csv")

    def peak(requests: int) -> int:
        export = Export.objects.create(
            shape="csv", purpose="quality", total=requests, chosen={"up_to": pks[requests - 1]}
        )
        everybody = AppointmentRequest.objects.all()
        stream = export_stream.stream(actor=audit.SYSTEM, export=export, requests=everybody, writer=writer)
        tracemalloc.start()
        for _piece in stream:
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(25)
    assert peak(500) < 1.3 * peak(50)


def test_the_list_of_exports_says_who_what_for_and_how_much() -> None:
    a_request()
    client = as_(roles.ADMINISTRATOR)
    begin(client, purpose="legal")
    content(download(client))
    page = text(client.get(EXPORTS))
    for words in (User.objects.latest("pk").username, "CSV file", "Required by law", "Complete: 1 of 1"):
        assert words in page
    assert "Add export" not in page
    assert client.post(f"{EXPORTS}{the_export().pk}/delete/").status_code == 403


class TestSheet:
    def sheet(self, client: Client, stored: AppointmentRequest, **given: str) -> Any:
        return client.post(f"{QUEUE}{stored.pk}/sheet/", {"purpose": "treatment", **given})

    def test_it_asks_for_a_purpose_first(self) -> None:
        stored, client = a_request(), as_(roles.FRONT_DESK)
        asked = text(client.get(f"{QUEUE}{stored.pk}/sheet/"))
        assert "Show the sheet" in asked and "Steroid" not in asked
        refused = self.sheet(client, stored, purpose="")
        assert refused.status_code == 422 and "Steroid" not in text(refused)
        assert happened().count() == 0 and Export.objects.count() == 0

    def test_it_shows_the_answers_and_leaves_its_trail(self) -> None:
        stored, client = a_request(eye_signs=["red"], phone="+12165550123"), as_(roles.FRONT_DESK)
        Note.objects.create(request=stored, event_id=1, text="Her sister phoned.")
        page = text(self.sheet(client, stored, purpose_note="Ward round"))
        for words in (
            "Confidential",
            stored.reference,
            "Zoë O’Hara",
            "zoe@example.org",
            "216-555-0123",
            "Red",
        ):
            assert words in page
        assert "sister" not in page and "Log out" not in page
        export = the_export()
        assert (export.shape, export.purpose, export.state, export.total) == (
            "sheet",
            "treatment",
            "complete",
            1,
        )
        assert trail() == [
            ("print", stored.pk, {"export": export.pk, "purpose": "treatment", "notes": False})
        ]
        assert "sister" in text(self.sheet(client, stored, with_notes="on"))
        assert trail()[-1][2]["notes"] is True

    @pytest.mark.parametrize("role", [roles.CONTENT_EDITOR, roles.AUDITOR])
    def test_it_is_for_those_who_may_print(self, role: str) -> None:
        stored, client = a_request(), as_(role)
        assert client.get(f"{QUEUE}{stored.pk}/sheet/").status_code == 403
        assert self.sheet(client, stored).status_code == 403
        assert self.sheet(with_permissions("view_appointmentrequest"), stored).status_code == 403
        assert happened().count() == 0

    def test_the_request_leads_to_it(self) -> None:
        stored = a_request()
        page = text(as_(roles.FRONT_DESK).get(f"{QUEUE}{stored.pk}/change/"))
        assert f"{QUEUE}{stored.pk}/sheet/" in page and "Export this request" not in page
