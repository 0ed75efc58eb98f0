"""Settings for every environment.

An unset environment means production: https only, no debug output, no sample content accepted. What a
deployment must say and does not (``DATABASE_URL``, ``SECRET_KEY``, ``ALLOWED_HOSTS``) stops the start with
one line; so does a value that cannot be read. ``DEMONSTRATION=1``, which ``bin/serve`` sets, is the only
switch that loosens anything.
"""

from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from clinic_site.environment import Environment, stop

env = Environment()

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = env.path("CLINIC_VAR", BASE_DIR / "var")

DEMONSTRATION = env.bool("DEMONSTRATION", False)
env.require("SECRET_KEY", "DATABASE_URL", *([] if DEMONSTRATION else ["ALLOWED_HOSTS"]))
DEBUG = False
SECRET_KEY = env.str("SECRET_KEY")
SECRET_KEY_FALLBACKS: list[str] = env.list("SECRET_KEY_FALLBACKS", [])
# What the trail is sealed with; empty: a key derived from SECRET_KEY.
AUDIT_KEY = env.str("AUDIT_KEY", "")
AUDIT_KEY_FALLBACKS: list[str] = env.list("AUDIT_KEY_FALLBACKS", [])
ALLOWED_HOSTS: list[str] = env.list("ALLOWED_HOSTS", [])
CSRF_TRUSTED_ORIGINS: list[str] = env.list("CSRF_TRUSTED_ORIGINS", [])

INSTALLED_APPS = [
    "clinic_site",
    "services",
    "appointments",
    "crispy_forms",
    "csp",
    "django.forms",
    "clinic_site.apps.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "clinic_site.headers.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "clinic_site.language.LanguageFromPath",
    "clinic_site.request_guard.RequestGuard",
    "django.middleware.http.ConditionalGetMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "appointments.security.accounts.SecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "appointments.watching.Watch",
]

ROOT_URLCONF = "clinic_site.urls"
WSGI_APPLICATION = "clinic_site.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "services.context.site",
            ],
        },
    },
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = ["clinic"]
CRISPY_TEMPLATE_PACK = "clinic"

