"""The seals on the trail: append-only, made after the commit, checked however the secret was replaced."""

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction
from pytest_django import Settings

from appointments import seals
from appointments.management.commands import verify_audit
from appointments.models import Event, Seal
from tests.sealing import happen, head, verify

APPEND_ONLY = [
    statement.format(table)
    for table, column in (("appointments_event", "actor_id"), ("appointments_seal", "event_id"))
    for statement in (f"UPDATE {{}} SET {column} = {column}", "DELETE FROM {}", "TRUNCATE {}")
]


class TestAppendOnly:
    @pytest.mark.django_db
    @pytest.mark.parametrize("statement", APPEND_ONLY)
    def test_the_application_changes_deletes_and_empties_neither_table(self, statement: str) -> None:
        happen()
        seals.Sealer().seal_new()
        with (
            pytest.raises(ProgrammingError, match="permission denied for table"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    def test_nor_does_the_owner_while_the_triggers_are_on(self, committed_database: str) -> None:
        happen()
        seals.Sealer().seal_new()
        for statement in APPEND_ONLY:
            with (
                pytest.raises(ProgrammingError, match="the trail is append-only"),
                connections["owner"].cursor() as cursor,
            ):
                cursor.execute(statement)
        connections["owner"].close()
        assert (Event.objects.count(), Seal.objects.count()) == (1, 1)


@pytest.mark.django_db
class TestSealing:
    def test_every_entry_gets_one_place_in_the_order_of_the_ids(self) -> None:
        sealer = seals.Sealer()
        numbers = happen(3)
        assert sealer.seal_new() == 3 and sealer.seal_new() == 0
        numbers += happen(2)
        assert sealer.seal_new() == 2
        assert list(Seal.objects.order_by("pk").values_list("pk", "event_id")) == list(enumerate(numbers, 1))
        assert verify()[1] == []

    def test_the_worker_seals(self) -> None:
        happen(2)
        call_command("send_notifications")
        assert Seal.objects.count() == 2

    def test_a_round_is_bounded_and_the_next_goes_on(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(seals, "BATCH", 2)
        monkeypatch.setattr(seals, "BATCHES_A_ROUND", 2)
        sealer = seals.Sealer()
        happen(9)
        assert [sealer.seal_new() for _round in range(4)] == [4, 4, 1, 0]
        assert verify()[1] == []

    def test_a_replaced_secret_does_not_break_the_past(self, settings: Settings) -> None:
        for changed in (
            {"SECRET_KEY": "second", "SECRET_KEY_FALLBACKS": [settings.SECRET_KEY]},
            {"AUDIT_KEY": "of its own"},
            {"AUDIT_KEY": "replaced", "AUDIT_KEY_FALLBACKS": ["of its own"]},
            {"SECRET_KEY": "third", "SECRET_KEY_FALLBACKS": ["second", settings.SECRET_KEY]},
        ):
            happen()
            seals.Sealer().seal_new()
            for name, value in changed.items():
                setattr(settings, name, value)
            assert verify()[1] == []

    def test_a_lost_secret_is_named_as_the_likely_cause(self, settings: Settings) -> None:
        happen()
        seals.Sealer().seal_new()
        settings.SECRET_KEY = "another"
        assert "is AUDIT_KEY (or SECRET_KEY) the one they were made with?" in verify()[1][-1]

    def test_what_the_check_found_stands_in_the_trail(self) -> None:
        happen(2)
        seals.Sealer().seal_new()
        digest = head()
        event = Event.objects.get(action="check_trail")
        assert event.codes == {"place": 2, "head": digest, "wrong": 0}

    def test_progress_is_told(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(verify_audit, "EVERY_SEALS", 1)
        happen(2)
        seals.Sealer().seal_new()
        said = verify()[0]
        assert "Checking 2 seals" in said and "  2 of 2" in said and "2 seals checked in" in said

    def test_nonsense_for_a_head_is_told(self) -> None:
        with pytest.raises(CommandError, match="64 hexadecimal digits"):
            call_command("verify_audit", head="nonsense")

    def test_an_empty_trail_is_intact(self) -> None:
        assert verify()[1] == []
