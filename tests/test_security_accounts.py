"""What a log-in may do is read anew with each request, and holds no longer than it is so."""

from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission, User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django_otp import DEVICE_ID_SESSION_KEY
from django_otp.plugins.otp_static.models import StaticDevice
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django import Settings

from appointments import roles
from tests.builders import staff
from tests.staff_client import QUEUE, as_, proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def production(settings: Settings) -> None:
    settings.DEMONSTRATION = False


def account_of(client: Client) -> User:
    return User.objects.get(pk=client.session["_auth_user_id"])


def with_device(client: Client, device: Any) -> Client:
    session = client.session
    session[DEVICE_ID_SESSION_KEY] = device.persistent_id
    session.save()
    return client


class TestPermissions:
    def test_they_come_from_roles_and_from_the_account_itself(self) -> None:
        client = as_()
        account = account_of(client)
        assert client.get(QUEUE).status_code == 403
        account.user_permissions.add(Permission.objects.get(codename="view_appointmentrequest"))
        assert client.get(QUEUE).status_code == 200
        account.user_permissions.clear()
        assert client.get(QUEUE).status_code == 403
        account.groups.add(Group.objects.get(name=roles.FRONT_DESK))
        assert client.get(QUEUE).status_code == 200
        account.groups.clear()
        assert client.get(QUEUE).status_code == 403

    @pytest.mark.parametrize("lost", [{"is_active": False}, {"is_staff": False}])
    def test_an_account_that_is_taken_away_is_out_at_the_next_request(self, lost: dict[str, bool]) -> None:
        for client in (as_(roles.FRONT_DESK), as_()):
            User.objects.filter(pk=account_of(client).pk).update(**lost)
            assert client.get(QUEUE).headers["Location"].startswith("/staff/login/")

    def test_each_account_is_told_its_own_only(self) -> None:
        desk, editor = as_(roles.FRONT_DESK), as_(roles.CONTENT_EDITOR)
        assert [client.get(QUEUE).status_code for client in (desk, editor, desk)] == [200, 403, 200]

    def test_an_inactive_superuser_may_nothing(self) -> None:
        client = Client()
        client.force_login(staff(is_superuser=True))
        assert client.get(QUEUE).status_code == 200
        User.objects.update(is_active=False)
        assert client.get(QUEUE).status_code == 302

    def test_who_it_is_costs_two_statements(self) -> None:
        client = proven(as_(roles.CLINICIAN))
        with CaptureQueriesContext(connection) as queries:
            client.get(QUEUE)
        about = [query["sql"] for query in queries if "session_key" in query["sql"]
                 or "auth_permission" in query["sql"] or "otp_" in query["sql"]]  # fmt: skip
        assert len(about) == 2


@pytest.mark.usefixtures("production")
class TestSecondFactor:
    def test_a_proven_log_in_is_let_in_and_no_other(self) -> None:
        client = as_(roles.FRONT_DESK)
        assert client.get(QUEUE).status_code == 302
        assert proven(client).get(QUEUE).status_code == 200

    def test_a_recovery_code_proves_as_well(self) -> None:
        client = as_(roles.FRONT_DESK)
        device = StaticDevice.objects.create(user=account_of(client), name="recovery")
        assert with_device(client, device).get(QUEUE).status_code == 200

    @pytest.mark.parametrize("kind", [TOTPDevice, StaticDevice])
    def test_a_device_that_is_gone_unconfirmed_or_anothers_proves_nothing(self, kind: Any) -> None:
        own, other = as_(roles.FRONT_DESK), as_(roles.FRONT_DESK)
        gone = kind.objects.create(user=account_of(own), name="gone")
        unconfirmed = kind.objects.create(user=account_of(own), name="unconfirmed", confirmed=False)
        anothers = kind.objects.create(user=account_of(other), name="another's")
        with_device(own, gone)
        assert own.get(QUEUE).status_code == 200
        gone.delete()
        assert own.get(QUEUE).status_code == 302
        for device in (unconfirmed, anothers):
            with_device(own, device)
            assert own.get(QUEUE).status_code == 302
            assert DEVICE_ID_SESSION_KEY not in own.session
