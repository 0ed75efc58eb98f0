"""How long requests are kept, what holds them, and their end: everything goes but the trail."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from appointments import audit, lifecycle, retention, roles
from appointments.models import (
    AppointmentRequest,
    Event,
    LinkWish,
    Looking,
    Message,
    Note,
    RequestDraft,
)
from appointments.retention import Hold
from tests.builders import NOW, a_draft, a_message, a_request, staff, submit
from tests.staff_client import CLOSED, QUEUE, as_, change, happened, text

LONG_AGO = NOW - timedelta(days=1096)
OLD = {"status": "closed", "outcome": "seen", "closed_at": LONG_AGO}


@pytest.fixture(autouse=True)
def _now(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


def purge(*options: str) -> str:
    out = io.StringIO()
    call_command("purge_requests", *options, stdout=out)
    return out.getvalue()


def erase(typed: str, *options: str, by: str = "") -> str:
    out = io.StringIO()
    given = ["--by", by or staff(roles.ADMINISTRATOR).username, *options]
    call_command("erase_person", *given, stdin=io.StringIO(f"{typed}\n"), stdout=out)
    return out.getvalue()


def with_everything(**changes: Any) -> AppointmentRequest:
    """A request as it was really sent, and all that can hang on one."""
    request = submit(a_draft())
    AppointmentRequest.objects.filter(pk=request.pk).update(**changes)
    author = staff(roles.FRONT_DESK)
    lifecycle.write_note(actor=audit.staff(author.pk), request_id=request.pk, text="Her sister phoned.")
    Looking.objects.create(request=request, account=author, seen_at=NOW)
    a_message(request, kind="contact_old")
    request.refresh_from_db()
    return request


def stored() -> list[int]:
    return [kind.objects.count() for kind in (AppointmentRequest, Note, Message, RequestDraft, Looking)]


@pytest.mark.django_db
class TestPurge:
    def test_what_is_closed_longer_than_the_period_goes_with_all_that_hangs_on_it(self) -> None:
        old = with_everything(**OLD)
        events = list(Event.objects.values_list("pk", flat=True))
        assert stored() == [1, 1, 2, 1, 1]
        said = purge()
        assert stored() == [0, 0, 0, 0, 0]
        assert "Deleted: 1 requests\n" in said
        for line in ("1 notes", "2 messages", "1 drafts", "1 looks at requests"):
            assert f"  with them: {line}\n" in said
        assert list(Event.objects.values_list("pk", flat=True))[: len(events)] == events
        new = Event.objects.filter(pk__gt=events[-1]).values_list(
            "action", "request_id", "actor_kind", "codes"
        )
        assert list(new) == [("purged", old.pk, "system", {}), ("purge", None, "system", {"count": 1})]

    def test_everything_else_stays(self) -> None:
        a_request(**{**OLD, "closed_at": LONG_AGO + timedelta(seconds=1)})
        a_request(received_at=NOW - timedelta(days=4000), respond_by=NOW - timedelta(days=3990))
        a_request(legal_hold=True, **OLD)
        a_request(in_medical_record=True, **OLD)
        a_request(in_medical_record=True, legal_hold=True, **OLD)
        a_request(legal_hold=True, **CLOSED)
        assert purge().splitlines() == [
            "Closed more than 1096 days ago: 0 requests",
            "Deleted: 0 requests",
            "Kept by a legal hold: 2",
            "Kept as part of the medical record: 2",
        ]
        assert AppointmentRequest.objects.count() == 6 and not Event.objects.exists()

    def test_the_period_is_the_clinics(self, settings: Any) -> None:
        settings.RETENTION_DAYS = 30
        a_request(status="closed", outcome="seen", closed_at=NOW - timedelta(days=31))
        a_request(status="closed", outcome="seen", closed_at=NOW - timedelta(days=29))
        assert "Closed more than 30 days ago: 1 requests" in purge()
        assert AppointmentRequest.objects.count() == 1

    def test_a_dry_run_counts_by_year_of_the_clinic_and_deletes_nothing(self) -> None:
        with_everything(**OLD)
        for closed in (datetime(2022, 1, 1, 4, 59, tzinfo=UTC), datetime(2022, 1, 1, 5, 0, tzinfo=UTC)):
            a_request(**{**OLD, "closed_at": closed})
        a_request(legal_hold=True, **OLD)
        before = (stored(), Event.objects.count())
        assert purge("--dry-run").splitlines() == [
            "Closed more than 1096 days ago: 3 requests",
            "  closed in 2021: 1",
            "  closed in 2022: 1",
            "  closed in 2023: 1",
            "  hanging on them: 1 drafts",
            "  hanging on them: 1 looks at requests",
            "  hanging on them: 2 messages",
            "  hanging on them: 1 notes",
            "Kept by a legal hold: 1",
            "Kept as part of the medical record: 0",
            "Nothing was deleted: this was a dry run.",
        ]
        assert (stored(), Event.objects.count()) == before

    def test_a_second_run_changes_nothing(self) -> None:
        a_request(**OLD)
        purge()
        events = Event.objects.count()
        assert "Deleted: 0 requests" in purge()
        assert Event.objects.count() == events

    def test_many_go_in_batches_with_as_many_queries_for_each(self) -> None:
        for number in range(7):
            a_request(**{**OLD, "closed_at": LONG_AGO - timedelta(days=number)})
        with CaptureQueriesContext(connection) as two:
            retention.purge_some(actor=audit.SYSTEM, closed_by=NOW - timedelta(days=1101), limit=2)
        with CaptureQueriesContext(connection) as five:
            retention.purge_some(actor=audit.SYSTEM, closed_by=LONG_AGO, limit=5)
        assert len(two) == len(five) <= 12
        assert not AppointmentRequest.objects.exists()
        assert Event.objects.filter(action="purged").count() == 7

    def test_progress_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("appointments.management.commands.purge_requests.PROGRESS_SECONDS", -1)
        for _number in range(3):
            a_request(**OLD)
        said = purge("--batch", "2")
        assert "  2 of 3 deleted\n  3 of 3 deleted\n" in said

    @pytest.mark.parametrize("size", ["0", "-1", "10001", "many", "1.5", ""])
    def test_a_batch_of_nonsense_is_refused(self, size: str) -> None:
        with pytest.raises(CommandError, match="a number from 1 to 10000"):
            purge(f"--batch={size}")


def in_thread(work: Callable[[], Any]) -> Thread:
    def run() -> None:
        try:
            work()
        finally:
            connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def test_several_purges_share_the_work_and_pass_over_what_is_in_use(committed_database: str) -> None:
    for number in range(30):
        a_request(**{**OLD, "closed_at": LONG_AGO - timedelta(days=number)})
    in_use = AppointmentRequest.objects.order_by("closed_at")[3]
    start, said = Barrier(2), []

    def work() -> None:
        start.wait(10)
        said.append(purge("--batch", "3"))

    with transaction.atomic():
        lifecycle.locked(in_use.pk)
        for thread in [in_thread(work) for _each in range(2)]:
            thread.join(30)
    deleted = [int(line.split()[1]) for each in said for line in each.splitlines() if "Deleted" in line]
    assert sum(deleted) == Event.objects.filter(action="purged").count() == 29
    assert all("left for the next time" in each for each in said)
    assert AppointmentRequest.objects.get().pk == in_use.pk
    assert "Deleted: 1 requests" in purge()


@pytest.mark.django_db
class TestErasure:
    def test_by_reference_e_mail_or_phone_everything_of_the_person_goes(self) -> None:
        for typed in ("reference", "ZOE@example.org", "(216) 555-0171"):
            first = with_everything(phone="+12165550171")
            again = a_request(patient_name="ZOE O'HARA", email="new@example.org")
            other = a_request(patient_name="Zoë O’Hara", date_of_birth="1961-02-28", email="z@example.org")
            said = erase(first.reference if typed == "reference" else typed, "--yes")
            assert "Erased: 2 requests\n" in said and "  with them: 1 notes\n" in said
            assert first.reference in said and again.reference in said
            assert list(AppointmentRequest.objects.all()) == [other]
            assert not Note.objects.exists() and not Message.objects.exists()
            erased = Event.objects.filter(action="erased").order_by("-pk")[:2]
            assert {each.request_id for each in erased} == {first.pk, again.pk}
            assert all(each.codes == {} and each.actor_id for each in erased)
            other.delete()

    def test_a_wish_for_a_link_goes_too(self) -> None:
        a_request()
        LinkWish.objects.create(contact="Zoe@Example.org")
        kept = LinkWish.objects.create(contact="someone@example.org")
        erase("zoe@example.org", "--yes")
        assert list(LinkWish.objects.all()) == [kept]

    def test_what_staff_searched_for_goes_from_their_log_ins_and_they_stay_logged_in(self) -> None:
        a_request()
        client = as_(roles.FRONT_DESK)
        session = client.session
        session["searches"] = {"token": "Zoë O’Hara"}
        session.save()
        erase("zoe@example.org", "--yes")
        assert "searches" not in client.session
        assert client.get(QUEUE).status_code == 200

    def test_nothing_typed_is_shown_again(self) -> None:
        a_request()
        for said in (erase("zoe@example.org", "--dry-run"), erase("zoe@example.org", "--yes")):
            assert "zoe" not in said.lower() and "hara" not in said.lower() and "1960" not in said

    def test_a_dry_run_lists_and_erases_nothing(self) -> None:
        request = with_everything()
        before = stored()
        said = erase(request.reference, "--dry-run")
        assert f"  {request.reference} (number {request.pk}, new)\n" in said
        assert "  with them: 2 messages\n" in said and "Nothing was erased" in said
        assert stored() == before and not Event.objects.filter(action="erased").exists()

    @pytest.mark.parametrize(("said", "left"), [("Erase", 0), ("erase", 1), ("yes", 1), ("", 1)])
    def test_it_asks_whether_it_is_meant(self, said: str, left: int) -> None:
        a_request()
        if left:
            with pytest.raises(CommandError, match=r"^Nothing was erased\.$"):
                erase(f"zoe@example.org\n{said}")
        else:
            erase(f"zoe@example.org\n{said}")
        assert AppointmentRequest.objects.count() == left

    @pytest.mark.parametrize(
        ("hold", "why"),
        [("legal_hold", "Legal hold"), ("in_medical_record", "Part of the medical record")],
    )
    def test_a_hold_on_one_request_refuses_all_and_says_which_and_why(self, hold: str, why: str) -> None:
        held, free = a_request(**{hold: True}), a_request()
        with pytest.raises(CommandError) as refusal:
            erase(free.reference, "--yes")
        said = str(refusal.value)
        assert f"{held.reference} (number {held.pk}, new): {why}" in said and free.reference not in said
        assert AppointmentRequest.objects.count() == 2 and not Event.objects.exists()

    def test_a_contact_of_several_patients_erases_nobody(self) -> None:
        mother, child = a_request(), a_request(patient_name="Ada Child", date_of_birth="2020-01-02")
        with pytest.raises(CommandError) as refusal:
            erase("zoe@example.org", "--yes")
        assert mother.reference in str(refusal.value) and child.reference in str(refusal.value)
        said = erase(child.reference, "--yes")
        assert said.index("these stay") < said.index(mother.reference)
        assert list(AppointmentRequest.objects.all()) == [mother]

    def test_once_more_changes_nothing(self) -> None:
        a_request()
        erase("zoe@example.org", "--yes")
        events = Event.objects.count()
        assert erase("zoe@example.org", "--yes") == "Nothing is stored of this person.\n"
        assert Event.objects.count() == events

    @pytest.mark.parametrize("typed", ["", "zoe", "216", "FHK-MRW", "zoe@", "\x00", "x" * 5000])
    def test_what_names_nobody_is_told_so(self, typed: str) -> None:
        a_request()
        with pytest.raises(CommandError, match="no reference, e-mail address or phone number"):
            erase(typed, "--yes")
        assert AppointmentRequest.objects.count() == 1

    def test_only_somebody_who_may_release_holds_is_named_in_the_trail(self) -> None:
        a_request()
        gone = staff(roles.ADMINISTRATOR, is_active=False).username
        for by in ("nobody", gone, staff(roles.CLINICIAN).username):
            with pytest.raises(CommandError, match="--by takes"):
                erase("zoe@example.org", "--yes", by=by)
        assert AppointmentRequest.objects.count() == 1


@pytest.mark.django_db
class TestHolds:
    PATHS = [f"{act}/{kind}/" for act in ("hold", "release") for kind in ("legal_hold", "in_medical_record")]

    @pytest.mark.parametrize("kind", list(Hold))
    def test_a_hold_is_set_and_released_with_a_reason_and_outdates_nobody(self, kind: Hold) -> None:
        request, client = a_request(), as_(roles.ADMINISTRATOR)
        for act, held in (("hold", True), ("release", False)):
            path = f"{QUEUE}{request.pk}/{act}/{kind}/"
            assert client.get(path).status_code == 200
            response = client.post(path, {"reason": f"Letter, {act}."})
            assert (response.status_code, response["Location"]) == (302, change(request))
            request.refresh_from_db()
            assert (getattr(request, kind), request.version) == (held, 1)
            event = Event.objects.latest("pk")
            assert (event.action, event.codes) == (act, {"kind": kind.value})
            assert Note.objects.get(event_id=event.pk).text == f"Letter, {act}."
        page = text(client.get(change(request)))
        assert f"Hold released: {kind.label}" in page and f"Hold set: {kind.label}" in page

    def test_the_request_says_what_holds_it(self) -> None:
        request = a_request(legal_hold=True)
        page = text(as_(roles.ADMINISTRATOR).get(change(request)))
        assert "<strong>Legal hold.</strong>" in page and "/release/legal_hold/" in page
        assert "/hold/in_medical_record/" in page and "/hold/legal_hold/" not in page
        desk = text(as_(roles.FRONT_DESK).get(change(request)))
        assert "<strong>Legal hold.</strong>" in desk
        assert "/release/" not in desk and "/hold/" not in desk

    def test_without_a_reason_nothing_is_held(self) -> None:
        request = a_request()
        response = as_(roles.ADMINISTRATOR).post(f"{QUEUE}{request.pk}/hold/legal_hold/", {"reason": " "})
        assert response.status_code == 422 and not happened().exists()

    def test_the_second_of_two_is_told_and_loses_nothing(self) -> None:
        request, client = a_request(), as_(roles.ADMINISTRATOR)
        path = f"{QUEUE}{request.pk}/hold/legal_hold/"
        client.post(path, {"reason": "First."})
        response = client.post(path, {"reason": "Second letter."})
        assert response.status_code == 409
        assert "<strong>Hold set: Legal hold</strong>" in text(response) and "Second letter." in text(
            response
        )
        assert happened().count() == 1

    def test_only_who_may_holds_and_nonsense_is_not_found(self) -> None:
        request = a_request()
        for path in self.PATHS:
            assert (
                as_(roles.CLINICIAN).post(f"{QUEUE}{request.pk}/{path}", {"reason": "x"}).status_code == 403
            )
        assert as_(roles.ADMINISTRATOR).get(f"{QUEUE}{request.pk}/hold/version/").status_code == 404
        assert as_(roles.ADMINISTRATOR).get(f"{QUEUE}0/hold/legal_hold/").status_code == 404
        assert not happened().exists()

    def test_a_hold_survives_a_step_and_a_step_survives_a_hold(self) -> None:
        request, actor = a_request(), audit.staff(staff().pk)
        retention.hold(actor=actor, request_id=request.pk, kind=Hold.LEGAL, reason="Letter.")
        lifecycle.take_step(actor=actor, request_id=request.pk, action="take_up", seen_version=1)
        request.refresh_from_db()
        assert (request.status, request.legal_hold, request.version) == ("in_review", True, 2)


@pytest.mark.django_db
def test_the_wait_begins_anew_when_a_request_is_opened_again() -> None:
    request = a_request(**CLOSED)
    lifecycle.take_step(
        actor=audit.staff(staff().pk), request_id=request.pk, action="reopen", seen_version=1, reason="Again."
    )
    request.refresh_from_db()
    assert request.waiting_anew_since == timezone.now() == NOW
