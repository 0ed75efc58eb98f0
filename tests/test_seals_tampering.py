"""Who sealed at once, who committed late, and what somebody did to the trail who may do anything.

These commit: one database for all of them, emptied before each.
"""

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import psycopg2
import pytest
from django.db import connection
from django.utils import timezone

from appointments import seals
from appointments.models import Event, Seal
from clinic_site import postgres_setup
from tests.builders import a_draft, submit
from tests.conftest import CLUSTER, own_database
from tests.sealing import as_superuser, happen, head, verify


@pytest.fixture(scope="module")
def database(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    with own_database(django_db_blocker) as name:
        yield name


@pytest.fixture(autouse=True)
def emptied(database: str) -> None:
    with as_superuser() as execute:
        execute("TRUNCATE appointments_event, appointments_seal")


class TestAtOnce:
    def test_two_sealers_never_fork_the_chain(self, database: str, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(seals, "BATCH", 5)
        monkeypatch.setattr(seals, "BATCHES_A_ROUND", 3)
        happen(120)
        start, sealed = Barrier(3), list[int]()

        def work() -> None:
            sealer = seals.Sealer()
            start.wait()
            done = [sealer.seal_new() for _round in range(12)]
            sealed.append(sum(done))
            connection.close()

        workers = [Thread(target=work) for _worker in range(3)]
        for worker in workers:
            worker.start()
        for worker in workers:
            worker.join()
        last = seals.Sealer()
        while last.seal_new():
            continue
        assert list(Seal.objects.order_by("pk").values_list("pk", flat=True)) == list(range(1, 121))
        assert 0 < sum(sealed) <= 120
        assert verify()[1] == []

    def test_an_entry_committed_late_under_a_lower_id_is_sealed(self, database: str) -> None:
        sealer = seals.Sealer()
        late = psycopg2.connect(CLUSTER.url(postgres_setup.APP, database))
        with late.cursor() as cursor:
            cursor.execute(
                "INSERT INTO appointments_event (at, actor_kind, action, codes) "
                "VALUES (now(), 'system', 'submit', '{}') RETURNING id"
            )
            [low] = cursor.fetchone() or [0]
        # Many rounds while it is open: none may take the ids below as settled.
        for _round in range(6):
            happen()
            assert sealer.seal_new() == 1
        late.commit()
        late.close()
        assert low < min(Seal.objects.values_list("event_id", flat=True))
        assert sealer.seal_new() == 1
        assert Seal.objects.get(pk=7).event_id == low
        # Once it has ended, later rounds look back no further than they must; so long as another test's
        # transaction runs on the same server, it might still be one of this database's.
        deadline = time.monotonic() + 60
        while sealer._settled <= low and time.monotonic() < deadline:
            happen()
            sealer.seal_new()
            time.sleep(0.1)
        assert sealer._settled > low
        assert verify()[1] == []

    def test_a_submission_does_not_wait_for_who_seals(self, database: str) -> None:
        happen()
        busy = psycopg2.connect(CLUSTER.url(postgres_setup.APP, database))
        with busy.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [seals.LOCK])
            cursor.execute(
                "INSERT INTO appointments_seal (id, event_id, digest) SELECT 1, min(id), ''::bytea "
                "FROM appointments_event"
            )
            with connection.cursor() as own:
                own.execute("SET lock_timeout = '2s'")
            stored = submit(a_draft())
            assert Event.objects.get(request_id=stored.pk).action == "submit"
            assert seals.Sealer().seal_new() == 0
        busy.rollback()
        busy.close()
        assert seals.Sealer().seal_new() == 2


class TestTampering:
    @pytest.fixture(autouse=True)
    def sealed(self, emptied: None) -> None:
        self.numbers = happen(6)
        seals.Sealer().seal_new()
        self.head = head()

    def test_a_changed_entry_is_named(self) -> None:
        with as_superuser() as execute:
            execute("UPDATE appointments_event SET actor_kind = 'patient' WHERE id = %s", [self.numbers[2]])
        assert verify()[1] == [f"entry {self.numbers[2]}: not as it was sealed at place 3"]

    @pytest.mark.parametrize(
        "change",
        ["at = at + '1 microsecond'", "request_id = 7", "action = 'close'", "codes = '{\"number\": 9}'"],
    )
    def test_so_is_one_in_which_a_single_column_was(self, change: str) -> None:
        with as_superuser() as execute:
            execute(f"UPDATE appointments_event SET {change} WHERE id = {self.numbers[0]}")
        assert verify()[1] == [f"entry {self.numbers[0]}: not as it was sealed at place 1"]

    def test_a_deleted_entry_is_named(self) -> None:
        with as_superuser() as execute:
            execute("DELETE FROM appointments_event WHERE id = %s", [self.numbers[3]])
        assert verify()[1] == [f"entry {self.numbers[3]}: gone, its seal at place 4 is left"]

    def test_an_entry_deleted_with_its_seal_leaves_a_gap(self) -> None:
        with as_superuser() as execute:
            execute("DELETE FROM appointments_event WHERE id = ANY(%s)", [self.numbers[1:3]])
            execute("DELETE FROM appointments_seal WHERE id IN (2, 3)")
        assert verify()[1] == ["seals 2 to 3 are gone"]

    def test_closing_the_gap_does_not_hide_it(self) -> None:
        with as_superuser() as execute:
            execute("DELETE FROM appointments_event WHERE id = %s", [self.numbers[1]])
            execute("DELETE FROM appointments_seal WHERE id = 2")
            for place in (3, 4, 5, 6):
                execute("UPDATE appointments_seal SET id = %s WHERE id = %s", [place - 1, place])
        assert verify()[1] == [f"entry {self.numbers[2]}: not as it was sealed at place 2"]

    def test_a_cut_off_end_shows_by_the_digest_kept_outside(self) -> None:
        with as_superuser() as execute:
            execute("DELETE FROM appointments_event WHERE id >= %s", [self.numbers[4]])
            execute("DELETE FROM appointments_seal WHERE id >= 5")
        happen(4)
        seals.Sealer().seal_new()
        assert verify()[1] == []
        assert verify(head=self.head)[1] == [
            "the digest given with --head stands nowhere in the chain: its end was cut off"
        ]

    def test_a_digest_kept_outside_is_found_however_much_came_since(self) -> None:
        happen(4)
        seals.Sealer().seal_new()
        said, wrong = verify(head=self.head.upper())
        assert wrong == [] and "the digest given with --head stands at place 6" in said

    def test_an_entry_slipped_in_with_a_time_of_before_is_named(self) -> None:
        """The application's own role can append: with any time, but not without it showing."""
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO appointments_event (at, actor_kind, action, codes) "
                "VALUES (now() - interval '20 days', 'system', 'submit', '{}') RETURNING id"
            )
            [backdated] = cursor.fetchone()
        told = f"entry {backdated}: never sealed (is the worker running?)"
        assert verify()[1] == [told]
        seals.Sealer().seal_new()
        assert verify()[1] == [f"entry {backdated}: its time lies before that of the entry sealed before it"]

    def test_made_up_requests_may_lie_in_the_past(self) -> None:
        event = Event(request_id=1, actor_kind="system", action="submit", codes={"sample": True})
        event.save()
        with as_superuser() as execute:
            execute("UPDATE appointments_event SET at = now() - interval '1 year' WHERE id = %s", [event.pk])
        seals.Sealer().seal_new()
        assert verify()[1] == []

    def test_a_replaced_digest_is_named(self) -> None:
        with as_superuser() as execute:
            execute("UPDATE appointments_seal SET digest = sha256('x') WHERE id = 6")
        assert verify()[1] == [f"entry {self.numbers[5]}: not as it was sealed at place 6"]

    def test_the_list_of_what_is_wrong_is_bounded(self) -> None:
        with as_superuser() as execute:
            execute("DELETE FROM appointments_event WHERE id <= %s", [self.numbers[5]])
            execute("DELETE FROM appointments_seal WHERE id = 1")
            execute(
                "INSERT INTO appointments_event (at, actor_kind, action, codes) "
                "SELECT %s, 'system', 'x', '{}' FROM generate_series(1, 200)",
                [timezone.now() - timedelta(hours=1)],
            )
        wrong = verify()[1]
        assert wrong[0] == "seal 1 is gone" and len(wrong) == 51
        assert re.fullmatch(r"and 15\d more", wrong[-1])
