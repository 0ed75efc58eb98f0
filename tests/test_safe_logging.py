"""Logs hold ids and places in the code, and nothing that a person wrote."""

import logging
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.test import Client
from django.utils.log import AdminEmailHandler

from clinic_site.safe_logging import SafeFormatter
from services import views
from services.models import PageText
from tests.content import add_page

TYPED = "my-face-droops-Zoe-OHara"


@pytest.fixture
def visitor() -> Client:
    return Client(raise_request_exception=False)


def raising(error: Callable[[], Any]) -> Callable[..., Any]:
    def context(*args: Any) -> Any:
        return error()

    return context


def fail() -> None:
    try:
        raise KeyError(TYPED)
    except KeyError as error:
        raise ValueError(f"no such symptom: {TYPED}") from error


def violate() -> None:
    """The message of PostgreSQL's refusal has a DETAIL with what was written."""
    with transaction.atomic():
        PageText.objects.create(page=PageText.objects.get().page, language="en", title=TYPED)


def test_the_words_in_an_address_that_is_not_found_are_not_logged(
    db: None, visitor: Client, log: Callable[[], str]
) -> None:
    assert visitor.get(f"/{TYPED}/?name={TYPED}").status_code == 404
    assert TYPED not in log()


def test_a_failure_is_logged_as_its_class_and_its_place(
    db: None, visitor: Client, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page("/a/")
    monkeypatch.setattr(views, "render_page", raising(fail))
    assert visitor.get(f"/a/?q={TYPED}", headers={"User-Agent": TYPED}).status_code == 500
    written = log()
    assert "ERROR django.request answered 500 (view services:page)\n" in written
    assert "builtins.ValueError at " in written and "test_safe_logging.py:" in written
    assert TYPED not in written


def test_the_row_that_a_constraint_refused_is_not_logged(
    db: None, visitor: Client, log: Callable[[], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page("/a/", TYPED)
    with pytest.raises(IntegrityError, match="DETAIL"):
        violate()
    monkeypatch.setattr(views, "render_page", raising(violate))
    assert visitor.get("/a/").status_code == 500
    written = log()
    assert "django.db.utils.IntegrityError at " in written
    assert "DETAIL" not in written and TYPED not in written


def test_a_host_that_is_not_ours_is_refused_without_being_named(
    db: None, visitor: Client, log: Callable[[], str]
) -> None:
    assert visitor.get("/", headers={"Host": f"{TYPED}.example"}).status_code == 400
    assert "django.security.DisallowedHost refused" in log()
    assert TYPED not in log()


def test_a_body_that_is_too_large_is_not_logged(db: None, visitor: Client, log: Callable[[], str]) -> None:
    assert visitor.post("/request/safety/", {"tried": TYPED * 20_000}).status_code == 413
    assert TYPED not in log()


def record(name: str, message: str, *arguments: Any, **extra: Any) -> logging.LogRecord:
    made = logging.LogRecord(name, logging.WARNING, __file__, 1, message, arguments, None)
    vars(made).update(extra)
    return made


@pytest.mark.parametrize(
    ("name", "message", "arguments", "line"),
    [
        ("django.request", "Not Found: %s", (f"/{TYPED}/",), "WARNING django.request Not Found: %s"),
        ("django.security.csrf", f"{TYPED}: %s", (TYPED,), "WARNING django.security.csrf refused"),
        ("django.template", "100% %(a)s", ({"a": TYPED},), "WARNING django.template 100% %(a)s"),
        ("appointments", "message %s sent", (12,), "WARNING appointments message 12 sent"),
    ],
)
def test_the_arguments_of_django_are_left_out_and_those_of_our_own_are_ids(
    name: str, message: str, arguments: tuple[Any, ...], line: str
) -> None:
    written = SafeFormatter().format(record(name, message, *arguments, request=HttpRequest()))
    assert written.endswith(line) and TYPED not in written
    assert written.split()[0].endswith("Z")


def test_the_record_stays_as_it_was_for_other_handlers() -> None:
    seen = record("django.request", "Not Found: %s", "/a/")
    SafeFormatter().format(seen)
    assert seen.getMessage() == "Not Found: /a/"


def test_no_handler_writes_otherwise_or_mails_requests() -> None:
    told: dict[str, Any] = settings.LOGGING
    assert list(told["formatters"]) == ["safe"]
    assert [handler["formatter"] for handler in told["handlers"].values()] == ["safe"]
    for name in ("", "django", "django.request", "django.security", "django.security.DisallowedHost"):
        assert not any(isinstance(found, AdminEmailHandler) for found in logging.getLogger(name).handlers)
