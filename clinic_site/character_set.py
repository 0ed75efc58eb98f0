"""Only UTF-8 is spoken here.

Django decodes the address by the character set that Content-Type names, before any middleware runs, and a
name that is no text encoding breaks it there: so such a request is marked, and ``RequestGuard`` refuses it.
"""

import re
from collections.abc import Callable, Iterable
from typing import Any

UNREADABLE = "clinic_site.unreadable"
_NAMED = re.compile(r"charset\s*=\s*[\"']?\s*([^\s;\"']*)", re.IGNORECASE)

WSGIApplication = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def utf8_only(application: WSGIApplication) -> WSGIApplication:
    """Wrap a WSGI application so that it never sees another character set."""

    def guarded(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        named = _NAMED.search(environ.get("CONTENT_TYPE") or "")
        if named and named[1].lower() not in ("utf-8", "utf8"):
            environ.update({UNREADABLE: True, "CONTENT_TYPE": ""})
        return application(environ, start_response)

    return guarded
