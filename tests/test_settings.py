"""The settings: an empty environment means production; what is missing stops the start with one line."""

import os
import re
import subprocess
import sys

import pytest

from clinic_site.serve import CHECKOUT
from tests.conftest import CLUSTER

SECRET = "a-secret-for-the-checks-of-the-test-run-alone-0123456789"
PRODUCTION = {
    "SECRET_KEY": SECRET,
    "DATABASE_URL": CLUSTER.app_url,
    "ALLOWED_HOSTS": "clinic.example.com",
    "PUBLIC_ADDRESS": "https://clinic.example.com",
    "DEFAULT_FROM_EMAIL": "clinic@clinic.example.com",
}
SHOWN = (
    "from django.conf import settings as s; print(s.DEBUG, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS, "
    "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.EMAIL_BACKEND.rsplit('.')[-2], "
    "s.DRAFT_COOKIE_NAME, s.SECURE_PROXY_SSL_HEADER)"
)


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`manage.py`, told nothing but this."""
    return subprocess.run(
        [sys.executable, "-W", "ignore", "manage.py", *arguments],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )


def without(name: str) -> dict[str, str]:
    return {key: value for key, value in PRODUCTION.items() if key != name}


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "SECRET_KEY, DATABASE_URL, ALLOWED_HOSTS not set"),
        ({**PRODUCTION, "SECRET_KEY": ""}, "SECRET_KEY not set"),
        (without("ALLOWED_HOSTS"), "ALLOWED_HOSTS not set"),
        ({"DEMONSTRATION": "1"}, "SECRET_KEY, DATABASE_URL not set"),
        ({**PRODUCTION, "DATABASE_URL": "mysterious://:secret@x"}, "DATABASE_URL is malformed"),
        ({**PRODUCTION, "DEMONSTRATION": "perhaps"}, "DEMONSTRATION is malformed"),
        ({**PRODUCTION, "HSTS_SECONDS": "long"}, "HSTS_SECONDS is malformed"),
    ],
    ids=["nothing", "no secret", "no hosts", "demonstration", "bad database", "bad switch", "bad number"],
)
def test_what_is_missing_or_malformed_stops_the_start_with_one_line(
    environment: dict[str, str], says: str
) -> None:
    answer = manage("check", **environment)
    assert answer.returncode == 1 and answer.stdout == ""
    assert answer.stderr == (
        f"clinic_site: {says}: see .env.example, or start the demonstration with bin/serve.\n"
    )


def test_the_web_server_stops_with_the_same_line() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", "import clinic_site.wsgi"],
        cwd=CHECKOUT,
        env={"PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
    )
    assert answer.returncode == 1 and answer.stderr.count("\n") == 1
    assert answer.stderr.startswith("clinic_site: SECRET_KEY, DATABASE_URL, ALLOWED_HOSTS not set")


def test_an_environment_that_says_no_more_than_it_must_is_safe() -> None:
    answer = manage("shell", "--no-imports", "-c", SHOWN, **PRODUCTION)
    told = ["False", "True", "31536000", "True", "True", "smtp", "__Host-request_draft", "None"]
    assert answer.stdout.split() == told, answer.stderr


def test_a_proxy_of_ours_says_that_the_visitor_came_by_https() -> None:
    answer = manage("shell", "--no-imports", "-c", SHOWN, TRUSTED_PROXIES="1", **PRODUCTION)
    assert "('HTTP_X_FORWARDED_PROTO', 'https')" in answer.stdout, answer.stderr


def test_the_checks_for_going_live_find_nothing_in_the_settings_of_production() -> None:
    answer = manage("check", "--deploy", "--fail-level", "INFO", **PRODUCTION)
    assert (answer.returncode, answer.stdout) == (0, "System check identified no issues (0 silenced).\n")
    assert answer.stderr == ""


def test_every_variable_of_the_settings_is_in_the_example() -> None:
    settings = (CHECKOUT / "clinic_site/settings.py").read_text()
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', settings))
    told = set(re.findall(r"^([A-Z_]+)=", (CHECKOUT / ".env.example").read_text(), re.MULTILINE))
    assert len(read) > 10 and read - told == set()
