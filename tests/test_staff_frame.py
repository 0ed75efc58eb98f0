"""What stands around every screen of the staff."""

import pytest
from django.test import Client
from pytest_django import Settings

from appointments import roles
from services.models import Clinic
from tests.staff_client import ACCOUNTS, MESSAGES, QUEUE, as_, proven, text

pytestmark = pytest.mark.django_db
SAMPLE = "Please send no real health information."


def a_clinic(*, is_sample: bool) -> None:
    Clinic.objects.create(
        pk=1, name="Cedar Lane Clinic", phone="216-555-0100", email="us@clinic.test", is_sample=is_sample,
        portal_url="https://clinic.test/", billing_url="https://clinic.test/", treating_states=["OH"],
    )  # fmt: skip


@pytest.mark.parametrize("is_sample", [True, False])
def test_each_screen_names_the_clinic_and_says_where_it_is_invented(
    settings: Settings, is_sample: bool
) -> None:
    settings.DEMONSTRATION = False
    a_clinic(is_sample=is_sample)
    client = proven(as_(roles.ADMINISTRATOR))
    for page in ("/staff/", QUEUE, MESSAGES, ACCOUNTS):
        shown = text(client.get(page))
        assert "Cedar Lane Clinic · Staff" in shown and (SAMPLE in shown) is is_sample
    logged_out = text(Client().get("/staff/login/"))
    assert "Cedar Lane Clinic · Staff" in logged_out and (SAMPLE in logged_out) is is_sample


def test_without_a_clinic_it_says_so() -> None:
    assert "Clinic · Staff" in text(as_(roles.AUDITOR).get("/staff/"))
    assert SAMPLE in text(as_(roles.AUDITOR).get("/staff/"))
