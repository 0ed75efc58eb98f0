"""A patient without a browser: answers step after step, and sends."""

import re
from datetime import timedelta
from http.cookies import Morsel
from typing import Any

import time_machine
from django.conf import settings
from django.test import Client
from django.utils import timezone

from appointments.models import AppointmentRequest
from tests.builders import posted

COOKIE = settings.DRAFT_COOKIE_NAME
HIDDEN = re.compile(r'type="hidden" name="(opened|shown)" value="([^"]+)"')


def text(response: Any) -> str:
    page: str = response.content.decode()
    return page


def hidden(response: Any) -> dict[str, str]:
    """What the site wrote into this page's form, to get it back."""
    return dict(HIDDEN.findall(text(response)))


def opened_a_minute_ago() -> dict[str, str]:
    """What the first page gave to somebody who opened it a minute ago."""
    with time_machine.travel(timezone.now() - timedelta(minutes=1), tick=False):
        return hidden(Client().get("/request/safety/"))


def send_steps(client: Client, until: str = "", **changes: Any) -> Any:
    """Answer step after step, up to and without ``until``; the last answer of the site."""
    response, unseen = None, opened_a_minute_ago()
    for name, form in posted(**changes).items():
        if name == until:
            break
        response = client.post(f"/request/{name}/", {**form, **unseen})
        assert response.status_code == 302, (name, text(response))
        unseen = {}
        if response["Location"] == "/request/today/":
            response = client.post("/request/today/")
    return response


def press_send(client: Client, **fields: Any) -> Any:
    """Agree on the check page as it is shown, and press the button."""
    page = client.get("/request/check/")
    return client.post("/request/check/", {"consent": "on", **hidden(page), **fields})


def send(client: Client, **changes: Any) -> AppointmentRequest:
    last = send_steps(client, **changes)
    assert last is not None and last["Location"] == "/request/check/"
    assert press_send(client)["Location"] == "/request/received/"
    return AppointmentRequest.objects.latest("pk")


def cookie(client: Client) -> Morsel[str]:
    return client.cookies[COOKIE]
