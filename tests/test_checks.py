"""The checks for going live: nothing invented, the rules signed, mail and address set."""

from typing import Any

import pytest
from django.core.checks import CheckMessage, Tags, run_checks
from django_otp.plugins.otp_totp.models import TOTPDevice

from appointments import urgency
from clinic_site import checks
from services.models import Page, Term
from tests.builders import staff
from tests.content import add_clinic, add_page, add_update


@pytest.fixture(autouse=True)
def production(db: None, settings: Any) -> Any:
    settings.DEMONSTRATION = False
    settings.DEFAULT_FROM_EMAIL = "clinic@clinic.example.com"
    settings.PUBLIC_ADDRESS = "https://clinic.example.com"
    settings.STAFF_ALERT_EMAIL = "triage@clinic.example.com"
    return settings


def found(check: Any, databases: list[str] | None = ["default"]) -> list[tuple[str | None, str]]:  # noqa: B006
    messages: list[CheckMessage] = check(None, databases=databases)
    return [(message.id, message.msg) for message in messages]


def test_sample_content_is_counted_and_may_not_go_live(production: Any) -> None:
    assert found(checks.sample_content_is_gone) == []
    add_clinic(is_sample=True)
    for path in ("/a/", "/b/"):
        add_page(path, is_sample=True)
    add_page("/c/")
    add_update("Sample", is_sample=True)
    Term.objects.create(key="graft", is_sample=True)
    assert found(checks.sample_content_is_gone) == [
        ("clinic.E002", "1 sample clinic would go live."),
        ("clinic.E002", "1 sample glossary words would go live."),
        ("clinic.E002", "2 sample pages would go live."),
        ("clinic.E002", "1 sample important updates would go live."),
    ]
    production.DEMONSTRATION = True
    assert found(checks.sample_content_is_gone) == []


def test_a_database_that_is_not_prepared_is_said_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Page._meta, "db_table", "services_nothing")
    assert found(checks.sample_content_is_gone) == [("clinic.E001", "The database is not prepared.")]


def test_sample_rules_may_not_decide_about_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    assert urgency.rules().sample
    assert found(checks.rules_are_signed) == [("clinic.E003", "The urgency rules are a sample.")]


def test_mail_and_address_must_be_set(production: Any) -> None:
    assert found(checks.mail_and_address_are_set) == []
    production.DEFAULT_FROM_EMAIL = "appointments@example.org"
    production.PUBLIC_ADDRESS = "http://clinic.example.com"
    assert [number for number, _ in found(checks.mail_and_address_are_set)] == ["clinic.W004", "clinic.W005"]


@pytest.mark.parametrize("address", ["", "triage@example.org"])
def test_who_sends_and_who_hears_of_urgent_requests_must_be_set(production: Any, address: str) -> None:
    production.DEFAULT_FROM_EMAIL = production.STAFF_ALERT_EMAIL = address
    assert [number for number, _ in found(checks.mail_and_address_are_set)] == ["clinic.W004", "clinic.W006"]
    production.DEMONSTRATION = True
    assert found(checks.mail_and_address_are_set) == []


def test_no_proxy_means_that_limits_count_all_patients_as_one(production: Any) -> None:
    production.TRUSTED_PROXIES = 0
    assert [number for number, _ in found(checks.proxies_are_counted)] == ["clinic.W007"]
    production.TRUSTED_PROXIES = 1
    assert found(checks.proxies_are_counted) == []
    production.TRUSTED_PROXIES, production.DEMONSTRATION = 0, True
    assert found(checks.proxies_are_counted) == []


def test_the_site_and_the_rules_must_count_in_one_time_zone(production: Any) -> None:
    assert found(checks.time_zones_agree) == []
    production.TIME_ZONE = "America/Chicago"
    assert found(checks.time_zones_agree) == [
        ("clinic.E008", "TIME_ZONE is America/Chicago, but the urgency rules count in America/New_York.")
    ]


def test_account_safety_hangs_on_two_settings(production: Any) -> None:
    assert checks.account_safety_is_in_place(None) == []
    production.SESSION_ENGINE = "django.contrib.sessions.backends.db"
    production.MIDDLEWARE = [each for each in production.MIDDLEWARE if "SecondFactor" not in each]
    found = checks.account_safety_is_in_place(None)
    assert [message.id for message in found] == ["clinic.E011", "clinic.E012"]


def test_who_has_no_second_factor_yet_is_counted(production: Any) -> None:
    assert found(checks.second_factors_are_set_up) == []
    enrolled, _away = staff(), staff(is_active=False)
    staff()
    TOTPDevice.objects.create(user=enrolled, name="app")
    said = "1 active staff accounts have no second factor yet."
    assert found(checks.second_factors_are_set_up) == [("clinic.W013", said)]
    production.DEMONSTRATION = True
    assert found(checks.second_factors_are_set_up) == []


def test_they_run_among_the_checks_for_deployment_of_a_database() -> None:
    add_page("/a/", is_sample=True)
    kinds: dict[str, Any] = {"tags": [Tags.database], "databases": ["default"]}
    assert "clinic.E002" in [message.id for message in run_checks(include_deployment_checks=True, **kinds)]
    assert "clinic.E002" not in [message.id for message in run_checks(**kinds)]
