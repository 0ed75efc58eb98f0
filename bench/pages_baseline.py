"""What published pages are compared with: a WSGI function and a Django view that return the same bytes.

Both are told of one answer by the environment: a file of its headers (JSON) and one of its body.
"""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from django.conf import settings

STATUS = os.environ["ANSWER_STATUS"]
HEADERS = [(name, value) for name, value in json.loads(Path(os.environ["ANSWER_HEADERS"]).read_text())]
BODY = Path(os.environ["ANSWER_BODY"]).read_bytes()


def bare(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    start_response(STATUS, HEADERS)
    return [BODY]


def plain_django() -> Callable[..., Iterable[bytes]]:
    """A Django with its default middleware and one view, which returns the bytes."""
    settings.configure(
        SECRET_KEY="bench",  # noqa: S106
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
    )
    from django.core.wsgi import get_wsgi_application

    return get_wsgi_application()


def _view(request: Any, path: str) -> Any:
    from django.http import HttpResponse

    return HttpResponse(BODY, status=int(STATUS[:3]), headers=dict(HEADERS))


def __getattr__(name: str) -> Any:
    """``django_view``, which is only there for the server that asks for it; and that one's addresses."""
    if name == "django_view":
        return plain_django()
    if name == "urlpatterns":
        from django.urls import re_path

        return [re_path(r"^(?P<path>.*)$", _view)]
    raise AttributeError(name)
