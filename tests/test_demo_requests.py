"""Made-up requests for the demonstration: believable, consistent, marked, and never outside it."""

from collections import Counter
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from appointments import clinic_time, reference, states, urgency
from appointments.models import AppointmentRequest, Event, Message
from appointments.states import Outcome, Status

pytestmark = pytest.mark.django_db


def make(count: int, **options: Any) -> str:
    said = StringIO()
    call_command("make_demo_requests", count, stdout=said, **options)
    return said.getvalue()


class TestMakeDemoRequests:
    @pytest.mark.usefixtures("eleven_at_the_clinic")
    def test_they_are_samples_most_of_them_closed_and_it_says_how_many_a_second(self) -> None:
        said = make(400, seed=5, open=100)
        stored = AppointmentRequest.objects.all()
        assert stored.count() == stored.filter(is_sample=True).count() == 400
        assert stored.open().count() == 100
        assert "400 sample requests stored, 100 of them open (--seed 5)" in said and "a second" in said
        assert {each.status for each in stored.open()} == {*Status} - {Status.CLOSED}
        outcomes = Counter(stored.exclude(outcome="").values_list("outcome", flat=True))
        assert outcomes.keys() == {*Outcome} and outcomes.most_common(1)[0][0] == "seen"
        assert not Message.objects.exists()

    def test_nobody_can_be_reached_by_them(self) -> None:
        make(300, seed=1)
        for stored in AppointmentRequest.objects.all():
            assert stored.email.endswith("@example.org") or not stored.email
            for number in (stored.phone, stored.speaker_phone):
                assert not number or number[5:10] == "55501"

    def test_urgency_and_target_are_what_the_rules_say_of_the_answers(self) -> None:
        make(400, seed=2)
        rules = urgency.rules()
        for stored in AppointmentRequest.objects.all():
            arrived = clinic_time.clinic_today(stored.received_at, rules.hours.time_zone)
            found = urgency.assess(vars(stored), today=arrived)
            told = (stored.urgency, stored.computed_urgency, stored.urgency_reasons)
            assert told == (found.level, found.level, [rule.code for rule in found.reasons])
            assert stored.respond_by == clinic_time.respond_by(stored.received_at, found.level, rules)
            assert reference.normalise(stored.reference) == stored.reference

    def test_the_trail_tells_how_each_came_to_where_it_is(self) -> None:
        make(300, seed=3, open=80)
        now = timezone.now()
        events: dict[int, list[Event]] = {}
        for event in Event.objects.order_by("pk"):
            events.setdefault(event.request_id or 0, []).append(event)
        for stored in AppointmentRequest.objects.all():
            own = events[stored.pk]
            assert own[0].action == "submit" and own[0].at == stored.received_at
            assert [each.at for each in own] == sorted(each.at for each in own) and own[-1].at < now
            status = "new"
            for event in own[1:]:
                if event.action == "seen":
                    continue
                by = states.By.PATIENT if event.actor_kind == "patient" else states.By.STAFF
                row = states.transition(event.action, status, by)
                assert (event.codes["before"], event.codes["after"]) == (status, row.target)
                status = row.target
            assert status == stored.status
            steps = [each for each in own if each.action not in ("submit", "seen")]
            assert stored.version == len(steps) + 1
            assert (stored.closed_at is not None) == (
                steps[-1:] != [] and steps[-1].codes["after"] == "closed"
            )

    def test_the_same_seed_makes_the_same_requests(self, time_machine: Any) -> None:
        time_machine.move_to(timezone.now(), tick=False)

        def made(seed: int) -> list[Any]:
            make(40, seed=seed)
            rows = AppointmentRequest.objects.order_by("pk")
            taken = list(rows.values_list("reference", "patient_name", "received_at", "status", "email"))
            rows.delete()
            return taken

        assert made(7) == made(7) != made(8)

    def test_a_seed_that_was_used_is_refused_in_one_line(self) -> None:
        make(20, seed=9)
        with pytest.raises(CommandError, match="--seed 9 are there already"):
            make(20, seed=9)

    @pytest.mark.parametrize(("count", "open_count"), [(0, None), (-1, None), (5, 6), (5, -1)])
    def test_numbers_that_make_no_sense_are_refused(self, count: int, open_count: int | None) -> None:
        with pytest.raises(CommandError, match="at least one request"):
            make(count, open=open_count)

    def test_outside_the_demonstration_it_stores_nothing(self, settings: Any) -> None:
        settings.DEMONSTRATION = False
        with pytest.raises(CommandError, match="for the demonstration only"):
            make(5)
        assert not AppointmentRequest.objects.exists()

    def test_few_are_enough_to_look_at_a_queue(self) -> None:
        make(30, seed=4)
        waiting = AppointmentRequest.objects.open()
        assert waiting.count() == 10
        assert waiting.filter(received_at__gt=timezone.now() - timedelta(days=26)).count() == 10
