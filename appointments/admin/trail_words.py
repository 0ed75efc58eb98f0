"""The codes of an entry of the trail in words, for auditors."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth import get_user_model
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from appointments import audit

CODE_LABELS = {
    "view": _("screen"),
    "filters": _("filtered by"),
    "object": _("record"),
    "objects": _("records"),
    "entries": _("latest and earliest entry"),
    "page": _("page"),
    "method": _("method"),
    "status": _("answer"),
    "name": _("user name, as a keyed hash"),
    "origin": _("address, as a keyed hash"),
    "words": _("words, as a keyed hash"),
    "more": _("more from there in this hour"),
    "model": _("kind"),
    "fields": _("fields"),
    "before": _("before"),
    "after": _("after"),
    "changed": _("changed"),
    "message": _("message"),
    "place": _("seals"),
    "head": _("digest"),
    "wrong": _("wrong"),
}
"""Words for the names of codes; one that has none is shown as it is."""

ELSEWHERE = "requests"
"""What stands in the entry as links instead."""


def details(codes: dict[str, Any], hashed: dict[str, str]) -> list[tuple[str, str]]:
    """Each code with words for its name; ``hashed`` tells whose user name a hash is."""
    told = []
    for key, value in codes.items():
        if key == "view":
            value = screen(str(value))
        elif key == "model":
            value = _model(str(value))
        elif key == "name":
            value = hashed.get(value, value)
        elif key == "objects" and isinstance(value, list) and len(value) > 2:
            value = len(value)
        if key != ELSEWHERE:
            told.append((str(CODE_LABELS.get(key, key)), _text(value)))
    return told


def hashed_names() -> dict[str, str]:
    """The user names of all accounts by their keyed hash: who knows the secret can tell who was tried."""
    known = get_user_model().objects.values_list("username", flat=True)
    return {audit.keyed_hash(name): gettext("that of %(name)s") % {"name": name} for name in known}


def screen(name: str) -> str:
    """A screen by the name of its address: what Django names after its model in words, else as it is."""
    if name == "index":
        return gettext("front page")
    for model in apps.get_models():
        prefix = f"{model._meta.app_label}_{model._meta.model_name}_"
        if not name.startswith(prefix):
            continue
        what = name.removeprefix(prefix)
        if what == "changelist":
            return str(model._meta.verbose_name_plural)
        one = str(model._meta.verbose_name)
        return one if what == "change" else f"{one} ({what})"
    return name


def _model(label: str) -> str:
    try:
        return str(apps.get_model(label)._meta.verbose_name)
    except (LookupError, ValueError):
        return label


def _text(value: Any) -> str:
    """A code as text: lists by commas, moments in the clinic's time."""
    if isinstance(value, dict):
        return ", ".join(f"{key} {_text(each)}" for key, each in value.items())
    if isinstance(value, list):
        return ", ".join(map(_text, value))
    if value is True:
        return gettext("yes")
    moment = _moment(value) if isinstance(value, str) else None
    return date_format(localtime(moment), "M j, Y, g:i a T") if moment else str(value)


def _moment(text: str) -> datetime | None:
    try:
        moment = parse_datetime(text)
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None
