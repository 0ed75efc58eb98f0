"""The draft: kept two hours, unreadable without the patient's own token."""

import hashlib
from collections.abc import Callable
from datetime import timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection
from pytest_django import Settings
from time_machine import TimeMachineFixture

from appointments import drafts
from appointments.drafts import Draft
from appointments.models import AppointmentRequest, RequestDraft
from tests.builders import NOW, a_draft, answers, submit

LIFETIME = timedelta(hours=2)


def say(name: str, value: object) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        draft.answers[name] = value
        draft.done.append(name)

    return change


def stored_bytes() -> bytes:
    """Everything the table of drafts holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(convert_to(d::text, 'UTF8') || token_digest || sealed_answers, '')"
            " FROM appointments_requestdraft d"
        )
        return bytes(cursor.fetchone()[0])


@pytest.mark.django_db
class TestKeeping:
    def test_what_was_said_is_found_again_with_the_token(self) -> None:
        draft = drafts.change(drafts.begin(), say("tried", "Drops, “Žluťoučký” ☂"))
        found = drafts.find(draft.token)
        assert found is not None
        assert (found.answers, found.done, found.advised) == (
            {"tried": "Drops, “Žluťoučký” ☂"},
            ["tried"],
            [],
        )
        assert not found.submitted

    def test_the_table_holds_the_digest_of_the_token_and_no_word_of_the_answers(self) -> None:
        draft = a_draft(tried="steroid tablets", patient_name="Ignatia Unmistakable")
        row = RequestDraft.objects.get()
        assert bytes(row.token_digest) == hashlib.sha256(draft.token.encode()).digest()
        everything = stored_bytes()
        for secret in (draft.token, "steroid", "Ignatia", "zoe@example.org", "1960"):
            assert secret.encode() not in everything
        assert bytes(row.sealed_answers) in everything

    def test_tokens_are_long_and_never_the_same(self) -> None:
        tokens = {drafts.begin().token for _ in range(5)}
        assert len(tokens) == 5 and all(len(token) >= 43 for token in tokens)

    def test_the_same_answers_are_never_sealed_alike(self) -> None:
        first, second = a_draft(), a_draft()
        assert bytes(first.row.sealed_answers) != bytes(second.row.sealed_answers)

    def test_another_token_or_another_secret_does_not_open_it(self, settings: Settings) -> None:
        draft, other = a_draft(), drafts.begin()
        digest = hashlib.sha256(other.token.encode()).digest()
        RequestDraft.objects.filter(pk=other.row.pk).delete()
        RequestDraft.objects.filter(pk=draft.row.pk).update(token_digest=digest)
        assert drafts.find(other.token) is None
        fresh = a_draft()
        settings.SECRET_KEY = "another secret"
        assert drafts.find(fresh.token) is None

    @pytest.mark.parametrize("token", ["", "unknown", "x" * 101, "x" * 100_000, "\x00", "é☂", "../../etc"])
    def test_a_token_that_is_none_opens_nothing(self, token: str) -> None:
        drafts.begin()
        assert drafts.find(token) is None

    def test_a_changed_ciphertext_opens_nothing(self) -> None:
        draft = a_draft()
        sealed = bytearray(draft.row.sealed_answers)
        middle = len(sealed) // 2
        sealed[middle] = ord("B") if sealed[middle] == ord("A") else ord("A")
        RequestDraft.objects.update(sealed_answers=bytes(sealed))
        assert drafts.find(draft.token) is None


@pytest.mark.django_db
class TestTwoHours:
    def test_it_lasts_two_hours_after_the_last_answer(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        draft = drafts.begin()
        time_machine.move_to(NOW + timedelta(minutes=90))
        drafts.change(draft, say("side", "left"))
        time_machine.move_to(NOW + timedelta(minutes=90) + LIFETIME - timedelta(seconds=1), tick=False)
        assert drafts.find(draft.token) is not None
        time_machine.move_to(NOW + timedelta(minutes=90) + LIFETIME, tick=False)
        assert drafts.find(draft.token) is None

    def test_only_the_expired_are_deleted(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        a_draft()
        submit(a_draft())
        time_machine.move_to(NOW + timedelta(hours=1), tick=False)
        young = a_draft()
        time_machine.move_to(NOW + LIFETIME, tick=False)
        assert drafts.delete_expired() == 2
        assert list(RequestDraft.objects.all()) == [young.row]
        assert AppointmentRequest.objects.count() == 1

    def test_a_submitted_draft_lasts_two_hours_more(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        draft = a_draft()
        time_machine.move_to(NOW + timedelta(minutes=119), tick=False)
        request = submit(draft)
        time_machine.move_to(NOW + timedelta(minutes=238), tick=False)
        found = drafts.find(draft.token)
        assert found is not None and found.row.request == request


@pytest.mark.django_db
class TestEnding:
    def test_a_submitted_draft_keeps_no_answers_and_takes_none(self) -> None:
        draft = a_draft()
        request = submit(draft)
        row = RequestDraft.objects.get()
        assert (bytes(row.sealed_answers), row.request) == (b"", request)
        after = drafts.change(draft, say("side", "right"))
        assert after.submitted and after.answers == {}
        assert bytes(RequestDraft.objects.get().sealed_answers) == b""

    def test_a_discarded_draft_is_gone_with_all_its_answers(self) -> None:
        draft = a_draft()
        drafts.discard(draft)
        assert drafts.find(draft.token) is None
        assert not RequestDraft.objects.exists()

    def test_a_submitted_draft_is_not_discarded(self) -> None:
        draft = a_draft()
        submit(draft)
        drafts.discard(draft)
        assert RequestDraft.objects.count() == 1

    def test_an_answer_to_a_draft_that_was_deleted_meanwhile_begins_a_new_one(self) -> None:
        draft = a_draft()
        drafts.discard(draft)
        begun = drafts.change(draft, say("side", "left"))
        found = drafts.find(begun.token)
        assert found is not None and found.answers == {"side": "left"}
        assert drafts.find(draft.token) is None


@pytest.mark.django_db
def test_two_tabs_lose_nothing_of_each_other_s() -> None:
    token = drafts.begin().token
    one, two = drafts.find(token), drafts.find(token)
    assert one is not None and two is not None
    drafts.change(one, say("side", "left"))
    drafts.change(two, say("trend", "same"))
    found = drafts.find(token)
    assert found is not None
    assert (found.answers, found.done) == ({"side": "left", "trend": "same"}, ["side", "trend"])


def test_many_tabs_at_once_lose_nothing(committed_database: str) -> None:
    token = drafts.begin().token
    names = sorted(answers())[:8]
    start = Barrier(len(names))

    def tab(name: str) -> None:
        draft = drafts.find(token)
        start.wait(10)
        assert draft is not None
        drafts.change(draft, say(name, name))
        connection.close()

    threads = [Thread(target=tab, args=[name]) for name in names]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    found = drafts.find(token)
    assert found is not None
    assert found.answers == {name: name for name in names}
    assert sorted(found.done) == names
