"""The site as behind a proxy that ends TLS: without this header a real clinic refuses plain http."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from clinic_site.wsgi import application as site


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    environ["HTTP_X_FORWARDED_PROTO"] = "https"
    return site(environ, start_response)
