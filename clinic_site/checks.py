"""What must be true before the site goes live: ``manage.py check --deploy --database default``.

Without ``--database`` Django checks the settings alone; these look at what the site would show and do.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError

from appointments import urgency
from appointments.security import second_factor
from services.samples import models_with_samples

AUTHENTICATION = "django.contrib.auth.middleware.AuthenticationMiddleware"
SECOND_FACTOR = "appointments.security.accounts.SecondFactor"


@register(Tags.database, deploy=True)
def sample_content_is_gone(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Nothing invented for the demonstration may go live."""
    if settings.DEMONSTRATION or not databases:
        return []
    try:
        counts = {
            model: model._default_manager.filter(is_sample=True).count() for model in models_with_samples()
        }
    except DatabaseError:
        return [Error("The database is not prepared.", hint="Run manage.py bootstrap.", id="clinic.E001")]
    return [
        Error(
            f"{count} sample {model._meta.verbose_name_plural} would go live.",
            hint="Replace, keep or remove them in the admin, on the screen “Sample content”.",
            id="clinic.E002",
        )
        for model, count in counts.items()
        if count
    ]


@register(Tags.database, deploy=True)
def rules_are_signed(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A clinician of the clinic signs the urgency rules before they decide about patients."""
    if settings.DEMONSTRATION or not databases or not urgency.rules().sample:
        return []
    return [
        Error(
            "The urgency rules are a sample.",
            hint="A clinician reviews and signs appointments/urgency_rules.yaml, and sets sample: false.",
            id="clinic.E003",
        )
    ]


@register(Tags.database, deploy=True)
def mail_and_address_are_set(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Patients and staff are told of things by mail that names the site's own address."""
    if settings.DEMONSTRATION or not databases:
        return []
    problems: list[CheckMessage] = []
    if _is_nobodys(settings.DEFAULT_FROM_EMAIL):
        problems.append(Warning("DEFAULT_FROM_EMAIL is not set.", id="clinic.W004"))
    if _is_nobodys(settings.STAFF_ALERT_EMAIL):
        problems.append(
            Warning("STAFF_ALERT_EMAIL is not set: staff get no mail of urgent requests.", id="clinic.W006")
        )
    if not settings.PUBLIC_ADDRESS.startswith("https://"):
        problems.append(Warning("PUBLIC_ADDRESS is not an https address.", id="clinic.W005"))
    return problems


def _is_nobodys(address: str) -> bool:
    return not address or address.endswith("@example.org")


@register(Tags.database, deploy=True)
def proxies_are_counted(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """The site is served behind a proxy that ends TLS; the limits count what stands before it."""
    if settings.DEMONSTRATION or not databases or settings.TRUSTED_PROXIES > 0:
        return []
    return [
        Warning(
            "TRUSTED_PROXIES is 0: limits count the proxy's address, for all patients as one.",
            hint="Set it to how many proxies of yours a request passes.",
            id="clinic.W007",
        )
    ]


@register(Tags.database, deploy=True)
def time_zones_agree(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Times are shown in the time zone of the site, and answers are due by that of the urgency rules."""
    zone = urgency.rules().hours.time_zone.key
    if not databases or zone == settings.TIME_ZONE:
        return []
    return [
        Error(
            f"TIME_ZONE is {settings.TIME_ZONE}, but the urgency rules count in {zone}.",
            hint="Set both to the clinic's: TIME_ZONE, and clinic_hours in appointments/urgency_rules.yaml.",
            id="clinic.E008",
        )
    ]


@register(Tags.security, deploy=True)
def account_safety_is_in_place(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    """Log-ins that end, and a second factor that is looked at, hang on these two settings."""
    middleware = [each for each in settings.MIDDLEWARE if each in (AUTHENTICATION, SECOND_FACTOR)]
    problems: list[CheckMessage] = []
    if settings.SESSION_ENGINE != "appointments.security.sessions":
        hint = "Set SESSION_ENGINE to appointments.security.sessions."
        problems.append(Error("Log-ins of staff would not end by themselves.", hint=hint, id="clinic.E011"))
    if middleware != [AUTHENTICATION, SECOND_FACTOR]:
        hint = f"Put {SECOND_FACTOR} after {AUTHENTICATION} in MIDDLEWARE."
        problems.append(Error("Nobody would look at the second factor.", hint=hint, id="clinic.E012"))
    return problems


@register(Tags.database, deploy=True)
def second_factors_are_set_up(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """No error: whoever has none is led to set it up, and gets no further, at the next log-in."""
    count = second_factor.accounts_without() if databases and not settings.DEMONSTRATION else 0
    if not count:
        return []
    hint = "They set it up at their next log-in; end accounts that nobody uses."
    return [Warning(f"{count} active staff accounts have no second factor yet.", hint=hint, id="clinic.W013")]