# The application's role; where migrations have a role of their own, its connection is "owner".
_connection = {
    "ENGINE": "clinic_site.postgresql",
    "CONN_MAX_AGE": env.int("DATABASE_CONN_MAX_AGE", 600),
    "CONN_HEALTH_CHECKS": True,
    # Django's name for it; statements are then not prepared either.
    "DISABLE_SERVER_SIDE_CURSORS": env.bool("DATABASE_TRANSACTION_POOLING", False),
}
DATABASES: dict[str, Any] = {"default": {**env.dj_db_url("DATABASE_URL"), **_connection}}
# A database that cannot be reached is an error page soon, not a visitor who waits for minutes.
DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)
if env.str("MIGRATE_DATABASE_URL", ""):
    DATABASES["owner"] = {**env.dj_db_url("MIGRATE_DATABASE_URL"), "TEST": {"MIRROR": "default"}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTHENTICATION_BACKENDS = ["appointments.security.accounts.Accounts"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "admin:login"
LOGIN_REDIRECT_URL = "admin:index"

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("es", _("Spanish"))]
LOCALE_PATHS = [BASE_DIR / "clinic_site" / "locale"]
FORMAT_MODULE_PATH = "clinic_site.formats"
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.str("TIME_ZONE", "America/New_York")

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = VAR_DIR / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "clinic_site.static_storage.JoinedStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = False
WHITENOISE_MAX_AGE = 3600

# Mail: a mail server in production, files in the demonstration's outbox folder.
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", "appointments@example.org")
STAFF_ALERT_EMAIL = env.str("STAFF_ALERT_EMAIL", "triage@example.org")
PUBLIC_ADDRESS = env.str("PUBLIC_ADDRESS", "http://127.0.0.1:8000" if DEMONSTRATION else "")
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = str(VAR_DIR / "outbox")
if DEMONSTRATION:
    EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
else:
    _mail = env.dj_email_url("EMAIL_URL", "smtp://localhost:25")
    EMAIL_BACKEND = _mail["EMAIL_BACKEND"]
    EMAIL_HOST, EMAIL_PORT = _mail["EMAIL_HOST"], _mail["EMAIL_PORT"]
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = _mail["EMAIL_HOST_USER"], _mail["EMAIL_HOST_PASSWORD"]
    EMAIL_USE_TLS, EMAIL_USE_SSL = _mail["EMAIL_USE_TLS"], _mail["EMAIL_USE_SSL"]

# The appointment request.
DRAFT_LIFETIME_SECONDS = 2 * 60 * 60
DRAFT_COOKIE_NAME = "request_draft" if DEMONSTRATION else "__Host-request_draft"
# How often one address or one contact may do something: how many, in how many seconds.
_HOUR, _DAY = 60 * 60, 24 * 60 * 60
LIMITS = {
    "request_by_address": (env.int("REQUESTS_PER_ADDRESS_AND_HOUR", 30), _HOUR),
    "request_by_contact": (env.int("REQUESTS_PER_CONTACT_AND_DAY", 5), _DAY),
    "draft_by_address": (env.int("DRAFTS_PER_ADDRESS_AND_TEN_MINUTES", 60), 10 * 60),
    "wrong_link_by_address": (env.int("WRONG_LINKS_PER_ADDRESS_AND_HOUR", 40), _HOUR),
    "link_wish_by_address": (env.int("LINK_WISHES_PER_ADDRESS_AND_HOUR", 10), _HOUR),
    "link_wish_by_contact": (env.int("LINK_WISHES_PER_CONTACT_AND_DAY", 3), _DAY),
    "change_by_address": (env.int("CHANGES_PER_ADDRESS_AND_HOUR", 30), _HOUR),
    "change_by_request": (env.int("CHANGES_PER_REQUEST_AND_DAY", 10), _DAY),
    # Not what may be done, but what is noted: who floods the log-in does not flood the trail, which stays.
    "noted_refusal_by_address": (env.int("REFUSALS_NOTED_PER_ADDRESS_AND_HOUR", 600), _HOUR),
    "more_refusals_by_address": (1, _HOUR),
    "log_in_by_address": (env.int("WRONG_PASSWORDS_PER_ADDRESS_AND_QUARTER_HOUR", 20), _HOUR // 4),
    "log_in_by_account": (env.int("WRONG_PASSWORDS_PER_ACCOUNT_AND_QUARTER_HOUR", 10), _HOUR // 4),
    "log_in_by_known_browser": (
        env.int("WRONG_PASSWORDS_PER_KNOWN_BROWSER_AND_QUARTER_HOUR", 10),
        _HOUR // 4,
    ),
    "code_by_account": (env.int("WRONG_CODES_PER_ACCOUNT_AND_HOUR", 10), _HOUR),
    "code_by_known_browser": (env.int("WRONG_CODES_PER_KNOWN_BROWSER_AND_HOUR", 10), _HOUR),
}
EXPORT_LIMIT = env.int("EXPORT_LIMIT", 100_000)  # requests in one export
# How long a closed request is kept: 3 years, a sample until the clinic's counsel has decided.
RETENTION_DAYS = env.int("RETENTION_DAYS", 1096)
if RETENTION_DAYS < 1:
    stop("RETENTION_DAYS is malformed")
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 400
MAX_BODY_BYTES = 20 * 1024 * 1024  # the largest upload, a portrait, with room for a clear answer above it
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# Transport and cookies.
SECURE_SSL_REDIRECT = not DEMONSTRATION
SECURE_HSTS_SECONDS = 0 if DEMONSTRATION else env.int("HSTS_SECONDS", 31_536_000)
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_REFERRER_POLICY = "same-origin"
TRUSTED_PROXIES = env.int("TRUSTED_PROXIES", 0)
if TRUSTED_PROXIES > 0:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = not DEMONSTRATION
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "appointments.security.sessions"
SESSION_COOKIE_AGE = 12 * 60 * 60  # from the log-in, whatever happens
STAFF_IDLE_SECONDS = env.int("STAFF_IDLE_MINUTES", 15) * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
# The second factor: how apps name the account, and no throttle of django-otp's (see security/guessing.py).
OTP_TOTP_ISSUER = env.str("SECOND_FACTOR_ISSUER", "Clinic staff")
OTP_TOTP_THROTTLE_FACTOR = OTP_STATIC_THROTTLE_FACTOR = 0
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "clinic_site.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"safe": {"()": "clinic_site.safe_logging.SafeFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "safe"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "INFO", "propagate": False},
        # 4xx answers are no news for the operator; 5xx are.
        "django.request": {"level": "ERROR"},
    },
}
