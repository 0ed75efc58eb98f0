"""Sixty who guess at the same moment: no more than the limit are looked at."""

import pytest
from django.test import Client
from pytest_django import Settings

from appointments.models import StaffSession
from tests.log_in_client import CODE, QUICK_HASHER, a_person, code_of, first_step, with_app
from tests.test_lifecycle_submit import at_once


@pytest.fixture(autouse=True)
def _quick(settings: Settings) -> None:
    settings.PASSWORD_HASHERS = QUICK_HASHER


def test_of_sixty_guesses_at_once_ten_are_looked_at(committed_database: str) -> None:
    user = a_person()
    codes = at_once(60, lambda: first_step(Client(), user, "guess").status_code)
    assert sorted(codes) == [200] * 10 + [429] * 50


def test_of_sixty_codes_at_once_the_right_one_works_once(
    committed_database: str,
) -> None:
    user = a_person()
    device = with_app(user)
    clients = [Client() for _ in range(60)]
    first_step(clients[0], user)
    key = clients[0].cookies["sessionid"].value
    for client in clients[1:]:
        client.cookies["sessionid"] = key
    code = code_of(device)
    answers = at_once(60, lambda: clients.pop().post(CODE, {"code": code}))
    told = [answer.headers.get("Location", answer.status_code) for answer in answers]
    assert told.count("/staff/") == 1
    assert told.count("/staff/") + told.count(422) <= 11
    assert StaffSession.objects.filter(account=user).count() == 1
