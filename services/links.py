"""Where a link of an editor's may lead: a page or a form of this site, https, an e-mail address, a number."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from difflib import get_close_matches
from urllib.parse import unquote, urlsplit

from django.apps import apps
from django.conf import settings
from django.urls import Resolver404, resolve
from django.utils.translation import gettext, override

SCHEME = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)
MAIL = re.compile(r"mailto:[^\s@?]+@[^\s@?]+(\?\S*)?", re.IGNORECASE)
PHONE = re.compile(r"(?:tel|sms):\+?[0-9][0-9().*#-]*", re.IGNORECASE)
NOT_FOR_READERS = {"staff", "static", "media", "healthz"}
"""First parts of addresses that answer, and that no text leads to."""

_expected: ContextVar[frozenset[str]] = ContextVar("expected_paths", default=frozenset())


@contextmanager
def expecting(paths: Iterable[str]) -> Iterator[None]:
    """Inside, these pages count as there: pages that are loaded together link to each other."""
    token = _expected.set(_expected.get() | frozenset(paths))
    try:
        yield
    finally:
        _expected.reset(token)


def is_inside(link: str) -> bool:
    """Whether a link names a page of this site; whether there is such a page, ``nowhere`` tells."""
    return link.startswith("/") and not link.startswith("//")


def problem(link: str) -> str:
    """Why a link cannot be used, whatever pages there are; empty where it can."""
    shown = {"link": unquote(link)}
    scheme = SCHEME.match(link)
    if not link:
        return gettext("There is a link without an address.")
    if link.startswith("//"):
        return gettext("The link “%(link)s” is not whole. Begin with https://") % shown
    if is_inside(link) or link.startswith("#"):
        return ""
    if scheme is None:
        wanted = gettext("Begin with / for a page of this site, or with https://")
        return gettext("The link “%(link)s” cannot be followed.") % shown + " " + wanted
    return _scheme_problem(scheme[0].lower(), link) % shown


def _scheme_problem(scheme: str, link: str) -> str:
    if scheme == "https:":
        return "" if _is_whole(link) else gettext("The link “%(link)s” is no whole web address.")
    if scheme == "http:":
        return gettext("The link “%(link)s” is not secure. Begin with https://")
    if scheme == "mailto:":
        return "" if MAIL.fullmatch(link) else gettext("The link “%(link)s” holds no e-mail address.")
    if scheme in ("tel:", "sms:"):
        return "" if PHONE.fullmatch(link) else gettext("The link “%(link)s” holds no phone number.")
    return gettext(
        "The link “%(link)s” is not allowed. Begin with / for a page of this site, or with https://"
    )


def _is_whole(link: str) -> bool:
    try:
        address = urlsplit(link)
        host, _port = address.hostname or "", address.port
    except ValueError:
        return False
    return "." in host and address.username is None and not re.search(r"[\s<>\"\\]", link)


def nowhere(links: Collection[str], *, here: str = "") -> dict[str, str]:
    """Those of these links within the site that lead nowhere, each with the likeliest address or nothing.

    ``here``: the address of the page whose text it is, which need not be stored yet. Another that is not
    public yet counts as there: both may be published together.
    """
    by_path = {link: unquote(urlsplit(link).path) for link in links}
    missing = set(by_path.values()) - {here} - _expected.get()
    if missing:
        missing -= set(_paths("Page", missing)) | set(_paths("OldAddress", missing))
    missing = {path for path in missing if not _is_form(path)}
    if not missing:
        return {}
    known = {here, *_expected.get(), *_paths("Page")} - {""}
    return {link: _nearest(path, known) for link, path in by_path.items() if path in missing}


def _paths(model: str, among: Collection[str] | None = None) -> Iterable[str]:
    rows = apps.get_model("services", model).objects.order_by()
    found: Iterable[str] = (rows if among is None else rows.filter(path__in=among)).values_list(
        "path", flat=True
    )
    return found


def _is_form(path: str) -> bool:
    """Whether the site itself answers there with something for readers: the request form, the search."""
    if path.strip("/").split("/")[0] in NOT_FOR_READERS:
        return False
    try:
        with override(settings.LANGUAGE_CODE):
            return resolve(path).view_name != "services:page"
    except (Resolver404, ValueError):
        return False


def _nearest(path: str, paths: Collection[str]) -> str:
    """The path whose last part is most like the one asked for; failing that, the path most like it."""
    by_end = {_end(known): known for known in sorted(paths, key=len, reverse=True)}
    end = get_close_matches(_end(path.lower()), by_end, 1, cutoff=0.75)
    return by_end[end[0]] if end else next(iter(get_close_matches(path.lower(), paths, 1)), "")


def _end(path: str) -> str:
    return path.rstrip("/").rsplit("/", 1)[-1]
